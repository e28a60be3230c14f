/** Chemical formulas. */

import { symbolOf } from "../structure/elements";

/** Hill's order: carbon, hydrogen, then by letter; without carbon all by letter. */
export function hillFormula(numbers: ArrayLike<number>): string {
  const counts = new Map<string, number>();
  for (let i = 0; i < numbers.length; i++) {
    const symbol = symbolOf(numbers[i]!);
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  const first = counts.has("C") ? ["C", "H"].filter((symbol) => counts.has(symbol)) : [];
  const rest = [...counts.keys()].filter((symbol) => !first.includes(symbol)).sort();
  return [...first, ...rest].map((symbol) => `${symbol}${counts.get(symbol) === 1 ? "" : counts.get(symbol)}`).join("");
}
