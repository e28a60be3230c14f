/** Maps of elements as a report holds them. */

import { list, number, orNull, type Read, record, text } from "../reader";

const map = record({
  model: text,
  target: text,
  n_train: number,
  repeat: number,
  trial: text,
  symbols: list(text),
  numbers: list(number),
  groups: list(number),
  periods: list(number),
  blocks: list(text),
  electronegativity: list(orNull(number)),
  radius: list(orNull(number)),
  couplings: list(list(number)),
  seen: list(number),
  spreads: list(number),
  singular_values: list(number),
  similarity: list(list(number)),
  order: list(number),
  merges: list(list(number)),
  history_columns: list(text),
  history: list(list(orNull(number))),
  best_step: number,
  selection: list(list(number)),
});

export const readMaps = orNull(list(map));
export type ElementMap = Read<typeof map>;

/** One color for each group of the periodic table, alike for neighbors; grey in the f-block. */
export function colorOfGroup(group: number, dark: boolean): string {
  if (group === 0) return dark ? "#a3aab2" : "#7b828a";
  const hue = (250 + (group - 1) * 19) % 360;
  return `hsl(${hue} ${dark ? 62 : 68}% ${dark ? 66 : 40}%)`;
}

/** What an element is and where it comes from, in a few words. */
export function aboutElement(one: ElementMap, i: number): string {
  const place = one.couplings[i]!.map((value) => value.toFixed(2).replace("-", "−")).join(", ");
  const source = one.seen[i]! > 0 ? `in ${one.seen[i]!.toLocaleString("en-US")} structures learned from` : `from the prior, ± ${one.spreads[i]!.toFixed(2)}`;
  return `${place}; ${source}`;
}

/** Order of elements by group, then period; the f-block last. */
export function byGroup(one: ElementMap): readonly number[] {
  const key = (i: number) => (one.groups[i] === 0 ? 99 : one.groups[i]!) * 1000 + one.numbers[i]!;
  return one.symbols.map((_, i) => i).sort((a, b) => key(a) - key(b));
}

export interface Leaf {
  readonly x: number;
  readonly height: number;
}

/** Places and heights of the merges of a dendrogram; leaves stand at 0, 1, 2 … in their order. */
export function branches(one: ElementMap): readonly (readonly [Leaf, Leaf, number])[] {
  const nodes: Leaf[] = one.symbols.map(() => ({ x: 0, height: 0 }));
  one.order.forEach((leaf, x) => { nodes[leaf] = { x, height: 0 }; });
  return one.merges.map(([first, second, height]) => {
    const [a, b] = [nodes[first!]!, nodes[second!]!];
    nodes.push({ x: (a.x + b.x) / 2, height: height! });
    return [a, b, height!] as const;
  });
}
