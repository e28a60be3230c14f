/** Lists of primitives on the graphics card. */

import {
  BufferAttribute, BufferGeometry, DoubleSide, DynamicDrawUsage, GLSL3, InstancedBufferAttribute,
  InstancedBufferGeometry, InstancedInterleavedBuffer, InterleavedBufferAttribute, type IUniform, Mesh, RawShaderMaterial, Sphere,
} from "three";
import type { Balls, Cones, Ellipsoids, Faces, Primitives } from "./primitives";
import {
  BALL_FRAGMENT, BALL_VERTEX, CONE_FRAGMENT, CONE_VERTEX, ELLIPSOID_FRAGMENT, ELLIPSOID_VERTEX, FACE_FRAGMENT, FACE_VERTEX,
} from "./shaders";

export type Uniforms = Readonly<Record<string, IUniform>>;

/** Every solid is met by rays within a square that faces the eye. */
const SQUARE = new Float32Array([-1, -1, 1, -1, 1, 1, -1, 1]);
const TRIANGLES = new Uint16Array([0, 1, 2, 0, 2, 3]);
const EVERYWHERE = new Sphere();

/** The programs; one set serves every viewer. */
export class Materials {
  readonly ball: RawShaderMaterial;
  readonly cone: RawShaderMaterial;
  readonly clearCone: RawShaderMaterial;
  readonly ellipsoid: RawShaderMaterial;
  readonly clearEllipsoid: RawShaderMaterial;
  readonly face: RawShaderMaterial;
  readonly clearFace: RawShaderMaterial;

  constructor(uniforms: Uniforms) {
    const make = (vertexShader: string, fragmentShader: string, clear = false) =>
      new RawShaderMaterial({
        glslVersion: GLSL3, vertexShader, fragmentShader, uniforms, side: DoubleSide, transparent: clear, depthWrite: !clear, forceSinglePass: true,
      });
    this.ball = make(BALL_VERTEX, BALL_FRAGMENT);
    this.cone = make(CONE_VERTEX, CONE_FRAGMENT);
    this.clearCone = make(CONE_VERTEX, CONE_FRAGMENT, true);
    this.ellipsoid = make(ELLIPSOID_VERTEX, ELLIPSOID_FRAGMENT);
    this.clearEllipsoid = make(ELLIPSOID_VERTEX, ELLIPSOID_FRAGMENT, true);
    this.face = make(FACE_VERTEX, FACE_FRAGMENT);
    this.clearFace = make(FACE_VERTEX, FACE_FRAGMENT, true);
  }
}

/** What of a list each vertex or instance reads: its name in the program, and where it stands in a row. */
interface Field {
  readonly name: string;
  readonly size: number;
  readonly at: number;
}

interface Source {
  readonly values: () => Float32Array | Uint8Array | Int8Array;
  readonly width: number;
  readonly fields: readonly Field[];
}

/** One list on the card; it is sent again after it was filled again, and made anew when it has grown. */
class Batch {
  readonly mesh: Mesh<InstancedBufferGeometry | BufferGeometry, RawShaderMaterial>;
  private sent: readonly unknown[] = [];

  constructor(
    private readonly list: { readonly count: number; readonly drawn?: number }, private readonly sources: readonly Source[],
    material: RawShaderMaterial, private readonly instances: boolean,
  ) {
    this.mesh = new Mesh<InstancedBufferGeometry | BufferGeometry, RawShaderMaterial>(new BufferGeometry(), material);
    this.mesh.frustumCulled = false;
  }

  send(): void {
    const arrays = this.sources.map(({ values }) => values());
    this.mesh.visible = this.list.count > 0;
    if (!this.mesh.visible) return;
    if (arrays.some((array, i) => array !== this.sent[i])) this.rebuild(arrays);
    const { geometry } = this.mesh;
    for (const { fields, width } of this.sources) {
      const attribute = geometry.getAttribute(fields[0]!.name);
      const buffer = attribute instanceof InterleavedBufferAttribute ? attribute.data : attribute;
      buffer.clearUpdateRanges();
      buffer.addUpdateRange(0, this.list.count * width);
      buffer.needsUpdate = true;
    }
    if (geometry instanceof InstancedBufferGeometry) geometry.instanceCount = this.list.drawn ?? this.list.count;
    else geometry.setDrawRange(0, 3 * this.list.count);
  }

  dispose(): void {
    this.mesh.geometry.dispose();
  }

  private rebuild(arrays: readonly (Float32Array | Uint8Array | Int8Array)[]): void {
    this.mesh.geometry.dispose();
    this.mesh.geometry = this.instances ? this.instanced(arrays) : this.plain(arrays);
    // Nothing is culled; measuring it would only take time.
    this.mesh.geometry.boundingSphere = EVERYWHERE;
    this.sent = arrays;
  }

  private instanced(arrays: readonly (Float32Array | Uint8Array | Int8Array)[]): InstancedBufferGeometry {
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(SQUARE, 2));
    geometry.setIndex(new BufferAttribute(TRIANGLES, 1));
    this.sources.forEach(({ width, fields }, i) => {
      const array = arrays[i]!;
      const normalized = !(array instanceof Float32Array);
      if (fields.length === 1) {
        geometry.setAttribute(fields[0]!.name, new InstancedBufferAttribute(array, width, normalized).setUsage(DynamicDrawUsage));
        return;
      }
      const buffer = new InstancedInterleavedBuffer(array, width).setUsage(DynamicDrawUsage);
      for (const { name, size, at } of fields) geometry.setAttribute(name, new InterleavedBufferAttribute(buffer, size, at, normalized));
    });
    return geometry;
  }

  private plain(arrays: readonly (Float32Array | Uint8Array | Int8Array)[]): BufferGeometry {
    const geometry = new BufferGeometry();
    this.sources.forEach(({ width, fields }, i) => {
      const array = arrays[i]!;
      const attribute = new BufferAttribute(array, width / 3, !(array instanceof Float32Array)).setUsage(DynamicDrawUsage);
      geometry.setAttribute(fields[0]!.name, attribute);
    });
    return geometry;
  }
}

function one(name: string, width: number, values: Source["values"]): Source {
  return { values, width, fields: [{ name, size: width, at: 0 }] };
}

function balls(list: Balls, material: RawShaderMaterial): Batch {
  return new Batch(list, [one("place", 4, () => list.places), one("tint", 4, () => list.tints), one("shade", 4, () => list.shades)], material, true);
}

function cones(list: Cones, material: RawShaderMaterial): Batch {
  const pair = (a: string, b: string) => [{ name: a, size: 4, at: 0 }, { name: b, size: 4, at: 4 }];
  const ends = { values: () => list.ends, width: 8, fields: pair("start", "stop") };
  return new Batch(list, [ends, { values: () => list.tints, width: 8, fields: pair("startTint", "stopTint") }], material, true);
}

function ellipsoids(list: Ellipsoids, material: RawShaderMaterial): Batch {
  const fields = ["middle", "axisA", "axisB", "axisC"].map((name, i) => ({ name, size: 3, at: 3 * i }));
  return new Batch(list, [{ values: () => list.axes, width: 12, fields }, one("tint", 4, () => list.tints)], material, true);
}

function faces(list: Faces, material: RawShaderMaterial): Batch {
  return new Batch(list, [one("position", 9, () => list.points), one("normal", 9, () => list.normals), one("tint", 12, () => list.tints)], material, false);
}

/** All lists of one viewer, solid ones first. */
export function batchesOf(p: Primitives, m: Materials): readonly Batch[] {
  return [
    balls(p.balls, m.ball), cones(p.cones, m.cone), ellipsoids(p.ellipsoids, m.ellipsoid), faces(p.faces, m.face),
    faces(p.clearFaces, m.clearFace), cones(p.clearCones, m.clearCone), ellipsoids(p.clearEllipsoids, m.clearEllipsoid),
  ];
}

export type { Batch };
