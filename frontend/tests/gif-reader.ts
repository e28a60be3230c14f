/** A plain reader of GIF files, straight from the specification, for checking what is written. */

export interface GifFrame {
  readonly delay: number;
  /** Red, green and blue of each pixel. */
  readonly pixels: Uint8Array;
}

export interface Gif {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly GifFrame[];
}

export function readGif(bytes: Uint8Array): Gif {
  let at = 0;
  const byte = () => bytes[at++]!;
  const short = () => byte() + 256 * byte();
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== "GIF89a") throw new Error("no GIF");
  at = 6;
  const [width, height, flags] = [short(), short(), byte()];
  if (flags & 0x80) throw new Error("did not expect a global palette");
  at += 2;
  const frames: GifFrame[] = [];
  let delay = 0;
  for (;;) {
    const kind = byte();
    if (kind === 0x3b) return { width, height, frames };
    if (kind === 0x21) {
      if (byte() === 0xf9) delay = bytes[at + 2]! + 256 * bytes[at + 3]!;
      for (let size = byte(); size > 0; size = byte()) at += size;
    } else if (kind === 0x2c) {
      at += 8;
      const local = byte();
      const palette = bytes.subarray(at, at + 3 * 2 ** ((local & 7) + 1));
      at += palette.length;
      const width0 = byte();
      const data: number[] = [];
      for (let size = byte(); size > 0; size = byte()) {
        data.push(...bytes.subarray(at, at + size));
        at += size;
      }
      const indices = unpacked(data, width0, width * height);
      frames.push({ delay, pixels: Uint8Array.from(indices.flatMap((i) => [...palette.subarray(3 * i, 3 * i + 3)])) });
    } else throw new Error(`block ${kind} at ${at}`);
  }
}

function unpacked(data: readonly number[], first: number, n: number): number[] {
  const [clear, end] = [1 << first, (1 << first) + 1];
  let table: number[][] = [];
  let width = first + 1;
  const start = () => {
    table = Array.from({ length: clear + 2 }, (_, i) => [i]);
    width = first + 1;
  };
  start();
  const out: number[] = [];
  let bit = 0;
  let before: number[] | null = null;
  while (out.length <= n) {
    let code = 0;
    for (let k = 0; k < width; k++, bit++) code |= ((data[bit >> 3]! >> (bit & 7)) & 1) << k;
    if (code === end) break;
    if (code === clear) {
      start();
      before = null;
      continue;
    }
    const word: number[] = code < table.length ? table[code]! : [...before!, before![0]!];
    if (before !== null && table.length < 4096) table.push([...before, word[0]!]);
    out.push(...word);
    before = word;
    if (table.length === 1 << width && width < 12) width++;
  }
  return out;
}
