/** Charts as files: vector graphics, pixels and numbers. */

import { render, type VNode } from "preact";
import { LIGHT } from "../theme";
import type { Drawing } from "./drawing";

export type Cell = string | number | null;

/** The numbers behind a chart. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const PAPER_WIDTH = 720;
const PAPER_FONT = 13;
const PNG_SCALE = 3;

export function drawingForPaper(aspect: number): Drawing {
  const height = Math.round(PAPER_WIDTH * aspect);
  return { width: PAPER_WIDTH, height, theme: LIGHT, font: PAPER_FONT, paper: true };
}

/** Draws a chart once more, on white, and returns it as a file of its own. */
export function svgOf(draw: (drawing: Drawing) => VNode, drawing: Drawing): string {
  const { width, height, theme } = drawing;
  const holder = document.createElement("div");
  const picture = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      font-family="Inter, Helvetica, Arial, sans-serif"
    >
      <rect width={width} height={height} fill={theme.paper} />
      {draw(drawing)}
    </svg>
  );
  render(picture, holder);
  const svg = new XMLSerializer().serializeToString(holder.firstElementChild!);
  render(null, holder);
  return svg;
}

export async function pngOf(svg: string, { width, height }: Drawing): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * PNG_SCALE;
    canvas.height = height * PNG_SCALE;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("the picture is too large")) : resolve(blob)), "image/png");
  });
}

/** Comma-separated values as RFC 4180 has them. */
export function csvOf({ columns, rows }: Table): string {
  const cell = (value: Cell) => {
    const text = value === null ? "" : String(value);
    // A text that begins like a formula would be run by a spreadsheet.
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Hands a file to the browser's downloads. */
export function save(content: Blob | string, name: string): void {
  const blob = typeof content === "string" ? new Blob([content], { type: "text/plain;charset=utf-8" }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download begins after this turn; the address must live until then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
