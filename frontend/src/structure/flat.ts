/** The painter for browsers without WebGL: shaded disks, sticks and triangles, far ones first. */

import { mix } from "../theme";
import type { Model } from "./model";
import { CHOSEN, RING } from "./stage";
import { type Projected, projection, type View } from "./view";

interface Stroke {
  readonly depth: number;
  readonly paint: (canvas: CanvasRenderingContext2D) => void;
}

export function paintFlat(target: HTMLCanvasElement, model: Model, view: View): void {
  const canvas = target.getContext("2d")!;
  canvas.clearRect(0, 0, target.width, target.height);
  canvas.lineCap = "round";
  const project = projection(model, view, target.width, target.height);
  const { balls, cones, clearCones, ellipsoids, clearEllipsoids, faces, clearFaces } = model.primitives;
  const strokes: Stroke[] = [];
  for (let i = 0; i < balls.count; i++) {
    const radius = balls.places[4 * i + 3]!;
    strokes.push(ball(project(balls.at(i)), radius, hexOf(balls.tints, 4 * i), balls.tints[4 * i + 3] === RING.none ? null : CHOSEN));
  }
  for (const list of [cones, clearCones]) for (let i = 0; i < list.count; i++) strokes.push(...cone(list, i, project));
  for (const list of [ellipsoids, clearEllipsoids]) for (let i = 0; i < list.count; i++) strokes.push(ellipsoid(list, i, project));
  for (const list of [faces, clearFaces]) for (let i = 0; i < list.count; i++) strokes.push(face(list, i, project));
  for (const { paint } of strokes.sort((a, b) => a.depth - b.depth)) paint(canvas);
}

type Project = ReturnType<typeof projection>;

function hexOf(tints: Uint8Array, at: number): string {
  return `#${[0, 1, 2].map((k) => tints[at + k]!.toString(16).padStart(2, "0")).join("")}`;
}

function ball({ x, y, depth, scale }: Projected, radius: number, color: string, ring: string | null): Stroke {
  return {
    depth,
    paint: (canvas) => {
      const r = radius * scale;
      const shade = canvas.createRadialGradient(x - 0.35 * r, y - 0.4 * r, 0.05 * r, x, y, r);
      shade.addColorStop(0, mix(color, "#ffffff", 0.75));
      shade.addColorStop(0.35, mix(color, "#ffffff", 0.12));
      shade.addColorStop(1, mix(color, "#000000", 0.42));
      canvas.fillStyle = shade;
      canvas.beginPath();
      canvas.arc(x, y, r, 0, 2 * Math.PI);
      canvas.fill();
      if (ring === null) return;
      [canvas.strokeStyle, canvas.lineWidth] = [ring, 3];
      canvas.stroke();
    },
  };
}

/** A stick of two colors, or the outline of a cone. */
function cone(list: Model["primitives"]["cones"], i: number, project: Project): Stroke[] {
  const end = (at: number) => ({
    seen: project([list.ends[8 * i + at]!, list.ends[8 * i + at + 1]!, list.ends[8 * i + at + 2]!]),
    radius: list.ends[8 * i + at + 3]!, color: hexOf(list.tints, 8 * i + at),
  });
  const [a, b] = [end(0), end(4)];
  const alpha = list.tints[8 * i + 3]! / 255;
  if (a.radius !== b.radius) return [{ depth: (a.seen.depth + b.seen.depth) / 2, paint: (canvas) => tapered(canvas, a, b, alpha) }];
  const middle = mean(a.seen, b.seen);
  const width = 2 * a.radius * middle.scale;
  const half = (from: Projected, color: string): Stroke => ({
    depth: (from.depth + middle.depth) / 2,
    paint: (canvas) => {
      canvas.globalAlpha = alpha;
      for (const [share, tone] of [[1, mix(color, "#000000", 0.32)], [0.55, mix(color, "#ffffff", 0.15)]] as const) {
        canvas.strokeStyle = tone;
        canvas.lineWidth = Math.max(1, width * share);
        canvas.beginPath();
        canvas.moveTo(from.x, from.y);
        canvas.lineTo(middle.x, middle.y);
        canvas.stroke();
      }
      canvas.globalAlpha = 1;
    },
  });
  return [half(a.seen, a.color), half(b.seen, b.color)];
}

interface End {
  readonly seen: Projected;
  readonly radius: number;
  readonly color: string;
}

function tapered(canvas: CanvasRenderingContext2D, a: End, b: End, alpha: number): void {
  const angle = Math.atan2(b.seen.y - a.seen.y, b.seen.x - a.seen.x) + Math.PI / 2;
  const corner = ({ seen, radius }: End, side: number): [number, number] =>
    [seen.x + side * radius * seen.scale * Math.cos(angle), seen.y + side * radius * seen.scale * Math.sin(angle)];
  canvas.globalAlpha = alpha;
  canvas.fillStyle = a.color;
  fill(canvas, [corner(a, 1), corner(a, -1), corner(b, -1), corner(b, 1)]);
  canvas.globalAlpha = 1;
}

function mean(a: Projected, b: Projected): Projected {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, depth: (a.depth + b.depth) / 2, scale: (a.scale + b.scale) / 2 };
}

/** The ellipse that an ellipsoid is seen as: its axes' projections q make the matrix Σ q qᵀ. */
function ellipsoid({ axes, tints }: Model["primitives"]["ellipsoids"], i: number, project: Project): Stroke {
  const at = (k: number): [number, number, number] => [axes[12 * i + k]!, axes[12 * i + k + 1]!, axes[12 * i + k + 2]!];
  const center = at(0);
  const seen = project(center);
  let [xx, xy, yy] = [0, 0, 0];
  for (const k of [3, 6, 9]) {
    const axis = at(k);
    const tip = project([center[0] + axis[0], center[1] + axis[1], center[2] + axis[2]]);
    const [dx, dy] = [(tip.x - seen.x), (tip.y - seen.y)];
    [xx, xy, yy] = [xx + dx * dx, xy + dx * dy, yy + dy * dy];
  }
  const root = Math.hypot((xx - yy) / 2, xy);
  const [long, short] = [Math.sqrt((xx + yy) / 2 + root), Math.sqrt(Math.max(0, (xx + yy) / 2 - root))];
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  return {
    depth: seen.depth,
    paint: (canvas) => {
      canvas.globalAlpha = tints[4 * i + 3]! / 255;
      canvas.fillStyle = hexOf(tints, 4 * i);
      canvas.beginPath();
      canvas.ellipse(seen.x, seen.y, long, short, angle, 0, 2 * Math.PI);
      canvas.fill();
      canvas.globalAlpha = 1;
    },
  };
}

function face({ points, tints }: Model["primitives"]["faces"], i: number, project: Project): Stroke {
  const corners = [0, 3, 6].map((k) => project([points[9 * i + k]!, points[9 * i + k + 1]!, points[9 * i + k + 2]!]));
  return {
    depth: corners.reduce((sum, { depth }) => sum + depth / 3, 0),
    paint: (canvas) => {
      canvas.globalAlpha = tints[12 * i + 3]! / 255;
      canvas.fillStyle = hexOf(tints, 12 * i);
      fill(canvas, corners.map(({ x, y }) => [x, y]));
      canvas.globalAlpha = 1;
    },
  };
}

function fill(canvas: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[]): void {
  canvas.beginPath();
  corners.forEach(([x, y], k) => (k === 0 ? canvas.moveTo(x, y) : canvas.lineTo(x, y)));
  canvas.closePath();
  canvas.fill();
}
