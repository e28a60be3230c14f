/** Animated pictures as GIF89a files, which everything shows. */

// Source: CompuServe, Graphics Interchange Format, version 89a (1990); looping is Netscape's extension.

const COLORS = 256;
/** Bits of each channel that colors are told apart by. */
const BITS = 5;
const CELLS = 1 << (3 * BITS);

export class GifWriter {
  private readonly parts: Uint8Array<ArrayBuffer>[] = [];

  constructor(private readonly width: number, private readonly height: number) {
    const loop = [0x21, 0xff, 11, ...ascii("NETSCAPE2.0"), 3, 1, 0, 0, 0];
    this.put([...ascii("GIF89a"), ...short(width), ...short(height), 0x70, 0, 0, ...loop]);
  }

  /** Adds a frame of opaque pixels: red, green, blue and a fourth number each. */
  add(pixels: Uint8ClampedArray, milliseconds: number): void {
    const { palette, indices } = quantized(pixels);
    const delay = Math.max(2, Math.round(milliseconds / 10));
    this.put([0x21, 0xf9, 4, 0, ...short(delay), 0, 0]);
    this.put([0x2c, 0, 0, 0, 0, ...short(this.width), ...short(this.height), 0x87]);
    this.parts.push(palette);
    this.put([8]);
    this.parts.push(compressed(indices));
  }

  finish(): Blob {
    return new Blob([...this.parts, new Uint8Array([0x3b])], { type: "image/gif" });
  }

  private put(bytes: readonly number[]): void {
    this.parts.push(Uint8Array.from(bytes));
  }
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

function short(n: number): number[] {
  return [n & 255, n >> 8];
}

function cellOf(pixels: Uint8ClampedArray, at: number): number {
  const drop = 8 - BITS;
  return ((pixels[at]! >> drop) << (2 * BITS)) | ((pixels[at + 1]! >> drop) << BITS) | (pixels[at + 2]! >> drop);
}

/** A box of colors that will become one. */
interface Box {
  readonly cells: Uint16Array;
  readonly channel: number;
  readonly spread: number;
}

/** At most 256 colors by median cuts of the histogram, and the nearest of them for each pixel. */
export function quantized(pixels: Uint8ClampedArray): { readonly palette: Uint8Array<ArrayBuffer>; readonly indices: Uint8Array } {
  const n = pixels.length / 4;
  const counts = new Uint32Array(CELLS);
  const sums = new Float64Array(3 * CELLS);
  for (let i = 0; i < n; i++) {
    const cell = cellOf(pixels, 4 * i);
    counts[cell]!++;
    for (let k = 0; k < 3; k++) sums[3 * cell + k]! += pixels[4 * i + k]!;
  }
  const used = Uint16Array.from([...counts.keys()].filter((cell) => counts[cell]! > 0));
  const boxes = cut(used, counts, sums);
  const palette = new Uint8Array(3 * COLORS);
  const colorOf = new Uint8Array(CELLS);
  boxes.forEach(({ cells }, color) => {
    let total = 0;
    const mean = [0, 0, 0];
    for (const cell of cells) {
      total += counts[cell]!;
      for (let k = 0; k < 3; k++) mean[k]! += sums[3 * cell + k]!;
      colorOf[cell] = color;
    }
    for (let k = 0; k < 3; k++) palette[3 * color + k] = Math.round(mean[k]! / Math.max(1, total));
  });
  const indices = new Uint8Array(n);
  for (let i = 0; i < n; i++) indices[i] = colorOf[cellOf(pixels, 4 * i)]!;
  return { palette, indices };
}

function cut(used: Uint16Array, counts: Uint32Array, sums: Float64Array): Box[] {
  const valueOf = (cell: number, channel: number) => sums[3 * cell + channel]! / counts[cell]!;
  const boxOf = (cells: Uint16Array): Box => {
    const spreads = [0, 1, 2].map((channel) => {
      let [low, high] = [255, 0];
      for (const cell of cells) {
        const value = valueOf(cell, channel);
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
      return high - low;
    });
    const channel = spreads.indexOf(Math.max(...spreads));
    return { cells, channel, spread: cells.length < 2 ? 0 : spreads[channel]! };
  };
  const boxes = [boxOf(used)];
  while (boxes.length < COLORS) {
    const widest = boxes.reduce((best, box, i) => (box.spread > boxes[best]!.spread ? i : best), 0);
    const { cells, channel, spread } = boxes[widest]!;
    if (spread === 0) break;
    const sorted = cells.slice().sort((a, b) => valueOf(a, channel) - valueOf(b, channel));
    const middle = (valueOf(sorted[0]!, channel) + valueOf(sorted.at(-1)!, channel)) / 2;
    const split = Math.max(1, sorted.findIndex((cell) => valueOf(cell, channel) > middle));
    boxes[widest] = boxOf(sorted.slice(0, split));
    boxes.push(boxOf(sorted.slice(split)));
  }
  return boxes;
}

/** Lempel, Ziv and Welch's codes of 9 to 12 bits, in blocks of at most 255 bytes. */
function compressed(indices: Uint8Array): Uint8Array<ArrayBuffer> {
  const [clear, end] = [256, 257];
  const out = new Bits(indices.length);
  let table = new Map<number, number>();
  let [next, width] = [258, 9];
  out.put(clear, width);
  let prefix = indices[0] ?? 0;
  for (let i = 1; i < indices.length; i++) {
    const key = (prefix << 8) | indices[i]!;
    const known = table.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    out.put(prefix, width);
    if (next < 4096) {
      table.set(key, next);
      if (next++ === 1 << width) width++;
    } else {
      out.put(clear, width);
      table = new Map();
      [next, width] = [258, 9];
    }
    prefix = indices[i]!;
  }
  out.put(prefix, width);
  out.put(end, width);
  return out.inBlocks();
}

class Bits {
  private bytes: Uint8Array;
  private length = 0;
  private held = 0;
  private nHeld = 0;

  constructor(guess: number) {
    this.bytes = new Uint8Array(guess + 16);
  }

  put(code: number, width: number): void {
    this.held |= code << this.nHeld;
    this.nHeld += width;
    while (this.nHeld >= 8) this.push();
  }

  inBlocks(): Uint8Array<ArrayBuffer> {
    while (this.nHeld > 0) this.push();
    const out = new Uint8Array(this.length + Math.ceil(this.length / 255) + 1);
    for (let from = 0, to = 0; from < this.length; from += 255) {
      const block = this.bytes.subarray(from, Math.min(this.length, from + 255));
      out[to] = block.length;
      out.set(block, to + 1);
      to += block.length + 1;
    }
    return out;
  }

  private push(): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = this.held & 255;
    this.held >>>= 8;
    this.nHeld = Math.max(0, this.nHeld - 8);
  }
}
