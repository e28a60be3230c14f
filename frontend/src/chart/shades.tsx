/** Many points in few colors, so that crowds show. */

import { densities } from "../statistics";
import { mix } from "../theme";
import type { Drawing } from "./drawing";
import type { Placed, Points } from "./points";

const SHADES = 12;
/** More points than this go into files as a picture: other programs choke on more shapes. */
const MOST_SHAPES = 20_000;

export interface Shade {
  readonly color: string;
  readonly alpha: number;
  readonly radius: number;
  readonly xs: number[];
  readonly ys: number[];
}

/** Points in few colors, sparse ones first: crowds turn toward ink and lie on top. */
export function shadesOf(points: Points, here: Placed, colors: readonly string[]): Shade[] {
  const n = points.x.length;
  const { plot, x, y, drawing } = here;
  const xs = new Float32Array(n);
  const ys = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    xs[i] = x.scale(points.x[i]!);
    ys[i] = y.scale(points.y[i]!);
  }
  const density = densities(xs, ys, drawing.width, drawing.height);
  const size = drawing.font / 12;
  const radius = size * (n < 300 ? 3.4 : n < 3000 ? 2.7 : n < 20_000 ? 2 : 1.3);
  const alpha = n < 300 ? 0.85 : n < 5000 ? 0.7 : 0.55;
  const ink = drawing.theme.name === "light" ? "#08182b" : "#ffffff";
  // Several models must stay apart by color, so their crowds turn less.
  const depth = colors.length === 1 ? 0.62 : 0.3;
  const shades: Shade[] = [];
  for (let level = 0; level < SHADES; level++) {
    for (const color of colors) {
      shades.push({ color: mix(color, ink, depth * (level / (SHADES - 1)) ** 0.8), alpha, radius, xs: [], ys: [] });
    }
  }
  for (let i = 0; i < n; i++) {
    const outside = xs[i]! < plot.left - 4 || xs[i]! > plot.right + 4 || ys[i]! < plot.top - 4 || ys[i]! > plot.bottom + 4;
    if (outside) continue;
    const level = n < 60 ? 0 : Math.min(SHADES - 1, Math.floor(density[i]! * SHADES));
    const shade = shades[level * colors.length + points.group[i]!]!;
    shade.xs.push(xs[i]!);
    shade.ys.push(ys[i]!);
  }
  return shades.filter((shade) => shade.xs.length > 0);
}

export function paintShade(canvas: CanvasRenderingContext2D, { color, alpha, radius, xs, ys }: Shade): void {
  canvas.fillStyle = color;
  canvas.globalAlpha = alpha;
  for (let i = 0; i < xs.length; i++) {
    canvas.beginPath();
    canvas.arc(xs[i]!, ys[i]!, radius, 0, 2 * Math.PI);
    canvas.fill();
  }
  canvas.globalAlpha = 1;
}

/** The points as shapes, or as a picture when shapes would be too many for other programs. */
export function Shapes({ points, here, colors }: { readonly points: Points; readonly here: Placed; readonly colors: readonly string[] }) {
  const shades = shadesOf(points, here, colors);
  if (points.x.length > MOST_SHAPES) return <Picture shades={shades} drawing={here.drawing} />;
  return (
    <>
      {shades.map((shade, i) => (
        <g key={i} fill={shade.color} fill-opacity={shade.alpha}>
          {shade.xs.map((x, k) => <circle key={k} cx={x.toFixed(2)} cy={shade.ys[k]!.toFixed(2)} r={shade.radius.toFixed(2)} />)}
        </g>
      ))}
    </>
  );
}

function Picture({ shades, drawing }: { readonly shades: readonly Shade[]; readonly drawing: Drawing }) {
  const canvas = document.createElement("canvas");
  canvas.width = drawing.width * 3;
  canvas.height = drawing.height * 3;
  const context = canvas.getContext("2d")!;
  context.scale(3, 3);
  for (const shade of shades) paintShade(context, shade);
  return <image href={canvas.toDataURL()} width={drawing.width} height={drawing.height} />;
}

