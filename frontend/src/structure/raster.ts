/** Balls and sticks in motion drawn by the processor, pixel by pixel: where it plays the graphics card, several times as fast. */

import type { Model } from "./model";
import type { Balls, Cones } from "./primitives";
import { CHOSEN, RING, type Shot } from "./stage";
import { rgb } from "../theme";
import { EYE, focalLength, type View } from "./view";
import type { Vector } from "./vectors";

/** Pixels. Larger balls are few. */
const LARGEST = 160;
/** How dark an outline is, as a share of the ball's color. */
const RIM = 0.3;
const CHOSEN_RGB = rgb(CHOSEN);

/** The pixels of a ball of some radius: where, how far in front of its middle (in radii), how light. */
interface Sprite {
  readonly x: Int16Array;
  readonly y: Int16Array;
  readonly front: Float32Array;
  readonly light: Float32Array;
  readonly shine: Float32Array;
}

/** Whether a model is of the kind that this is for. */
export function isForRaster({ primitives: p }: Model): boolean {
  return [p.clearCones, p.ellipsoids, p.clearEllipsoids, p.faces, p.clearFaces].every(({ count }) => count === 0);
}

/** Draws into a canvas; false where balls are too large in the picture, and nothing was drawn. */
export function paintRough(target: HTMLCanvasElement, model: Model, shot: Shot): boolean {
  const { width, height } = target;
  const lens = lensOf(model, shot.view, width, height);
  if (lens.focal / lens.near * largest(model.primitives.balls) > LARGEST) return false;
  const film = filmOf(width, height);
  film.paper = rgb(shot.theme.paper) as [number, number, number];
  setHaze(film, model);
  paintSticks(film, lens, model.primitives.cones);
  paintBalls(film, lens, model.primitives.balls);
  target.getContext("2d")!.putImageData(film.image, 0, 0);
  return true;
}

function largest({ places, drawn }: Balls): number {
  let most = 0;
  for (let i = 0; i < drawn; i++) if (places[4 * i + 3]! > most) most = places[4 * i + 3]!;
  return most;
}

/** Numbers that take a position to the picture. */
interface Lens {
  readonly rows: readonly [Vector, Vector, Vector];
  readonly center: Vector;
  readonly pan: readonly [number, number];
  readonly eye: number;
  readonly near: number;
  readonly focal: number;
  readonly perspective: boolean;
  readonly x: number;
  readonly y: number;
}

function lensOf({ center, radius, extent }: Model, view: View, width: number, height: number): Lens {
  const [x, y, z, w] = view.rotation;
  const eye = EYE * radius;
  return {
    rows: [
      [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
      [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
      [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ],
    center, pan: view.pan, eye, perspective: view.perspective,
    near: view.perspective ? Math.max(0.05 * eye, eye - extent) : eye,
    focal: (Math.min(width, height) / 2) * view.zoom * focalLength(),
    x: width / 2, y: height / 2,
  };
}

interface Film {
  readonly width: number;
  readonly height: number;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
  readonly depths: Float32Array;
  paper: readonly [number, number, number];
  haze: readonly [number, number, number];
}

let kept: Film | null = null;

/** An empty film; the last one is used again where it fits. */
function filmOf(width: number, height: number): Film {
  if (kept === null || kept.width !== width || kept.height !== height) {
    const image = new ImageData(width, height);
    kept = { width, height, image, pixels: new Uint32Array(image.data.buffer), depths: new Float32Array(width * height), paper: [0, 0, 0], haze: [0, 0, 0] };
  }
  kept.pixels.fill(0);
  kept.depths.fill(-Infinity);
  return kept;
}

function setHaze(film: Film, { radius }: Model): void {
  film.haze = [-0.75 * radius, 1.05 * radius, Math.min(0.62, 0.2 + 0.09 * Math.log2(Math.max(1, radius / 2)))];
}

/** How much of the paper's color is mixed in at a depth. */
function hazeAt({ haze: [from, to, most] }: Film, depth: number): number {
  const share = Math.min(1, Math.max(0, (-depth - from) / (to - from)));
  return most * share * share * (3 - 2 * share);
}

function paintBalls(film: Film, lens: Lens, balls: Balls): void {
  const { places, tints, shades, drawn } = balls;
  const { rows: [r0, r1, r2], center, pan } = lens;
  for (let i = 0; i < drawn; i++) {
    const [px, py, pz] = [places[4 * i]! - center[0], places[4 * i + 1]! - center[1], places[4 * i + 2]! - center[2]];
    const depth = r2[0] * px + r2[1] * py + r2[2] * pz;
    const scale = lens.focal / (lens.perspective ? Math.max(lens.eye - depth, 0.05 * lens.eye) : lens.eye);
    const x = Math.round(lens.x + (r0[0] * px + r0[1] * py + r0[2] * pz - pan[0]) * scale - 0.5);
    const y = Math.round(lens.y - (r1[0] * px + r1[1] * py + r1[2] * pz - pan[1]) * scale - 0.5);
    const radius = places[4 * i + 3]!;
    const reach = radius * scale + 2;
    if (x < -reach || y < -reach || x > film.width + reach || y > film.height + reach) continue;
    const ring = tints[4 * i + 3] === RING.none ? null : CHOSEN_RGB;
    const sprite = spriteOf(radius * scale, ring !== null);
    const toEye = (r2[0] * shades[4 * i]! + r2[1] * shades[4 * i + 1]! + r2[2] * shades[4 * i + 2]! + shades[4 * i + 3]!) / 127;
    const open = 1 - 0.75 * Math.min(0.86, Math.max(0, toEye));
    paintSprite(film, sprite, x, y, depth, radius, [tints[4 * i]!, tints[4 * i + 1]!, tints[4 * i + 2]!], open, ring);
  }
}

function paintSprite(
  film: Film, sprite: Sprite, x: number, y: number, depth: number, radius: number,
  [red, green, blue]: readonly [number, number, number], open: number, ring: readonly number[] | null,
): void {
  const { width, height, pixels, depths, paper } = film;
  const haze = hazeAt(film, depth);
  const clear = 1 - haze;
  const [hr, hg, hb] = [haze * paper[0], haze * paper[1], haze * paper[2]];
  const inside = x >= LARGEST && y >= LARGEST && x < width - LARGEST && y < height - LARGEST;
  for (let k = 0; k < sprite.x.length; k++) {
    const [u, v] = [x + sprite.x[k]!, y + sprite.y[k]!];
    if (!inside && (u < 0 || v < 0 || u >= width || v >= height)) continue;
    const at = v * width + u;
    const front = depth + radius * sprite.front[k]!;
    if (front <= depths[at]!) continue;
    depths[at] = front;
    if (ring !== null && sprite.front[k] === 0) {
      pixels[at] = 0xff000000 | (ring[2]! << 16) | (ring[1]! << 8) | ring[0]!;
      continue;
    }
    const light = clear * open * sprite.light[k]!;
    const shine = clear * sprite.shine[k]!;
    const r = red * light + shine + hr;
    const g = green * light + shine + hg;
    const b = blue * light + shine + hb;
    pixels[at] = 0xff000000 | ((b > 255 ? 255 : b) << 16) | ((g > 255 ? 255 : g) << 8) | (r > 255 ? 255 : r);
  }
}

const sprites = new Map<number, Sprite>();

/** Sprites are kept for few radii: what moves may be a pixel smaller or larger where it is fifty wide. */
function spriteOf(radius: number, ringed: boolean): Sprite {
  const step = radius < 8 ? 4 : radius < 32 ? 2 : radius < 64 ? 0.5 : 0.25;
  const size = Math.max(0.75, Math.round(radius * step) / step);
  const key = 8 * size + (ringed ? 1 : 0);
  let sprite = sprites.get(key);
  if (sprite === undefined) sprites.set(key, (sprite = makeSprite(size, ringed ? 3 : size > 1.4 ? 0.9 : 0.4)));
  return sprite;
}

function makeSprite(radius: number, edge: number): Sprite {
  const [x, y, front, light, shine]: number[][] = [[], [], [], [], []];
  const outer = Math.ceil(radius + edge);
  for (let v = -outer; v <= outer; v++) for (let u = -outer; u <= outer; u++) {
    const off = Math.hypot(u, v);
    if (off > radius + edge + 0.25) continue;
    const rim = off > radius;
    const normal: Vector = [u / radius, -v / radius, rim ? 0 : Math.sqrt(1 - (off / radius) ** 2)];
    x!.push(u);
    y!.push(v);
    front!.push(rim ? 0 : normal[2]);
    light!.push(rim ? RIM : lightOn(normal));
    shine!.push(rim ? 0 : 56 * Math.max(0, dotOf(normal, HALFWAY)) ** 36);
  }
  return { x: Int16Array.from(x!), y: Int16Array.from(y!), front: Float32Array.from(front!), light: Float32Array.from(light!), shine: Float32Array.from(shine!) };
}

// The same light as on the graphics card.
const KEY: Vector = [-0.397, 0.635, 0.662];
const HALFWAY: Vector = [-0.218, 0.348, 0.912];

function dotOf(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function lightOn(normal: Vector): number {
  const around = 0.505 + 0.245 * (0.5 + 0.5 * normal[1]);
  const side = Math.min(1, normal[2] / 0.55);
  return (around + 0.42 * Math.max(0, dotOf(normal, KEY))) * (0.72 + 0.28 * side * side * (3 - 2 * side));
}

function paintSticks(film: Film, lens: Lens, { ends, tints, count }: Cones): void {
  const { rows: [r0, r1, r2], center, pan } = lens;
  const seen = (at: number): [number, number, number, number] => {
    const [px, py, pz] = [ends[at]! - center[0], ends[at + 1]! - center[1], ends[at + 2]! - center[2]];
    const depth = r2[0] * px + r2[1] * py + r2[2] * pz;
    const scale = lens.focal / (lens.perspective ? Math.max(lens.eye - depth, 0.05 * lens.eye) : lens.eye);
    return [lens.x + (r0[0] * px + r0[1] * py + r0[2] * pz - pan[0]) * scale, lens.y - (r1[0] * px + r1[1] * py + r1[2] * pz - pan[1]) * scale, depth, ends[at + 3]! * scale];
  };
  for (let i = 0; i < count; i++) paintStick(film, seen(8 * i), seen(8 * i + 4), tints, 8 * i);
}

/** A stick as lines of pixels across its longer direction. */
function paintStick(film: Film, a: readonly number[], b: readonly number[], tints: Uint8Array, at: number): void {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!];
  const steep = Math.abs(dy) > Math.abs(dx);
  const steps = Math.max(1, Math.ceil(Math.abs(steep ? dy : dx)));
  const slant = Math.hypot(dx, dy) / Math.max(1e-6, Math.abs(steep ? dy : dx));
  if (steps > 4 * (film.width + film.height)) return;
  for (let k = 0; k <= steps; k++) {
    const t = k / steps;
    const [x, y] = [a[0]! + t * dx, a[1]! + t * dy];
    const depth = a[2]! + t * (b[2]! - a[2]!);
    const half = Math.min(60, Math.max(0.5, (a[3]! + t * (b[3]! - a[3]!)) * Math.min(slant, 1.5)));
    const haze = hazeAt(film, depth);
    const from = at + (t < 0.5 ? 0 : 4);
    for (let s = Math.round(-half); s <= half; s++) {
      const [u, v] = steep ? [Math.round(x + s - 0.5), Math.round(y - 0.5)] : [Math.round(x - 0.5), Math.round(y + s - 0.5)];
      if (u < 0 || v < 0 || u >= film.width || v >= film.height) continue;
      const place = v * film.width + u;
      if (depth <= film.depths[place]!) continue;
      film.depths[place] = depth;
      const across = s / (half + 0.5);
      const light = (1 - haze) * (0.98 - 0.45 * across * across);
      let color = 0xff000000;
      for (let c = 0; c < 3; c++) color |= Math.min(255, tints[from + c]! * light + haze * film.paper[c]!) << (8 * c);
      film.pixels[place] = color;
    }
  }
}
