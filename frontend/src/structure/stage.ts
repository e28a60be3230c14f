/** Draws models with the page's one WebGL context, out of sight, and copies them into their places. */

import {
  type Camera, BufferAttribute, BufferGeometry, DepthTexture, GLSL3, Group, LinearFilter, Mesh, OrthographicCamera,
  PerspectiveCamera, Quaternion, RawShaderMaterial, Scene, Sphere, UnsignedIntType, Vector2, Vector3, Vector4, WebGLRenderTarget, type WebGLRenderer,
} from "three";
import { type Graphics, theGraphics } from "../graphics";
import { rgb, type Theme } from "../theme";
import { type Batch, batchesOf, Materials } from "./batches";
import type { Model } from "./model";
import { COPY_FRAGMENT, COPY_VERTEX } from "./shaders";
import { sortFromBack } from "./sorting";
import { EYE, focalLength, halfAngleTangent, type View } from "./view";

/** How a picture is taken. */
export interface Shot {
  readonly view: View;
  readonly theme: Theme;
  /** Pixels drawn for one of the picture's along each side: 2 smooths every edge, less than 1 is quick. */
  readonly fineness: number;
  /** Another picture will follow soon. */
  readonly moving: boolean;
  /** Device pixels of a line that is one pixel wide on the page. */
  readonly ratio: number;
}

/** The color of the ring around what is chosen, on light and on dark. */
export const CHOSEN = "#f0a020";

/** Rings around balls, by the fourth number of their tints. */
export const RING = { none: 0, chosen: 1 } as const;

let stage: Stage | null | undefined;

/** The page's stage; null where there is no WebGL. */
export function theStage(): Stage | null {
  if (stage === undefined) {
    const graphics = theGraphics();
    stage = graphics === null ? null : new Stage(graphics);
  }
  return stage;
}

/** One model on the graphics card. */
export class Props {
  readonly scene = new Scene();
  readonly turntable = new Group();
  private readonly shifted = new Group();
  private readonly batches: readonly Batch[];

  constructor(readonly model: Model, materials: Materials) {
    this.batches = batchesOf(model.primitives, materials);
    this.shifted.add(...this.batches.map(({ mesh }) => mesh));
    this.turntable.add(this.shifted);
    this.scene.add(this.turntable);
    this.batches.forEach(({ mesh }, i) => (mesh.renderOrder = i));
  }

  /** Sends what the model holds now. */
  send(): void {
    for (const batch of this.batches) batch.send();
    const [x, y, z] = this.model.center;
    this.shifted.position.set(-x, -y, -z);
  }

  dispose(): void {
    for (const batch of this.batches) batch.dispose();
  }
}

class Stage {
  readonly software: boolean;
  private readonly renderer: WebGLRenderer;
  private readonly uniforms = {
    perspective: { value: 1 }, pixel: { value: 1 }, paper: { value: new Vector3() }, ink: { value: new Vector3() },
    haze: { value: new Vector3() }, rings: { value: [new Vector4(), new Vector4()] },
  };
  private readonly materials = new Materials(this.uniforms);
  private readonly picture: WebGLRenderTarget;
  private readonly copying: Mesh<BufferGeometry, RawShaderMaterial>;
  private readonly copyCamera = new OrthographicCamera();

  private readonly watchers = new Set<() => void>();

  constructor(private readonly graphics: Graphics) {
    const { renderer, software } = graphics;
    [this.renderer, this.software] = [renderer, software];
    renderer.domElement.addEventListener("webglcontextrestored", () => this.watchers.forEach((watch) => watch()));
    const depthTexture = new DepthTexture(1, 1, UnsignedIntType);
    this.picture = new WebGLRenderTarget(1, 1, { minFilter: LinearFilter, magFilter: LinearFilter, depthTexture });
    const corners = new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 3, -1, -1, 3]), 2));
    const uniforms = { picture: { value: this.picture.texture }, share: { value: new Vector2() } };
    const material = new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: COPY_VERTEX, fragmentShader: COPY_FRAGMENT, uniforms, depthTest: false, depthWrite: false,
    });
    this.copying = new Mesh(corners, material);
    this.copying.frustumCulled = false;
    corners.boundingSphere = new Sphere();
  }

  /** Calls back when the card has forgotten everything and listens again; returns how to stop that. */
  whenRestored(watch: () => void): () => void {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  }

  propsFor(model: Model): Props {
    return new Props(model, this.materials);
  }

  /** Takes a picture into a canvas of any size; what was in it is gone. */
  draw(target: HTMLCanvasElement, props: Props, shot: Shot): void {
    const { width, height } = target;
    if (width === 0 || height === 0) return;
    const most = this.renderer.capabilities.maxTextureSize;
    const fineness = Math.min(shot.fineness, most / width, most / height);
    const [w, h] = [Math.ceil(width * fineness), Math.ceil(height * fineness)];
    this.makeRoom(w, h);
    this.set(props.model, shot, Math.min(w, h));
    const { x, y, z, w: turn } = quaternionOf(shot.view);
    props.turntable.quaternion.set(x, y, z, turn);
    props.turntable.position.set(-shot.view.pan[0], -shot.view.pan[1], 0);
    if (sortFromBack(props.model.primitives, shot.view.rotation)) props.send();
    this.render(props.scene, cameraFor(props.model, shot.view, width, height), w, h);
    const goal = target.getContext("2d")!;
    goal.clearRect(0, 0, width, height);
    (this.copying.material.uniforms.share!.value as Vector2).set(w / this.picture.width, h / this.picture.height);
    this.graphics.drawInto(goal, () => this.renderer.render(this.copying, this.copyCamera));
  }

  /** The picture only grows: making it anew for each of several viewers would take longer than drawing. */
  private makeRoom(w: number, h: number): void {
    if (this.picture.width >= w && this.picture.height >= h) return;
    this.picture.setSize(Math.max(this.picture.width, w), Math.max(this.picture.height, h));
  }

  private set(model: Model, { view, theme, fineness, ratio }: Shot, smaller: number): void {
    const u = this.uniforms;
    u.perspective.value = view.perspective ? 1 : 0;
    const half = view.perspective ? halfAngleTangent(view, 1, 1) : orthographicHalf(model, view);
    u.pixel.value = (2 * half) / smaller;
    set3(u.paper.value, theme.paper);
    set3(u.ink.value, theme.name === "dark" ? "#000000" : "#14181c");
    const eye = EYE * model.radius;
    const deep = Math.min(0.62, 0.2 + 0.09 * Math.log2(Math.max(1, model.radius / 2)));
    u.haze.value.set(eye - 0.75 * model.radius, eye + 1.05 * model.radius, deep);
    ([[theme.ink, 1], [CHOSEN, 3.4]] as const).forEach(([color, pixels], kind) => {
      const [r, g, b] = rgb(color);
      u.rings.value[kind]!.set(r / 255, g / 255, b / 255, pixels * ratio * fineness);
    });
  }

  private render(scene: Scene, camera: Camera, w: number, h: number): void {
    const { renderer, picture } = this;
    renderer.setRenderTarget(picture);
    picture.viewport.set(0, 0, w, h);
    picture.scissor.set(0, 0, w, h);
    picture.scissorTest = true;
    renderer.setRenderTarget(picture);
    renderer.autoClear = true;
    renderer.render(scene, camera);
  }
}

function quaternionOf({ rotation }: View): Quaternion {
  return new Quaternion(...rotation);
}

function set3(goal: Vector3, color: string): void {
  const [r, g, b] = rgb(color);
  goal.set(r / 255, g / 255, b / 255);
}

/** Å from the middle of an orthographic picture to the edge of its smaller side. */
function orthographicHalf(model: Model, view: View): number {
  return (model.radius * EYE) / (view.zoom * focalLength());
}

function cameraFor(model: Model, view: View, width: number, height: number): Camera {
  const eye = EYE * model.radius;
  const near = Math.max(0.02 * eye, eye - 1.2 * model.extent);
  const far = eye + 1.2 * model.extent;
  const camera = view.perspective
    ? new PerspectiveCamera(2 * Math.atan(halfAngleTangent(view, width, height)) * (180 / Math.PI), width / height, near, far)
    : orthographicCamera(orthographicHalf(model, view), width, height, near, far);
  camera.position.z = eye;
  return camera;
}

function orthographicCamera(half: number, width: number, height: number, near: number, far: number): OrthographicCamera {
  const smaller = Math.min(width, height);
  const [x, y] = [(half * width) / smaller, (half * height) / smaller];
  return new OrthographicCamera(-x, x, y, -y, near, far);
}
