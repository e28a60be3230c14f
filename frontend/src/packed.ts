/** A payload as bytes, a JSON header with columns behind it; the twin of explore/packed.py. */

import { header, layoutOf, ReadColumn, valuesOf } from "./payload";
import { fail, isRecord, PayloadError } from "./reader";

const MAGIC = "ATOMPACK";
const LAYOUT = 1;
const START = 16;

/** The payload of packed bytes; columns are found, and share the memory of the bytes. */
export function unpack(bytes: Uint8Array<ArrayBuffer>): unknown {
  const magic = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || bytes.length < START) return fail("payload", `bytes that begin with ${MAGIC}`, magic);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const layout = view.getUint32(8, true);
  if (layout !== LAYOUT) return fail("payload", `layout ${LAYOUT}`, layout);
  const start = START + view.getUint32(12, true);
  if (start > bytes.length) return fail("payload", `${start} bytes or more`, bytes.length);
  const content: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(START, start)));
  header(content, "payload");
  return withColumns(content, "payload", bytes.subarray(start));
}

/** Puts what was found in the place of every column. */
function withColumns(value: unknown, place: string, body: Uint8Array<ArrayBuffer>): unknown {
  if (Array.isArray(value)) {
    // Lists of millions of texts hold no columns; the first item says.
    if (typeof value[0] !== "object") return value;
    return value.map((item, i) => withColumns(item, `${place}[${i}]`, body));
  }
  if (!isRecord(value)) return value;
  if ("at" in value && "planes" in value) return found(value, place, body);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withColumns(item, `${place}.${key}`, body)]));
}

function found(column: Record<string, unknown>, place: string, body: Uint8Array<ArrayBuffer>): ReadColumn {
  const { shape, size, width } = layoutOf(column, place);
  const at = column.at;
  if (typeof at !== "number" || !(at >= 0) || at + size * width > body.length) {
    return fail(place, `a place for ${size * width} of ${body.length} bytes`, at);
  }
  const raw = body.subarray(at, at + size * width);
  return new ReadColumn(valuesOf(String(column.dtype), column.planes === true ? fromPlanes(raw, size, width) : raw), shape);
}

function fromPlanes(raw: Uint8Array<ArrayBuffer>, size: number, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(raw.length);
  for (let plane = 0; plane < width; plane++) {
    const start = plane * size;
    for (let i = 0, to = plane; i < size; i++, to += width) out[to] = raw[start + i]!;
  }
  return out;
}

/** Bytes as they were before gzip, if it was gzip. */
export async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError) throw new PayloadError(`payload: expected whole gzip data: ${error.message}`);
    throw error;
  }
}

/** Bytes out of base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
