/** The map itself: points in a canvas, axes and legends around them, what the pointer does to them. */

import type { RefObject } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Drawing, ThemeContext } from "../chart/drawing";
import { type MapSettings, propertyOf } from "../explorer/settings";
import type { PlainProperty } from "../explorer/scene";
import { changeMap, useDesk, useExplorer } from "../explorer/state";
import { quotedName, quotedText } from "../filter/words";
import { paintPreview } from "../structure/preview";
import { type Frame, frameOf } from "./frame";
import { HoverCard } from "./hover";
import { Legend, legendWidth } from "./legend";
import { Marginals } from "./marginals";
import { MapAxes } from "./overlay";
import { MapPainter, type PainterChoice, type Picture } from "./painter";
import { DENSITY_RAMP, paintBackground } from "./picture";
import { Pins } from "./pins";
import { applyRow } from "./projection";
import { type Gesture, mapKeys, type PointerContext, type Tool, usePointers } from "./pointer";
import type { Mapped } from "./use-cloud";

interface SurfaceProps {
  readonly map: MapSettings;
  readonly mapped: Mapped;
  readonly tool: Tool;
  readonly setTool: (tool: Tool) => void;
  readonly painter: PainterChoice;
  /** Receives what is drawn, for files. */
  readonly onDrawn?: (drawn: { readonly frame: Frame; readonly picture: Picture; readonly drawing: Drawing }) => void;
}

export function MapSurface({ map, mapped, tool, setTool, painter, onDrawn }: SurfaceProps) {
  const desk = useDesk();
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  const holder = useRef<HTMLDivElement>(null);
  const drawing = useRoom(holder);
  const symbol = propertyOf(scene, target, map.symbol);
  const frame = useMemo(() => (drawing === null ? null : frameIn(drawing, mapped, map, symbol)), [drawing, mapped.channels, map, symbol]);
  const picture = useMemo(() => (frame === null || drawing === null ? null : pictureOf(frame, drawing, map, mapped, painter)), [frame, drawing, map, mapped, painter]);
  const [canvas, pick, onMove] = usePainting(picture);
  const context: PointerContext = { desk, map, mapped, frame, tool, pick, onMove };
  const [gesture, pointers] = usePointers(context);
  if (frame !== null && picture !== null && drawing !== null) onDrawn?.({ frame, picture, drawing });
  const legend = frame === null || drawing === null ? null : legendPlace(frame, drawing, mapped, symbol);
  return (
    <div class="map-surface" ref={holder}>
      {frame !== null && drawing !== null && (
        <>
          <canvas
            ref={canvas} class="map-points" aria-hidden="true"
            style={{ left: `${frame.area.left}px`, top: `${frame.area.top}px`, width: `${frame.area.width}px`, height: `${frame.area.height}px` }}
          />
          <svg class="map-lines" width={drawing.width} height={drawing.height} viewBox={`0 0 ${drawing.width} ${drawing.height}`}>
            <MapAxes frame={frame} drawing={drawing} />
            {map.histograms && frame.plane !== null && <Marginals frame={frame} drawing={drawing} mapped={mapped} />}
            {legend !== null && (
              <g transform={`translate(${legend.left} ${legend.top})`}>
                <Legend
                  channels={mapped.channels} map={map} look={mapped.look} symbol={symbol} drawing={drawing} height={legend.height}
                  onPick={(property, category) => {
                    const only = `${quotedName(property.name)} = ${quotedText(category)}`;
                    changeMap(desk, { filter: map.filter === only ? "" : only });
                  }}
                />
              </g>
            )}
          </svg>
          <div
            class={`map-pointer tool-${tool}`} tabIndex={0} role="application" data-tool={tool}
            aria-label={`Map of ${mapped.cloud.count} points. Arrow keys move, plus and minus zoom, 0 shows all, N and P step through points, L lasso, B box, M move, Escape clears the selection.`}
            style={{ left: `${frame.area.left}px`, top: `${frame.area.top}px`, width: `${frame.area.width}px`, height: `${frame.area.height}px` }}
            onKeyDown={(event) => mapKeys(event, context, setTool)}
            {...pointers}
          >
            <Pins frame={frame} mapped={mapped} />
            <GestureMark gesture={gesture} />
          </div>
          <Hovered frame={frame} map={map} mapped={mapped} symbol={symbol} />
        </>
      )}
    </div>
  );
}

/** Follows the room that the panel gives. */
function useRoom(holder: RefObject<HTMLDivElement | null>): Drawing | null {
  const theme = useContext(ThemeContext);
  const [size, setSize] = useState<{ width: number; height: number; font: number } | null>(null);
  useLayoutEffect(() => {
    const element = holder.current!;
    const measure = () => {
      const font = 0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
      const [width, height] = [element.clientWidth, element.clientHeight];
      setSize((old) => (old?.width === width && old.height === height && old.font === font ? old : { width, height, font }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return useMemo(() => (size === null || size.width < 60 || size.height < 60 ? null : { ...size, theme, paper: false }), [size, theme]);
}

export function frameIn(drawing: Drawing, mapped: Mapped, map: MapSettings, symbol: PlainProperty | null): Frame {
  const { width, height, font } = drawing;
  const wanted = legendWidth({ channels: mapped.channels, symbol, drawing });
  // On a telephone the map needs all the room there is.
  const right = width < font * 34 ? 0 : Math.min(wanted, width * 0.4);
  const histogram = map.histograms && mapped.channels.z === null ? font * 4.5 : 0;
  return frameOf(mapped.channels, map, { width, height, font, right, top: 0, histogram });
}

export function legendPlace(frame: Frame, drawing: Drawing, mapped: Mapped, symbol: PlainProperty | null) {
  const { width, height, font } = drawing;
  if (width < font * 34) return null;
  const wide = Math.min(legendWidth({ channels: mapped.channels, symbol, drawing }), width * 0.4);
  if (wide === 0) return null;
  const top = frame.plane === null ? font * 2 : font * 1.2;
  return { left: width - wide + font * 0.4, top, height: height - top - font * 1.5 };
}

export function pictureOf(frame: Frame, drawing: Drawing, map: MapSettings, mapped: Mapped, painter: PainterChoice): Picture {
  const { area, placement } = frame;
  return {
    width: area.width,
    height: area.height,
    cloud: mapped.cloud,
    placement,
    look: mapped.look,
    background: (canvas) => paintBackground(canvas, { frame, drawing, joined: map.joined ? mapped.cloud : null }),
    density: map.density,
    ramp: mapped.channels.color.steps === null ? DENSITY_RAMP[drawing.theme.name] : null,
    amounts: mapped.channels.color.property?.kind !== "category",
    painter,
  };
}

/** Milliseconds without a move after which a rough picture is painted well. */
const REST = 160;

/** Paints when something has changed, once for each frame of the screen. */
function usePainting(picture: Picture | null) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MapPainter | null>(null);
  const moving = useRef(0);
  useEffect(() => {
    painter.current = new MapPainter();
    return () => painter.current?.dispose();
  }, []);
  useEffect(() => {
    if (picture === null) return;
    const paint = () => {
      if (canvas.current === null || painter.current === null) return;
      const rough = performance.now() - moving.current < REST;
      const start = performance.now();
      const way = painter.current.draw(canvas.current, picture, rough);
      Object.assign(canvas.current.dataset, { way, rough: String(rough), milliseconds: (performance.now() - start).toFixed(1) });
      if (rough) later = setTimeout(() => { frame = requestAnimationFrame(paint); }, REST + 20);
    };
    let later: ReturnType<typeof setTimeout> | undefined;
    let frame = requestAnimationFrame(paint);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(later);
    };
  }, [picture]);
  const pick = (x: number, y: number) => painter.current?.pick(x, y) ?? null;
  const onMove = () => {
    moving.current = performance.now();
  };
  return [canvas, pick, onMove] as const;
}

function GestureMark({ gesture }: { readonly gesture: Gesture | null }) {
  if (gesture === null || gesture.tool === "move" || gesture.tool === "pan" || gesture.corners.length < 2) return null;
  const [first, last] = [gesture.corners[0]!, gesture.corners[gesture.corners.length - 1]!];
  const corners = gesture.tool === "lasso" ? gesture.corners : [first, [last[0], first[1]], last, [first[0], last[1]]];
  return (
    <svg class="gesture">
      <polygon points={corners.map(([x, y]) => `${x},${y}`).join(" ")} />
    </svg>
  );
}

interface HoveredProps {
  readonly frame: Frame;
  readonly map: MapSettings;
  readonly mapped: Mapped;
  readonly symbol: PlainProperty | null;
}

function Hovered({ frame, map, mapped, symbol }: HoveredProps) {
  const { scene } = useDesk();
  const hovered = useExplorer((state) => state.hovered);
  const target = useExplorer(({ view }) => view.target);
  if (hovered === null || hovered >= mapped.cloud.count) return null;
  const { cloud, channels } = mapped;
  const place = [cloud.x[hovered]!, cloud.y[hovered]!, cloud.z === null ? 0 : cloud.z[hovered]!] as const;
  const at = [applyRow(frame.placement.across, place) + frame.area.left, applyRow(frame.placement.down, place) + frame.area.top] as const;
  const inside = at[0] >= frame.area.left && at[0] <= frame.area.left + frame.area.width && at[1] >= frame.area.top && at[1] <= frame.area.top + frame.area.height;
  if (!inside) return null;
  const shown = [
    channels.x.property, channels.y.property, channels.z?.property ?? null, channels.color.property, channels.size.property, symbol,
    propertyOf(scene, target, map.opacity.property),
  ].filter((one): one is PlainProperty => one !== null);
  const { left, top, width, height } = frame.area;
  return (
    <>
      <span class="hover-ring" style={{ left: `${at[0]}px`, top: `${at[1]}px` }} aria-hidden="true" />
      <HoverCard
        point={hovered} target={target} properties={[...new Set(shown)]} at={at} room={[left + width, top + height]} preview={paintPreview}
      />
    </>
  );
}
