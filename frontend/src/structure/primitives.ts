/** What pictures are made of: growing lists of balls, cones, ellipsoids and triangles, as the graphics card takes them. */

import type { Vector } from "./vectors";

/** Red, green, blue and opacity, 0–255. */
export type Tint = readonly [number, number, number, number];

const FIRST = 64;

/** Rows of numbers that grow; emptied and filled anew for each picture, so that playing makes no garbage. */
abstract class Rows {
  count = 0;
  protected capacity = FIRST;

  clear(): void {
    this.count = 0;
  }

  /** The number of the next row, for which there is now a place. */
  protected next(): number {
    if (this.count === this.capacity) {
      this.capacity *= 2;
      this.resize();
    }
    return this.count++;
  }

  protected abstract resize(): void;
}

function larger<T extends Float32Array | Uint8Array | Int8Array | Int32Array>(old: T, size: number): T {
  const out = new (old.constructor as new (size: number) => T)(size);
  out.set(old as never);
  return out;
}

/** Spheres. */
export class Balls extends Rows {
  /** x, y, z, radius. */
  places = new Float32Array(4 * FIRST);
  /** Color; the fourth number is the kind of ring around it. */
  tints = new Uint8Array(4 * FIRST);
  /** From where neighbors shade it, and how much on the average; 127 is wholly. */
  shades = new Int8Array(4 * FIRST);
  /** The image that each ball stands for. */
  images = new Int32Array(FIRST);
  /** The first so many are drawn; nobody can see the others behind them. */
  drawn = 0;

  push(at: Vector, radius: number, tint: Tint, image: number): void {
    const i = this.next();
    this.places.set(at, 4 * i);
    this.places[4 * i + 3] = radius;
    this.tints.set(tint, 4 * i);
    this.tints[4 * i + 3] = 0;
    this.shades.fill(0, 4 * i, 4 * i + 4);
    this.images[i] = image;
    this.drawn = i + 1;
  }

  /** Moves what is buried behind what is drawn. */
  bury(isBuried: (i: number) => boolean): void {
    let last = this.count - 1;
    for (let i = 0; i <= last; i++) {
      while (last >= i && isBuried(last)) last--;
      if (i < last && isBuried(i)) this.swap(i, last--);
    }
    this.drawn = last + 1;
  }

  private swap(i: number, j: number): void {
    for (const [values, width] of [[this.places, 4], [this.tints, 4], [this.shades, 4], [this.images, 1]] as const) {
      const kept = values.slice(width * i, width * (i + 1));
      values.copyWithin(width * i, width * j, width * (j + 1));
      values.set(kept, width * j);
    }
  }

  at(i: number): Vector {
    return [this.places[4 * i]!, this.places[4 * i + 1]!, this.places[4 * i + 2]!];
  }

  protected resize(): void {
    this.places = larger(this.places, 4 * this.capacity);
    this.tints = larger(this.tints, 4 * this.capacity);
    this.shades = larger(this.shades, 4 * this.capacity);
    this.images = larger(this.images, this.capacity);
  }
}

/** Sticks, cylinders and cones: two ends with a radius and a color each; the color changes half-way. */
export class Cones extends Rows {
  /** x, y, z, radius of both ends. */
  ends = new Float32Array(8 * FIRST);
  tints = new Uint8Array(8 * FIRST);

  push(from: Vector, to: Vector, radii: readonly [number, number], first: Tint, second: Tint = first): void {
    const i = this.next();
    this.ends.set(from, 8 * i);
    this.ends[8 * i + 3] = radii[0];
    this.ends.set(to, 8 * i + 4);
    this.ends[8 * i + 7] = radii[1];
    this.tints.set(first, 8 * i);
    this.tints.set(second, 8 * i + 4);
  }

  protected resize(): void {
    this.ends = larger(this.ends, 8 * this.capacity);
    this.tints = larger(this.tints, 8 * this.capacity);
  }
}

/** Ellipsoids: a center and three half-axes. */
export class Ellipsoids extends Rows {
  axes = new Float32Array(12 * FIRST);
  tints = new Uint8Array(4 * FIRST);

  push(center: Vector, axes: readonly [Vector, Vector, Vector], tint: Tint): void {
    const i = this.next();
    this.axes.set(center, 12 * i);
    for (let k = 0; k < 3; k++) this.axes.set(axes[k]!, 12 * i + 3 + 3 * k);
    this.tints.set(tint, 4 * i);
  }

  protected resize(): void {
    this.axes = larger(this.axes, 12 * this.capacity);
    this.tints = larger(this.tints, 4 * this.capacity);
  }
}

/** Triangles. */
export class Faces extends Rows {
  /** Three corners each. */
  points = new Float32Array(9 * FIRST);
  normals = new Float32Array(9 * FIRST);
  tints = new Uint8Array(12 * FIRST);

  push(corners: readonly [Vector, Vector, Vector], normals: readonly [Vector, Vector, Vector], tint: Tint): void {
    const i = this.next();
    for (let k = 0; k < 3; k++) {
      this.points.set(corners[k]!, 9 * i + 3 * k);
      this.normals.set(normals[k]!, 9 * i + 3 * k);
      this.tints.set(tint, 12 * i + 4 * k);
    }
  }

  protected resize(): void {
    this.points = larger(this.points, 9 * this.capacity);
    this.normals = larger(this.normals, 9 * this.capacity);
    this.tints = larger(this.tints, 12 * this.capacity);
  }
}

/** Everything of one picture, solid things apart from those that one looks through. */
export class Primitives {
  readonly balls = new Balls();
  readonly cones = new Cones();
  readonly clearCones = new Cones();
  readonly ellipsoids = new Ellipsoids();
  readonly clearEllipsoids = new Ellipsoids();
  readonly faces = new Faces();
  readonly clearFaces = new Faces();

  clear(): void {
    this.balls.drawn = 0;
    for (const rows of Object.values(this) as Rows[]) rows.clear();
  }

  /** Calls back with every point that something reaches, where it stands in its list, and how far it reaches around. */
  eachPlace(visit: (values: Float32Array, at: number, radius: number) => void): void {
    const { places, count } = this.balls;
    for (let i = 0; i < count; i++) visit(places, 4 * i, places[4 * i + 3]!);
    for (const { ends, count: n } of [this.cones, this.clearCones]) for (let i = 0; i < 2 * n; i++) visit(ends, 4 * i, ends[4 * i + 3]!);
    for (const { axes, count: n } of [this.ellipsoids, this.clearEllipsoids]) {
      for (let i = 0; i < n; i++) visit(axes, 12 * i, Math.max(...[3, 6, 9].map((k) => Math.hypot(...axes.subarray(12 * i + k, 12 * i + k + 3)))));
    }
    for (const { points, count: n } of [this.faces, this.clearFaces]) for (let i = 0; i < 3 * n; i++) visit(points, 3 * i, 0);
  }

  cone(from: Vector, to: Vector, radii: readonly [number, number], tint: Tint): void {
    (tint[3] < 255 ? this.clearCones : this.cones).push(from, to, radii, tint);
  }

  ellipsoid(center: Vector, axes: readonly [Vector, Vector, Vector], tint: Tint): void {
    (tint[3] < 255 ? this.clearEllipsoids : this.ellipsoids).push(center, axes, tint);
  }

  face(corners: readonly [Vector, Vector, Vector], normals: readonly [Vector, Vector, Vector], tint: Tint): void {
    (tint[3] < 255 ? this.clearFaces : this.faces).push(corners, normals, tint);
  }
}
