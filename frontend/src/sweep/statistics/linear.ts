/** Small systems of linear equations. */

/** The inverse of a symmetric positive matrix, row by row; null where it has none. */
export function inverseOf(matrix: readonly Float64Array[]): readonly Float64Array[] | null {
  const n = matrix.length;
  const rows = matrix.map((row, i) => {
    const wide = new Float64Array(2 * n);
    wide.set(row);
    wide[n + i] = 1;
    return wide;
  });
  const scale = Math.max(...matrix.map((row, i) => Math.abs(row[i]!)));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!;
    const value = lead[column]!;
    if (!(Math.abs(value) > 1e-10 * scale)) return null;
    for (let k = 0; k < 2 * n; k++) lead[k]! /= value;
    for (const row of rows) {
      if (row === lead || row[column] === 0) continue;
      const factor = row[column]!;
      for (let k = column; k < 2 * n; k++) row[k]! -= factor * lead[k]!;
    }
  }
  return rows.map((row) => row.slice(n));
}
