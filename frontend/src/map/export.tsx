/** The map as a file: pixels, or shapes that stay shapes. */

import { render, type VNode } from "preact";
import { blobOf } from "../chart/download";
import type { Drawing } from "../chart/drawing";
import type { PlainProperty } from "../explorer/scene";
import type { MapSettings } from "../explorer/settings";
import { LIGHT } from "../theme";
import { CHOSEN, GRAY, sizeStep } from "./cloud";
import type { Frame } from "./frame";
import { Legend } from "./legend";
import { barsAlong, GridLines, Histogram, MapAxes } from "./overlay";
import { cssOf } from "./palettes";
import { MapPainter, type Picture } from "./painter";
import { joinedRuns } from "./picture";
import { depthOrder, isDrawn } from "./raster";
import { frameIn, legendPlace, pictureOf } from "./surface";
import { pathOf } from "./symbols";
import type { Mapped } from "./use-cloud";

export interface Shown {
  readonly frame: Frame;
  readonly picture: Picture;
  readonly drawing: Drawing;
}

interface MapFile {
  readonly shown: Shown;
  readonly map: MapSettings;
  readonly mapped: Mapped;
  readonly symbol: PlainProperty | null;
}

const PNG_SCALE = 3;
const LEAST_WIDTH = 600;

/** On white, as it is seen. */
function paperOf({ shown, map, mapped, symbol }: MapFile): Drawing & { frame: Frame; picture: Picture } {
  const { drawing } = shown;
  const paper: Drawing = { ...drawing, width: Math.max(LEAST_WIDTH, drawing.width), theme: LIGHT, paper: true };
  const frame = frameIn(paper, mapped, map, symbol);
  return { ...paper, frame, picture: pictureOf(frame, paper, map, mapped, "processor") };
}

export async function mapPng(file: MapFile): Promise<Blob> {
  const paper = paperOf(file);
  const { width, height, frame, picture } = paper;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * PNG_SCALE, height * PNG_SCALE];
  const goal = canvas.getContext("2d")!;
  goal.fillStyle = LIGHT.paper;
  goal.fillRect(0, 0, canvas.width, canvas.height);
  const points = document.createElement("canvas");
  new MapPainter().draw(points, picture, false, PNG_SCALE);
  goal.drawImage(points, frame.area.left * PNG_SCALE, frame.area.top * PNG_SCALE);
  const lines = serialized(<Lines file={file} paper={paper} />, paper);
  const url = URL.createObjectURL(new Blob([lines], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    goal.drawImage(image, 0, 0, canvas.width, canvas.height);
  } finally {
    URL.revokeObjectURL(url);
  }
  return blobOf(canvas);
}

export function mapSvg(file: MapFile): string {
  const paper = paperOf(file);
  const { area } = paper.frame;
  const picture = (
    <>
      <rect width={paper.width} height={paper.height} fill={LIGHT.paper} />
      <GridLines frame={paper.frame} drawing={paper} />
      <clipPath id="area"><rect x={area.left} y={area.top} width={area.width} height={area.height} /></clipPath>
      <g clip-path="url(#area)">
        <g transform={`translate(${area.left} ${area.top})`} id="points">POINTS</g>
      </g>
      <Lines file={file} paper={paper} />
    </>
  );
  // Points are written as text: a million elements would be more than a page can hold.
  return serialized(picture, paper).replace("POINTS", () => `${joinedPath(file, paper.frame)}${pointShapes(paper.picture)}`);
}

function Lines({ file: { map, mapped, symbol }, paper }: { readonly file: MapFile; readonly paper: ReturnType<typeof paperOf> }) {
  const legend = legendPlace(paper.frame, paper, mapped, symbol);
  return (
    <>
      <MapAxes frame={paper.frame} drawing={paper} />
      {map.histograms && paper.frame.plane !== null && (["x", "y"] as const).map((axis) => (
        <Histogram key={axis} frame={paper.frame} drawing={paper} axis={axis} bars={barsAlong(mapped, paper.frame, axis, null)} size={paper.font * 4.5} brush={null} />
      ))}
      {legend !== null && (
        <g transform={`translate(${legend.left} ${legend.top})`}>
          <Legend channels={mapped.channels} map={map} look={mapped.look} symbol={symbol} drawing={paper} height={legend.height} />
        </g>
      )}
    </>
  );
}

function serialized(content: VNode, { width, height }: Drawing): string {
  const holder = document.createElement("div");
  render(
    <svg xmlns="http://www.w3.org/2000/svg" width={width} height={height} viewBox={`0 0 ${width} ${height}`} font-family="Inter, Helvetica, Arial, sans-serif">
      {content}
    </svg>,
    holder,
  );
  const svg = new XMLSerializer().serializeToString(holder.firstElementChild!);
  render(null, holder);
  return svg;
}

function joinedPath({ map, mapped }: MapFile, frame: Frame): string {
  if (!map.joined) return "";
  const runs = joinedRuns(mapped.cloud, frame).filter((run) => run.length > 1);
  const path = runs.map((run) => `M${run.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`).join("");
  return `<path d="${path}" fill="none" stroke="${LIGHT.muted}" stroke-width="0.7"/>`;
}

/** Every point in the picture as a shape of its own, low ones first. */
function pointShapes({ cloud, placement, look, width, height }: Picture): string {
  const order = cloud.z === null ? null : depthOrder(cloud, placement);
  const [[ax, ay, az, a0], [bx, by, bz, b0]] = [placement.across, placement.down];
  const layers: Record<number, string[]> = { [GRAY]: [], 2: [], [CHOSEN]: [] };
  const edge = look.outline > 0 ? ` stroke="${cssOf(look.outlineColor)}" stroke-width="${look.outline.toFixed(2)}"` : "";
  for (let k = 0; k < cloud.count; k++) {
    const i = order === null ? k : order[k]!;
    if (!isDrawn(cloud, i)) continue;
    const state = cloud.states === null ? 2 : cloud.states[i]!;
    const depth = cloud.z === null ? 0 : cloud.z[i]!;
    const x = ax * cloud.x[i]! + ay * cloud.y[i]! + az * depth + a0;
    const y = bx * cloud.x[i]! + by * cloud.y[i]! + bz * depth + b0;
    if (!(x > -20 && y > -20 && x < width + 20 && y < height + 20)) continue;
    const gray = state === GRAY;
    const radius = gray ? Math.max(0.6, 0.7 * look.radius) : look.radius * (cloud.sizes === null ? 1 : look.factors[sizeStep(cloud.sizes[i]!)]!);
    const fill = gray ? look.gray : cloud.colors[cloud.steps === null ? 0 : cloud.steps[i]!]!;
    const opacity = (cloud.opacities === null ? look.opacity : cloud.opacities[i]! / 255) * (cloud.anyChosen && state !== CHOSEN ? 0.35 : 1);
    const clear = opacity < 0.995 ? ` fill-opacity="${opacity.toFixed(2)}"` : "";
    const symbol = gray || cloud.symbols === null ? 0 : cloud.symbols[i]!;
    const shape = symbol === 0
      ? `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${radius.toFixed(2)}"`
      : `<path fill-rule="evenodd" d="${pathOf(symbol, x, y, radius)}"`;
    layers[state]!.push(`${shape} fill="${cssOf(fill)}"${clear}${gray ? "" : edge}/>`);
  }
  return [GRAY, 2, CHOSEN].map((layer) => layers[layer]!.join("")).join("");
}
