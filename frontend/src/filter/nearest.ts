/** What was meant by a name that does not exist. */

/** The known name that differs least, if it differs little. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(name.length / 3));
  let [found, least]: [string | null, number] = [null, most + 1];
  for (const one of known) {
    const distance = changes(name.toLowerCase(), one.toLowerCase());
    if (distance < least) [found, least] = [one, distance];
  }
  return found;
}

/** Letters to insert, remove or exchange until two words are the same (V. Levenshtein, 1966). */
function changes(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const below = [i];
    for (let j = 1; j <= b.length; j++) {
      below.push(Math.min(row[j]! + 1, below[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = below;
  }
  return row[b.length]!;
}
