/** Points drawn by the graphics card: the same picture, and picking by drawing numbers instead of colors. */

import {
  BufferAttribute, BufferGeometry, DataTexture, GLSL3, NearestFilter, NoBlending, NormalBlending, OrthographicCamera, Points,
  RawShaderMaterial, RGBAFormat, Scene, Uint8BufferAttribute, UnsignedByteType, Vector4, WebGLRenderTarget,
} from "three";
import type { Graphics } from "../graphics";
import type { Cloud, Look, Placement, Row } from "./cloud";
import { FRAGMENT, VERTEX } from "./shaders";

/** Pixels about the pointer within which a point is found. */
const REACH = 7;
const SIDE = 2 * REACH + 1;

export interface PointsOnCard {
  /** Draws the points over what the goal already shows. */
  readonly paint: (goal: CanvasRenderingContext2D, placement: Placement, look: Look) => void;
  readonly pick: (x: number, y: number, placement: Placement, look: Look) => number | null;
  readonly dispose: () => void;
}

/** Sends the points to the graphics card. */
export function openPoints(graphics: Graphics, cloud: Cloud): PointsOnCard {
  const { renderer } = graphics;
  const geometry = geometryOf(cloud);
  const palette = paletteTexture(cloud);
  const uniforms = uniformsOf(cloud, palette);
  const drawing = materialOf(uniforms, false);
  const numbering = materialOf(uniforms, true);
  const points = new Points(geometry, drawing);
  points.frustumCulled = false;
  const scene = new Scene().add(points);
  const camera = new OrthographicCamera();
  const target = new WebGLRenderTarget(SIDE, SIDE, { minFilter: NearestFilter, magFilter: NearestFilter });
  const found = new Uint8Array(4 * SIDE * SIDE);

  return {
    paint(goal, placement, look) {
      place(uniforms, placement, look, [goal.canvas.width, goal.canvas.height, 0, 0]);
      points.material = drawing;
      graphics.drawInto(goal, () => renderer.render(scene, camera));
    },
    pick(x, y, placement, look) {
      // The picture shrinks to the pixels about the pointer.
      place(uniforms, placement, look, [SIDE, SIDE, Math.floor(x) - REACH, Math.floor(y) - REACH]);
      points.material = numbering;
      renderer.setRenderTarget(target);
      renderer.clear();
      renderer.render(scene, camera);
      renderer.readRenderTargetPixels(target, 0, 0, SIDE, SIDE, found);
      renderer.setRenderTarget(null);
      return nearest(found);
    },
    dispose() {
      geometry.dispose();
      palette.dispose();
      drawing.dispose();
      numbering.dispose();
      target.dispose();
    },
  };
}

function geometryOf({ count, x, y, z, steps, sizes, symbols, opacities, states }: Cloud): BufferGeometry {
  const places = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    places[3 * i] = x[i]!;
    places[3 * i + 1] = y[i]!;
    places[3 * i + 2] = z === null ? 0.5 : z[i]!;
  }
  const looks = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    looks[4 * i] = steps === null ? 0 : steps[i]!;
    looks[4 * i + 1] = sizes === null ? 0 : sizes[i]!;
    looks[4 * i + 2] = (symbols === null ? 0 : symbols[i]!) + 16 * (states === null ? 2 : states[i]!);
    looks[4 * i + 3] = opacities === null ? 255 : opacities[i]!;
  }
  return new BufferGeometry()
    .setAttribute("position", new BufferAttribute(places, 3))
    .setAttribute("look", new Uint8BufferAttribute(looks, 4));
}

function paletteTexture({ colors }: Cloud): DataTexture {
  const data = Uint8Array.from(colors.flatMap((color) => [...color, 255]));
  const texture = new DataTexture(data, 256, 1, RGBAFormat, UnsignedByteType);
  texture.needsUpdate = true;
  return texture;
}

function uniformsOf(cloud: Cloud, palette: DataTexture) {
  return {
    across: { value: new Vector4() },
    down: { value: new Vector4() },
    depth: { value: new Vector4() },
    picture: { value: new Vector4() },
    palette: { value: palette },
    radius: { value: 1 },
    factors: { value: [] as number[] },
    opacity: { value: 1 },
    outline: { value: 0 },
    outlineColor: { value: [0, 0, 0] },
    gray: { value: [0, 0, 0] },
    dimmed: { value: cloud.anyChosen ? 0.35 : 1 },
    flat2d: { value: cloud.z === null },
  };
}

function materialOf(uniforms: ReturnType<typeof uniformsOf>, numbers: boolean): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms,
    defines: numbers ? { NUMBERS: "" } : {},
    transparent: !numbers,
    blending: numbers ? NoBlending : NormalBlending,
  });
}

function place(uniforms: ReturnType<typeof uniformsOf>, { across, down, depth }: Placement, look: Look, picture: Row): void {
  uniforms.across.value.set(...across);
  uniforms.down.value.set(...down);
  uniforms.depth.value.set(...depth);
  uniforms.picture.value.set(...picture);
  uniforms.radius.value = look.radius;
  uniforms.factors.value = [...look.factors];
  uniforms.opacity.value = look.opacity;
  uniforms.outline.value = look.outline;
  uniforms.outlineColor.value = look.outlineColor.map((c) => c / 255);
  uniforms.gray.value = look.gray.map((c) => c / 255);
}

/** The number nearest to the middle of the few pixels that were drawn. */
function nearest(found: Uint8Array): number | null {
  let [id, least] = [0, Infinity];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const number = found[4 * i]! + 256 * found[4 * i + 1]! + 65_536 * found[4 * i + 2]!;
    const distance = Math.hypot((i % SIDE) - REACH, Math.floor(i / SIDE) - REACH);
    if (number > 0 && distance < least) [id, least] = [number, distance];
  }
  return id === 0 ? null : id - 1;
}
