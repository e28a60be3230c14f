/** The frame that every chart stands in: title, controls, surface, tip and downloads. */

import type { ComponentChildren, VNode } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { csvOf, drawingForPaper, pngOf, save, svgOf, type Table } from "./download";
import { type Drawing, ThemeContext } from "./drawing";

export interface Tip {
  readonly x: number;
  readonly y: number;
  readonly content: ComponentChildren;
}

export interface ChartProps {
  /** What its files are called. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen, for those who do not see it. */
  readonly about: string;
  /** Height over width. */
  readonly aspect: number;
  readonly controls?: ComponentChildren;
  /** What stands below; a function of the drawing where that decides. */
  readonly footer?: ComponentChildren | ((drawing: Drawing) => ComponentChildren);
  readonly tip?: Tip | null;
  readonly draw: (drawing: Drawing) => VNode;
  /** Paints what lies under the drawing and would be too much for shapes. */
  readonly paint?: (canvas: CanvasRenderingContext2D, drawing: Drawing) => void;
  readonly table: () => Table;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function Chart(props: ChartProps) {
  const { name, title, about, aspect, controls, footer, tip, draw, paint, table, onKeyDown } = props;
  const [surface, drawing, least] = useDrawing(aspect);
  return (
    <figure class="panel chart" data-chart={name}>
      <header class="panel-head">
        <h3>{title}</h3>
        <div class="controls">{controls}</div>
        <Downloads name={name} aspect={aspect} draw={draw} table={table} />
      </header>
      <div class="surface" ref={surface} style={{ minHeight: `${least}px` }}>
        {drawing && paint && <Canvas drawing={drawing} paint={paint} />}
        {drawing && (
          <svg
            width={drawing.width}
            height={drawing.height}
            viewBox={`0 0 ${drawing.width} ${drawing.height}`}
            role="img"
            aria-label={about}
            {...(onKeyDown === undefined ? {} : { tabindex: 0, onKeyDown })}
          >
            {draw(drawing)}
          </svg>
        )}
        {drawing && tip && <TipCard tip={tip} width={drawing.width} />}
      </div>
      {typeof footer === "function" ? drawing && footer(drawing) : footer}
    </figure>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly font: number;
}

/** Follows the room that the page gives, and the size of its letters; a taller neighbor makes it taller. */
function useDrawing(aspect: number) {
  const theme = useContext(ThemeContext);
  const surface = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0, font: 12 });
  useLayoutEffect(() => {
    const element = surface.current!;
    const measure = () => {
      const font = 0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
      const now = { width: element.clientWidth, height: element.clientHeight, font };
      setSize((old) => (old.width === now.width && old.height === now.height && old.font === font ? old : now));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const least = Math.round(Math.min(Math.max(size.width * aspect, size.font * 21), size.font * 44));
  const drawing: Drawing = { ...size, height: Math.max(size.height, least), theme, paper: false };
  return [surface, size.width < 40 ? null : drawing, least] as const;
}

function Canvas({ drawing, paint }: { readonly drawing: Drawing; readonly paint: NonNullable<ChartProps["paint"]> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = drawing;
  useEffect(() => {
    const ratio = window.devicePixelRatio || 1;
    const context = canvas.current!.getContext("2d")!;
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(context, drawing);
    // Painting is remembered by its caller: a new function means that something has changed.
  }, [paint, width, height, drawing.theme, drawing.font]);
  return <canvas ref={canvas} class="underlay" style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true" />;
}

function TipCard({ tip, width }: { readonly tip: Tip; readonly width: number }) {
  const right = tip.x > width / 2;
  const side = right ? { right: `${width - tip.x + 12}px` } : { left: `${tip.x + 12}px` };
  return (
    <div class="tip" role="status" style={{ top: `${tip.y}px`, ...side }}>
      {tip.content}
    </div>
  );
}

function Downloads({ name, aspect, draw, table }: Pick<ChartProps, "name" | "aspect" | "draw" | "table">) {
  const paper = drawingForPaper(aspect);
  const kinds: readonly (readonly [string, () => void | Promise<void>])[] = [
    ["SVG", () => save(svgOf(draw, paper), `${name}.svg`)],
    ["PNG", async () => save(await pngOf(svgOf(draw, paper), paper), `${name}.png`)],
    ["CSV", () => save(csvOf(table()), `${name}.csv`)],
  ];
  return <DownloadMenu kinds={kinds} />;
}

/** A menu of file kinds; choosing one closes it. */
export function DownloadMenu({ kinds, label = "Download" }: { readonly kinds: readonly (readonly [string, () => void | Promise<void>])[]; readonly label?: string }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  // The focus goes back first: taken from a hidden item, its loss would close the menu once more later.
  const leave = () => {
    menu.current?.querySelector("summary")?.focus();
    close();
  };
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={(event) => event.key === "Escape" && leave()}
      onFocusOut={(event) => !menu.current?.contains(event.relatedTarget as Node | null) && close()}
    >
      <summary aria-label={label} title={label}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8m0 0L4.8 6.8M8 10l3.2-3.2M3 13.5h10" /></svg>
      </summary>
      <div class="menu-items">
        {kinds.map(([kind, act]) => (
          <button
            key={kind}
            type="button"
            onClick={() => {
              leave();
              void act();
            }}
          >
            {kind}
          </button>
        ))}
      </div>
    </details>
  );
}
