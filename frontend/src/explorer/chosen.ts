/** Points that a reader has chosen, and how a saved view writes them: `0-4,9`. */

export interface Selection {
  /** 1 for every point that is chosen. */
  readonly mask: Uint8Array;
  readonly count: number;
}

/** A selection out of a mask; null where nothing is chosen. */
export function selectionOf(mask: Uint8Array | null): Selection | null {
  const count = mask === null ? 0 : mask.reduce((sum, one) => sum + one, 0);
  return mask === null || count === 0 ? null : { mask, count };
}

/** Numbers of points, neighbors as one stretch. */
export function rangesOf({ mask }: Selection): string {
  const stretches: string[] = [];
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i)) {
    const stop = mask.indexOf(0, i);
    const end = stop < 0 ? mask.length : stop;
    stretches.push(end - i === 1 ? String(i) : `${i}-${end - 1}`);
    i = end;
  }
  return stretches.join(",");
}

/** Reads what `rangesOf` writes; null where it is none of that, or names points that there are not. */
export function readRanges(text: string, count: number): Selection | null {
  const mask = new Uint8Array(count);
  for (const stretch of text.split(",")) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(stretch);
    if (found === null) return null;
    const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
    if (first > last || last >= count) return null;
    mask.fill(1, first, last + 1);
  }
  return selectionOf(mask);
}
