/** Colors as files give them: names, hexadecimal texts, numbers, or shares of red, green and blue. */

import type { Tint } from "./primitives";

/** The tint of a color; null for what is none. */
export function tintFrom(value: unknown): Tint | null {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 && value <= 0xffffff ? [value >> 16, (value >> 8) & 255, value & 255, 255] : null;
  if (typeof value === "string") return fromHex(value) ?? fromName(value);
  if (typeof value !== "object" || value === null) return null;
  const { r, g, b, a } = value as Record<string, unknown>;
  const share = (x: unknown) => (typeof x === "number" && Number.isFinite(x) ? Math.round(255 * Math.min(1, Math.max(0, x))) : null);
  const [red, green, blue, opacity] = [share(r), share(g), share(b), a === undefined || a === null ? 255 : share(a)];
  return red === null || green === null || blue === null || opacity === null ? null : [red, green, blue, opacity];
}

function fromHex(text: string): Tint | null {
  const found = /^(?:#|0x)([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(text);
  if (found === null) return null;
  const n = parseInt(found[1]!, 16);
  return [n >> 16, (n >> 8) & 255, n & 255, found[2] === undefined ? 255 : parseInt(found[2], 16)];
}

const names = new Map<string, Tint | null>();

/** The browser knows the names of colors. */
function fromName(name: string): Tint | null {
  if (!names.has(name)) names.set(name, typeof document === "undefined" || !CSS.supports("color", name) ? null : asked(name));
  return names.get(name)!;
}

function asked(name: string): Tint | null {
  const canvas = document.createElement("canvas").getContext("2d")!;
  canvas.fillStyle = name;
  const answer = canvas.fillStyle;
  const hex = fromHex(answer);
  if (hex !== null) return hex;
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(answer);
  if (parts === null) return null;
  return [Number(parts[1]), Number(parts[2]), Number(parts[3]), Math.round(255 * Number(parts[4]))];
}
