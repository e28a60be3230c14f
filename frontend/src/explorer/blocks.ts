/** Structures in blocks, fetched or unzipped when one of them is looked at; few are kept. */

import { unpack, unzipped } from "../packed";
import { columnOf, header } from "../payload";
import { fail, list, number, orNull, type Reader, record, text } from "../reader";
import { segmentOf } from "../segments";
import type { Residues, SceneStructure, Structures, Words } from "./scene";

/** The bytes of a block, packed and perhaps zipped. */
export type BlockSource = (block: number) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;

interface Index {
  readonly offsets: Uint32Array;
  /** The first structure of each block, and the number of structures. */
  readonly borders: Uint32Array;
  readonly formulas: Words | null;
}

/** Blocks kept at hand; about a megabyte each. */
const KEPT = 24;
const BLOCK_FORMAT = "atomarium-structures";
const BLOCK_VERSION = 1;

export function openStructures({ offsets, borders, formulas }: Index, source: BlockSource): Structures {
  const kept = new Map<number, Block>();
  const coming = new Map<number, Promise<Block>>();
  const fetchBlock = (at: number): Promise<Block> => {
    const pending = coming.get(at);
    if (pending !== undefined) return pending;
    const promise = readBlock(source, at)
      .then((block) => {
        kept.set(at, block);
        const oldest = kept.keys().next().value;
        if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
        return block;
      })
      .finally(() => coming.delete(at));
    coming.set(at, promise);
    return promise;
  };
  const peek = (index: number): SceneStructure | null => {
    const at = segmentOf(borders, index);
    const block = kept.get(at);
    if (block === undefined) return null;
    // What was used last is thrown out last.
    kept.delete(at);
    kept.set(at, block);
    return structureIn(block, index);
  };
  return {
    count: offsets.length - 1,
    offsets,
    formulas,
    peek,
    load: async (index) => {
      if (!(index >= 0 && index < offsets.length - 1)) return fail("structure", `0 … ${offsets.length - 2}`, index);
      return peek(index) ?? structureIn(await fetchBlock(segmentOf(borders, index)), index);
    },
  };
}

export const words: Reader<Words> = record({ codes: columnOf(-1), categories: list(text) });

const blockReader = record({
  first: number,
  offsets: columnOf(-1),
  numbers: columnOf(-1),
  positions: columnOf(-1, 3),
  cells: columnOf(-1, 9),
  periodic: columnOf(-1, 3),
  names: orNull(words),
  bonds: orNull(columnOf(-1, 3)),
  bond_offsets: orNull(columnOf(-1)),
  // Only where some structures tell their bonds and others do not.
  bonded: orNull(columnOf(-1)),
  residues: orNull(record({ names: words, ids: columnOf(-1), chains: words, hetero: columnOf(-1) })),
});

type Block = ReturnType<typeof blockReader>;

async function readBlock(source: BlockSource, at: number): Promise<Block> {
  const content = unpack(await unzipped(await source(at)));
  const { format, version } = header(content, "structures");
  if (format !== BLOCK_FORMAT || version !== BLOCK_VERSION) {
    return fail("structures", `${BLOCK_FORMAT} ${BLOCK_VERSION}`, `${format} ${version}`);
  }
  return blockReader(content, "structures");
}

function structureIn(block: Block, index: number): SceneStructure {
  const s = index - block.first;
  const [start, stop] = [block.offsets[s]!, block.offsets[s + 1]!];
  const cell = (block.cells as Float32Array).subarray(9 * s, 9 * s + 9);
  const [a, b, c] = block.periodic.subarray(3 * s, 3 * s + 3);
  return {
    index,
    numbers: (block.numbers as Uint8Array).subarray(start, stop),
    names: block.names === null ? null : textsOf(block.names, start, stop),
    positions: (block.positions as Float32Array).subarray(3 * start, 3 * stop),
    cell: cell.some(Boolean) ? cell : null,
    periodic: [a !== 0, b !== 0, c !== 0],
    bonds: bondsIn(block, s),
    residues: residuesIn(block, start, stop),
  };
}

function textsOf({ codes, categories }: Words, start: number, stop: number): string[] {
  return Array.from(codes.subarray(start, stop), (code) => categories[code]!);
}

function bondsIn({ bonds, bond_offsets, bonded }: Block, s: number): Int32Array | null {
  if (bonds === null || bond_offsets === null || bonded?.[s] === 0) return null;
  return (bonds as Int32Array).subarray(3 * bond_offsets[s]!, 3 * bond_offsets[s + 1]!);
}

function residuesIn({ residues }: Block, start: number, stop: number): Residues | null {
  if (residues === null) return null;
  return {
    names: textsOf(residues.names, start, stop),
    ids: (residues.ids as Int32Array).subarray(start, stop),
    chains: textsOf(residues.chains, start, stop),
    hetero: (residues.hetero as Uint8Array).subarray(start, stop),
  };
}
