/** The little linear algebra that looking at structures takes. */

export type Vector = readonly [number, number, number];
/** A unit quaternion x, y, z, w. */
export type Rotation = readonly [number, number, number, number];
/** Rows of a 3 × 3 matrix. */
export type Matrix = readonly [Vector, Vector, Vector];

export const NO_ROTATION: Rotation = [0, 0, 0, 1];

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function add(a: Vector, b: Vector, factor = 1): Vector {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]];
}

export function length(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** The vector of length 1 along another one; nothing stays nothing. */
export function unit(a: Vector): Vector {
  const size = length(a) || 1;
  return [a[0] / size, a[1] / size, a[2] / size];
}

/** The sum of rows weighted by a vector: fractional coordinates to positions. */
export function combine(weights: Vector, rows: Matrix): Vector {
  return add(add(add([0, 0, 0], rows[0], weights[0]), rows[1], weights[1]), rows[2], weights[2]);
}

/** The matrix that turns positions into weights of the rows; null when the rows span no volume. */
export function inverse(rows: Matrix): Matrix | null {
  const [a, b, c] = rows;
  const volume = dot(a, cross(b, c));
  if (Math.abs(volume) < 1e-9) return null;
  const columns = [cross(b, c), cross(c, a), cross(a, b)].map((v) => v.map((x) => x / volume)) as unknown as Matrix;
  return [0, 1, 2].map((i) => [columns[0][i], columns[1][i], columns[2][i]]) as unknown as Matrix;
}

export function rotationAbout(axis: Vector, angle: number): Rotation {
  const s = Math.sin(angle / 2) / (length(axis) || 1);
  return [axis[0] * s, axis[1] * s, axis[2] * s, Math.cos(angle / 2)];
}

/** First the right, then the left rotation. */
export function compose(left: Rotation, right: Rotation): Rotation {
  const [ax, ay, az, aw] = left;
  const [bx, by, bz, bw] = right;
  const product: Rotation = [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
  const size = Math.hypot(...product);
  return product.map((x) => x / size) as unknown as Rotation;
}

export function rotate([x, y, z, w]: Rotation, v: Vector): Vector {
  const t = cross([x, y, z], v).map((c) => 2 * c) as unknown as Vector;
  return add(add(v, t, w), cross([x, y, z], t));
}

/** The rotation that lays the longest extent along x and the shortest toward the eye. */
export function layFlat(points: readonly Vector[]): Rotation {
  if (points.length < 2) return NO_ROTATION;
  const [first, second] = mainAxes(points);
  const third = cross(first, second);
  return fromRows([first, second, third]);
}

function mainAxes(points: readonly Vector[]): readonly [Vector, Vector] {
  const n = points.length;
  const center = points.reduce<Vector>((sum, p) => add(sum, p, 1 / n), [0, 0, 0]);
  const spread = [0, 1, 2].map((i) => [0, 1, 2].map((j) =>
    points.reduce((sum, p) => sum + (p[i]! - center[i]!) * (p[j]! - center[j]!), 0)));
  const first = strongest(spread, [1, 0.3, 0.1]);
  const value = dot(times(spread, first), first);
  const rest = spread.map((row, i) => row.map((x, j) => x - value * first[i]! * first[j]!));
  const guess = Math.abs(first[0]) < 0.8 ? cross(first, [1, 0, 0]) : cross(first, [0, 1, 0]);
  const second = strongest(rest, guess);
  const straight = add(second, first, -dot(second, first));
  const size = length(straight) || 1;
  return [first, straight.map((x) => x / size) as unknown as Vector];
}

/** The eigenvector of the largest eigenvalue by repeated multiplication; a rough one does for looking. */
function strongest(matrix: readonly (readonly number[])[], guess: Vector): Vector {
  let v = guess.map((x) => x / length(guess)) as unknown as Vector;
  for (let i = 0; i < 100; i++) {
    const next = times(matrix, v);
    const size = length(next);
    if (size < 1e-12) break;
    v = next.map((x) => x / size) as unknown as Vector;
  }
  return v;
}

function times(matrix: readonly (readonly number[])[], v: Vector): Vector {
  return matrix.map((row) => row[0]! * v[0] + row[1]! * v[1] + row[2]! * v[2]) as unknown as Vector;
}

/** Source: K. Shoemake, SIGGRAPH 19, 245 (1985); the branch with the largest component first. */
export function fromRows(m: Matrix): Rotation {
  const [[a, b, c], [d, e, f], [g, h, i]] = m;
  const squares = [1 + a - e - i, 1 - a + e - i, 1 - a - e + i, 1 + a + e + i];
  const largest = squares.indexOf(Math.max(...squares));
  const s = Math.sqrt(squares[largest]!) * 2;
  const choices: readonly Rotation[] = [
    [s / 4, (b + d) / s, (c + g) / s, (h - f) / s],
    [(b + d) / s, s / 4, (f + h) / s, (c - g) / s],
    [(c + g) / s, (f + h) / s, s / 4, (d - b) / s],
    [(h - f) / s, (c - g) / s, (d - b) / s, s / 4],
  ];
  return choices[largest]!;
}
