/** A surface through scattered values, and the lines of equal height on it. */

export interface Surface {
  readonly columns: number;
  readonly rows: number;
  /** Heights row by row, from the lower left; NaN far from any value. */
  readonly heights: Float64Array;
}

/** Width of the smoothing, in shares of the frame. */
const WIDTH = 0.085;
/** Fewer values than this near a place say nothing of it. */
const LEAST = 0.02;

/**
 * Means of the values near each place, weighted by distance.
 * Source: E. A. Nadaraya, Theory Probab. Appl. 9, 141 (1964), with a Gaussian kernel.
 */
export function surfaceOf(xs: ArrayLike<number>, ys: ArrayLike<number>, values: ArrayLike<number>, columns: number, rows: number): Surface {
  const [sums, counts] = [new Float64Array(columns * rows), new Float64Array(columns * rows)];
  for (let i = 0; i < xs.length; i++) {
    const cell = Math.min(rows - 1, Math.floor(ys[i]! * rows)) * columns + Math.min(columns - 1, Math.floor(xs[i]! * columns));
    sums[cell]! += values[i]!;
    counts[cell]! += 1;
  }
  const [across, up] = [kernelOf(WIDTH * columns), kernelOf(WIDTH * rows)];
  const [tops, weights] = [blurred(sums, columns, rows, across, up), blurred(counts, columns, rows, across, up)];
  return { columns, rows, heights: tops.map((top, i) => (weights[i]! > LEAST ? top / weights[i]! : NaN)) };
}

function kernelOf(width: number): Float64Array {
  const reach = Math.ceil(3 * width);
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / width) ** 2));
}

function blurred(grid: Float64Array, columns: number, rows: number, across: Float64Array, up: Float64Array): Float64Array {
  const half = new Float64Array(grid.length);
  const out = new Float64Array(grid.length);
  const [reachX, reachY] = [(across.length - 1) / 2, (up.length - 1) / 2];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = Math.max(0, c - reachX); k <= Math.min(columns - 1, c + reachX); k++) sum += grid[r * columns + k]! * across[k - c + reachX]!;
      half[r * columns + c] = sum;
    }
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = Math.max(0, r - reachY); k <= Math.min(rows - 1, r + reachY); k++) sum += half[k * columns + c]! * up[k - r + reachY]!;
      out[r * columns + c] = sum;
    }
  }
  return out;
}

export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** Lines of one height through the middles of cells, in cells; marching squares. */
export function isoline({ columns, rows, heights }: Surface, level: number): readonly Segment[] {
  const segments: Segment[] = [];
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0; c < columns - 1; c++) {
      const at = r * columns + c;
      const corners = [heights[at]!, heights[at + 1]!, heights[at + columns + 1]!, heights[at + columns]!] as const;
      if (corners.some(Number.isNaN)) continue;
      const cuts = CORNERS.flatMap(([x, y], k): (readonly [number, number])[] => {
        const [a, b] = [corners[k]!, corners[(k + 1) % 4]!];
        if (a < level === b < level) return [];
        const [nextX, nextY] = CORNERS[(k + 1) % 4]!;
        const share = (level - a) / (b - a);
        return [[c + 0.5 + x + share * (nextX - x), r + 0.5 + y + share * (nextY - y)]];
      });
      for (let k = 0; k + 1 < cuts.length; k += 2) segments.push([...cuts[k]!, ...cuts[k + 1]!]);
    }
  }
  return segments;
}

const CORNERS: readonly (readonly [number, number])[] = [[0, 0], [1, 0], [1, 1], [0, 1]];
