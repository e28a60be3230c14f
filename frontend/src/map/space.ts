/** The box about a map in space: grid on its back, ticks along its outline. */

import type { Axis } from "../chart/axes";
import type { Vector } from "../structure/vectors";
import type { Line } from "./frame";

type Pixel = readonly [number, number];

export interface SpaceTick {
  readonly at: Pixel;
  /** Where the text stands. */
  readonly label: Pixel;
  readonly text: string;
}

export interface SpaceAxis {
  readonly line: Line;
  readonly ticks: readonly SpaceTick[];
  readonly label: string;
  /** Where the axis' name stands. */
  readonly name: Pixel;
}

interface Box {
  readonly project: (p: Vector) => [number, number];
  readonly depthOf: (p: Vector) => number;
  /** Each axis' ticks for a length in pixels. */
  readonly axes: readonly ((pixels: number) => Axis)[];
  readonly font: number;
}

export function boxEdges({ project, depthOf, axes, font }: Box): { readonly grid: readonly Line[]; readonly space: readonly SpaceAxis[] } {
  const back = ([0, 1, 2] as const).map((axis) => {
    const normal = depthOf(corner(axis, 1)) - depthOf(corner(axis, 0));
    // Of two opposite faces the one whose normal points away from the eye is behind.
    return normal > 0 ? 0 : 1;
  });
  const edges = ([0, 1, 2] as const).map((axis) => outlineEdge(axis, back, project));
  const made = edges.map(([from, to], axis) => axes[axis]!(Math.hypot(...difference(project(to), project(from)))));
  const middle = project([0.5, 0.5, 0.5]);
  const space = made.map((axis, i) => {
    const drawn = spaceAxis(axis, edges[i]!, { project, middle, font });
    // The upright axis has its name above it: beside it, it would be cut off on narrow pages.
    return i === 2 ? { ...drawn, name: aboveOf(drawn.line, font) } : drawn;
  });
  return { grid: gridLines(made, back, project), space };
}

function aboveOf({ from, to }: Line, font: number): Pixel {
  const [x, y] = from[1] < to[1] ? from : to;
  return [x, y - font * 1.1];
}

/** A point of the box with one coordinate given and the others in the middle. */
function corner(axis: number, value: number): Vector {
  return [0, 1, 2].map((i) => (i === axis ? value : 0.5)) as unknown as Vector;
}

function difference(a: Pixel, b: Pixel): [number, number] {
  return [a[0] - b[0], a[1] - b[1]];
}

/** The edge along an axis that lies on the outline: between a face in front and one behind, low or left. */
function outlineEdge(axis: 0 | 1 | 2, back: readonly number[], project: Box["project"]): readonly [Vector, Vector] {
  const [p, q] = ([0, 1, 2] as const).filter((other) => other !== axis) as [number, number];
  const candidates = [[back[p]!, 1 - back[q]!], [1 - back[p]!, back[q]!]].map(([a, b]) => {
    const at = (along: number): Vector => {
      const point = [0, 0, 0];
      [point[axis], point[p], point[q]] = [along, a!, b!];
      return point as unknown as Vector;
    };
    return [at(0), at(1)] as const;
  });
  const place = ([from, to]: readonly [Vector, Vector]) => {
    const [a, b] = [project(from), project(to)];
    return axis === 2 ? a[0] + b[0] : -(a[1] + b[1]);
  };
  return candidates.sort((a, b) => place(a) - place(b))[0]!;
}

function spaceAxis(
  axis: Axis, [from, to]: readonly [Vector, Vector], { project, middle, font }: { project: Box["project"]; middle: Pixel; font: number },
): SpaceAxis {
  const along = shareOf(axis);
  const on = (share: number): [number, number] => project([0, 1, 2].map((i) => from[i]! + (to[i]! - from[i]!) * share) as unknown as Vector);
  const [start, stop] = [on(0), on(1)];
  const outward = away(start, stop, middle);
  const shifted = (p: Pixel, by: number): Pixel => [p[0] + outward[0] * by, p[1] + outward[1] * by];
  const written = axis.ticks.filter((tick): tick is typeof tick & { text: string } => tick.text !== null);
  const longest = Math.max(1, ...written.map(({ text }) => text.length));
  // Letters are wide: where the text stands beside its edge, it must stand farther off.
  const room = font * (1.0 + 0.28 * longest * Math.abs(outward[0]));
  return {
    line: { from: start, to: stop },
    label: axis.label,
    name: shifted(on(0.5), room * 1.6 + font * (1 + 0.1 * Math.abs(outward[0]) * axis.label.length)),
    ticks: written.map(({ value, text }) => {
      const at = on(along(value));
      return { at, text, label: shifted(at, room) };
    }),
  };
}

/** The share of an axis at which a value lies. */
function shareOf({ scale }: Axis): (value: number) => number {
  const [low, high] = scale.range() as [number, number];
  return (value) => (scale(value) - low) / (high - low || 1);
}

/** Perpendicular to an edge, away from the middle. */
function away(from: Pixel, to: Pixel, middle: Pixel): Pixel {
  const [dx, dy] = difference(to, from);
  const size = Math.hypot(dx, dy) || 1;
  const normal: Pixel = [-dy / size, dx / size];
  const [mx, my] = [(from[0] + to[0]) / 2 - middle[0], (from[1] + to[1]) / 2 - middle[1]];
  return normal[0] * mx + normal[1] * my >= 0 ? normal : [-normal[0], -normal[1]];
}

/** Lines across the three faces behind, at every written tick, and their borders. */
function gridLines(axes: readonly Axis[], back: readonly number[], project: Box["project"]): readonly Line[] {
  const lines: Line[] = [];
  for (const face of [0, 1, 2]) {
    const [p, q] = [0, 1, 2].filter((axis) => axis !== face) as [number, number];
    for (const [axis, other] of [[p, q], [q, p]] as const) {
      const share = shareOf(axes[axis]!);
      const shares = [0, 1, ...axes[axis]!.ticks.filter(({ text }) => text !== null).map(({ value }) => share(value))];
      for (const at of shares) {
        const end = (along: number): Vector => {
          const point = [0, 0, 0];
          [point[face], point[axis], point[other]] = [back[face]!, at, along];
          return point as unknown as Vector;
        };
        lines.push({ from: project(end(0)), to: project(end(1)) });
      }
    }
  }
  return lines;
}
