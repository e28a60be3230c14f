/** What is written over a picture: labels of atoms, axes, the color bar, lines of measurements. */

import type { Theme } from "../theme";
import { digits } from "../words";
import type { ColorBar } from "./coloring";
import { inWords, measured } from "./measure";
import type { Model } from "./model";
import { CHOSEN } from "./stage";
import type { Surface } from "./surface";
import { length, rotate, type Vector } from "./vectors";
import { type Projected, projection } from "./view";

export interface Writing {
  readonly theme: Theme;
  /** A text for each atom; null for none. */
  readonly labels: readonly string[] | null;
  readonly axes: "off" | "xyz" | "abc";
  readonly bar: ColorBar | null;
  /** Images that were clicked for a measurement, in order. */
  readonly picked: readonly number[];
  /** The image under the pointer; -1 for none. */
  readonly hovered: number;
  readonly supercell: readonly [number, number, number];
}

const FONT = "Inter, system-ui, sans-serif";
const MOST_LABELS = 1000;
const AXIS_COLORS = ["#d9483b", "#2f9a4c", "#3b7de0"];

export function writeOver(canvas: CanvasRenderingContext2D, surface: Surface, ratio: number, writing: Writing): void {
  canvas.scale(ratio, ratio);
  const size = [canvas.canvas.width / ratio, canvas.canvas.height / ratio] as const;
  const project = projection(surface.model, surface.view, ...size);
  const pen: Pen = { canvas, size, project, model: surface.model, theme: writing.theme };
  if (writing.labels !== null) writeLabels(pen, writing.labels);
  for (const image of writing.picked) drawRing(pen, image, CHOSEN);
  if (writing.hovered >= 0) drawRing(pen, writing.hovered, writing.theme.accent);
  if (writing.picked.length > 0) drawMeasure(pen, writing.picked);
  if (writing.axes !== "off") drawAxes(pen, writing.axes, surface.view.rotation);
  if (writing.bar !== null) drawBar(pen, writing.bar);
  if (writing.supercell.some((times) => times !== 1)) write(pen, `${writing.supercell.join(" × ")} cells`, size[0] / 2, size[1] - 12, 11, 500);
}

interface Pen {
  readonly canvas: CanvasRenderingContext2D;
  readonly size: readonly [number, number];
  readonly project: (p: Vector) => Projected;
  readonly model: Model;
  readonly theme: Theme;
}

/** Text with an edge of paper, so that it can be read on everything. */
function write({ canvas, theme }: Pen, text: string, x: number, y: number, pixels: number, weight = 600): void {
  canvas.font = `${weight} ${pixels}px ${FONT}`;
  canvas.textAlign = "center";
  canvas.textBaseline = "middle";
  canvas.lineJoin = "round";
  canvas.lineWidth = pixels * 0.28;
  canvas.strokeStyle = theme.paper;
  canvas.strokeText(text, x, y);
  canvas.fillStyle = theme.ink;
  canvas.fillText(text, x, y);
}

function writeLabels(pen: Pen, labels: readonly string[]): void {
  const { balls } = pen.model.primitives;
  const seen = Array.from({ length: balls.count }, (_, i) => pen.project(balls.at(i)));
  const covered = coveredBy(seen, (i) => balls.places[4 * i + 3]! * seen[i]!.scale);
  const shown = [...seen.keys()].filter((i) => labels[atomOf(pen.model, i)] && !covered(i));
  const nearest = shown.sort((a, b) => seen[b]!.depth - seen[a]!.depth).slice(0, MOST_LABELS);
  const pixels = nearest.length > 150 ? 10 : 12;
  const free = new Room(pixels);
  const textOf = (i: number) => labels[atomOf(pen.model, i)]!;
  const readable = nearest.filter((i) => free.take(seen[i]!.x, seen[i]!.y, textOf(i).length));
  for (const i of readable.reverse()) write(pen, textOf(i), seen[i]!.x, seen[i]!.y, pixels);
}

/** Places that no label has yet; those in front are asked first. */
class Room {
  private readonly taken: (readonly [number, number, number])[] = [];

  constructor(private readonly pixels: number) {}

  take(x: number, y: number, letters: number): boolean {
    const half = 0.3 * this.pixels * letters;
    const clash = this.taken.some(([u, v, other]) => Math.abs(v - y) < 0.75 * this.pixels && Math.abs(u - x) < 0.85 * (half + other));
    if (!clash) this.taken.push([x, y, half]);
    return !clash;
  }
}

function atomOf({ images, primitives }: Model, ball: number): number {
  return images.atoms[primitives.balls.images[ball]!]!;
}

/** Says whether another disk lies over the middle of a disk. */
function coveredBy(seen: readonly Projected[], radiusOf: (i: number) => number): (i: number) => boolean {
  const radii = seen.map((_, i) => radiusOf(i));
  const width = Math.max(1, ...radii.slice(0, 50_000));
  const boxes = new Map<string, number[]>();
  const boxOf = (i: number) => [Math.floor(seen[i]!.x / width), Math.floor(seen[i]!.y / width)] as const;
  for (let i = 0; i < seen.length; i++) {
    const key = boxOf(i).join();
    const box = boxes.get(key);
    if (box) box.push(i);
    else boxes.set(key, [i]);
  }
  return (i) => {
    const [u, v] = boxOf(i);
    const one = seen[i]!;
    for (const x of [u - 1, u, u + 1]) for (const y of [v - 1, v, v + 1]) {
      for (const j of boxes.get(`${x},${y}`) ?? []) {
        const other = seen[j]!;
        if (other.depth > one.depth + 1e-6 && Math.hypot(other.x - one.x, other.y - one.y) < 0.8 * radii[j]!) return true;
      }
    }
    return false;
  };
}

function drawRing({ canvas, model, project }: Pen, image: number, color: string): void {
  const ball = model.ballOfImage[image] ?? -1;
  if (ball < 0 || image >= model.images.count) return;
  const { x, y, scale } = project(model.positionOf(image));
  canvas.beginPath();
  canvas.arc(x, y, model.primitives.balls.places[4 * ball + 3]! * scale + 2, 0, 2 * Math.PI);
  canvas.globalAlpha = 0.35;
  canvas.lineWidth = 7;
  canvas.strokeStyle = color;
  canvas.stroke();
  canvas.globalAlpha = 1;
  canvas.lineWidth = 2.5;
  canvas.stroke();
}

function drawMeasure(pen: Pen, picked: readonly number[]): void {
  const { canvas, theme, model } = pen;
  const seen = picked.map((image) => pen.project(model.positionOf(image)));
  canvas.setLineDash([5, 4]);
  for (const [width, color] of [[4, theme.paper], [2, CHOSEN]] as const) {
    canvas.lineWidth = width;
    canvas.strokeStyle = color;
    canvas.beginPath();
    seen.forEach(({ x, y }, k) => (k === 0 ? canvas.moveTo(x, y) : canvas.lineTo(x, y)));
    canvas.stroke();
  }
  canvas.setLineDash([]);
  for (let k = 1; k < picked.length; k++) {
    const [a, b] = [seen[k - 1]!, seen[k]!];
    const part = measured(model, [picked[k - 1]!, picked[k]!])!;
    write(pen, `${part.value.toFixed(2)} Å`, (a.x + b.x) / 2, (a.y + b.y) / 2, 12);
  }
  const whole = measured(model, picked);
  if (whole !== null && picked.length > 2) write(pen, inWords(whole), pen.size[0] / 2, pen.size[1] - 30, 13);
}

function drawAxes(pen: Pen, kind: "xyz" | "abc", rotation: Parameters<typeof rotate>[0]): void {
  const { canvas, size, model } = pen;
  const rows = kind === "xyz" ? ([[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const) : model.lattice?.rows;
  if (rows === undefined) return;
  const reach = Math.min(40, size[1] * 0.14);
  const [x, y] = [reach + 22, size[1] - reach - 22];
  const axes = rows.map((row, i) => {
    const long = length(row) || 1;
    const tip = rotate(rotation, [row[0] / long, row[1] / long, row[2] / long]);
    return { tip, color: AXIS_COLORS[i]!, name: kind[i]! };
  });
  for (const { tip, color, name } of axes.sort((a, b) => a.tip[2] - b.tip[2])) {
    const [tx, ty] = [x + tip[0] * reach, y - tip[1] * reach];
    canvas.globalAlpha = 0.7 + 0.3 * Math.max(0, Math.min(1, tip[2] + 1));
    canvas.lineCap = "round";
    canvas.lineWidth = 3;
    canvas.strokeStyle = canvas.fillStyle = color;
    canvas.beginPath();
    canvas.moveTo(x, y);
    canvas.lineTo(tx, ty);
    canvas.stroke();
    arrowHead(canvas, x, y, tx, ty);
    canvas.globalAlpha = 1;
    write(pen, name, x + tip[0] * (reach + 12), y - tip[1] * (reach + 12), 12);
  }
}

function arrowHead(canvas: CanvasRenderingContext2D, x: number, y: number, tx: number, ty: number): void {
  const long = Math.hypot(tx - x, ty - y);
  if (long < 6) return;
  const [ux, uy] = [(tx - x) / long, (ty - y) / long];
  canvas.beginPath();
  canvas.moveTo(tx + ux * 5, ty + uy * 5);
  canvas.lineTo(tx - ux * 4 - uy * 4.5, ty - uy * 4 + ux * 4.5);
  canvas.lineTo(tx - ux * 4 + uy * 4.5, ty - uy * 4 - ux * 4.5);
  canvas.fill();
}

/** Paper over atoms and their labels, so that a legend can be read. */
function veil({ canvas, theme }: Pen, x: number, y: number, width: number, height: number): void {
  canvas.globalAlpha = 0.78;
  canvas.fillStyle = theme.paper;
  canvas.fillRect(x, y, width, height);
  canvas.globalAlpha = 1;
}

function drawBar(pen: Pen, bar: ColorBar): void {
  if (bar.ends === null) return drawCategories(pen, bar);
  const { canvas, size, theme } = pen;
  const high = Math.max(60, Math.min(220, size[1] * 0.5));
  const [x, y, wide] = [size[0] - 26, (size[1] - high) / 2, 12];
  veil(pen, x - 20, y - 20, size[0] - x + 20, high + 40);
  const shade = canvas.createLinearGradient(0, y + high, 0, y);
  bar.colors.forEach(([r, g, b], i) => {
    if (i % 8 === 0 || i === bar.colors.length - 1) shade.addColorStop(i / (bar.colors.length - 1), `rgb(${r},${g},${b})`);
  });
  canvas.fillStyle = shade;
  canvas.fillRect(x, y, wide, high);
  canvas.strokeStyle = theme.faint;
  canvas.lineWidth = 1;
  canvas.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1);
  const rightward = (text: string, at: number) => {
    canvas.font = `500 11px ${FONT}`;
    write(pen, text, Math.min(x + wide / 2, size[0] - 4 - canvas.measureText(text).width / 2), at, 11, 500);
  };
  rightward(digits(bar.ends[1], 4), y - 9);
  rightward(digits(bar.ends[0], 4), y + high + 10);
  canvas.save();
  canvas.translate(x - 10, y + high / 2);
  canvas.rotate(-Math.PI / 2);
  write(pen, bar.title, 0, 0, 11, 500);
  canvas.restore();
}

function drawCategories(pen: Pen, { title, categories, colors }: ColorBar): void {
  const { canvas, size, theme } = pen;
  const row = 17;
  const shown = categories.slice(0, Math.max(1, Math.floor((size[1] - 60) / row)));
  canvas.font = `500 11px ${FONT}`;
  const lines = shown.length < categories.length ? [...shown.slice(0, -1), `… ${categories.length - shown.length + 1} more`] : shown;
  const wide = Math.min(size[0] * 0.4, Math.max(...[title, ...lines].map((text) => canvas.measureText(text).width)));
  const [x, top] = [size[0] - wide - 14, (size[1] - row * (lines.length + 1)) / 2];
  veil(pen, x - 22, top - 4, size[0] - x + 22, row * (lines.length + 1) + 8);
  [title, ...lines].forEach((text, i) => {
    const y = top + row * (i + 0.5);
    canvas.textAlign = "left";
    canvas.textBaseline = "middle";
    canvas.lineWidth = 3;
    canvas.strokeStyle = theme.paper;
    canvas.strokeText(text, x, y, wide);
    canvas.fillStyle = i === 0 ? theme.muted : theme.ink;
    canvas.fillText(text, x, y, wide);
    const color = colors[i - 1];
    if (color === undefined) return;
    canvas.fillStyle = `rgb(${color.join()})`;
    canvas.beginPath();
    canvas.arc(x - 10, y, 5, 0, 2 * Math.PI);
    canvas.fill();
  });
}
