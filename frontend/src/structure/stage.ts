/** One WebGL context for every structure on the page: drawn out of sight, copied into place. */

import {
  CylinderGeometry, DirectionalLight, HemisphereLight, InstancedMesh, LineBasicMaterial, LineSegments, BufferGeometry,
  Color, Matrix4, Float32BufferAttribute, Group, IcosahedronGeometry, Mesh, MeshStandardMaterial, PerspectiveCamera,
  Quaternion, Scene, SRGBColorSpace, Vector2, Vector3, WebGLRenderer,
} from "three";
import { ballRadius, type BallsAndSticks } from "./bonds";
import { colorOfElement } from "./elements";
import type { Painter } from "./painter";
import { EYE, halfAngleTangent, type View } from "./view";

export const STICK_RADIUS = 0.11;
const UP = new Vector3(0, 1, 0);

/** Returns a painter on WebGL, or null where there is none. */
export function openStage(): Painter | null {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { antialias: true, alpha: true, powerPreference: "low-power" });
  if (context === null) return null;
  const renderer = new WebGLRenderer({ canvas, context });
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.setClearColor(0x000000, 0);
  const props = new Props(renderer);
  return (target, model, view, theme) => {
    const scene = props.sceneOf(model, theme.muted);
    props.turn(view);
    const { width, height } = target;
    const size = renderer.getSize(new Vector2());
    if (size.x !== width || size.y !== height) renderer.setSize(width, height, false);
    renderer.render(scene, cameraFor(model, view, width, height));
    const goal = target.getContext("2d")!;
    goal.clearRect(0, 0, width, height);
    goal.drawImage(canvas, 0, 0, width, height);
  };
}

function cameraFor(model: BallsAndSticks, view: View, width: number, height: number): PerspectiveCamera {
  const angle = 2 * Math.atan(halfAngleTangent(view, width, height)) * (180 / Math.PI);
  const eye = EYE * model.radius;
  const camera = new PerspectiveCamera(angle, width / height, eye * 0.05, eye + 2 * model.radius);
  camera.position.z = eye;
  return camera;
}

/** The scene of the structure drawn last; turning it about makes nothing anew. */
class Props {
  private model: BallsAndSticks | null = null;
  private lines = "";
  private readonly scene = new Scene();
  private readonly turntable = new Group();

  constructor(renderer: WebGLRenderer) {
    const key = new DirectionalLight(0xffffff, 2.1);
    key.position.set(-3, 5, 6);
    const rim = new DirectionalLight(0xffffff, 0.5);
    rim.position.set(4, -2, 2);
    this.scene.add(new HemisphereLight(0xffffff, 0x9aa0a8, 1.9), key, rim, this.turntable);
    renderer.compile(this.scene, new PerspectiveCamera());
  }

  sceneOf(model: BallsAndSticks, lines: string): Scene {
    if (model !== this.model || lines !== this.lines) {
      for (const child of [...this.turntable.children]) dispose(child as Mesh);
      this.turntable.clear();
      this.turntable.add(balls(model), sticks(model), cell(model, lines));
      [this.model, this.lines] = [model, lines];
    }
    return this.scene;
  }

  turn(view: View): void {
    this.turntable.quaternion.copy(new Quaternion(...view.rotation));
  }
}

function material(): MeshStandardMaterial {
  return new MeshStandardMaterial({ roughness: 0.42, metalness: 0.02 });
}

function balls({ atoms, center }: BallsAndSticks): InstancedMesh {
  const detail = atoms.length < 100 ? 12 : atoms.length < 1000 ? 7 : 3;
  const mesh = new InstancedMesh(new IcosahedronGeometry(1, detail), material(), atoms.length);
  const middle = new Vector3(...center);
  atoms.forEach(({ number, position }, i) => {
    const r = ballRadius(number);
    const at = new Vector3(...position).sub(middle);
    mesh.setMatrixAt(i, new Matrix4().compose(at, new Quaternion(), new Vector3(r, r, r)));
    mesh.setColorAt(i, new Color(colorOfElement(number)));
  });
  mesh.frustumCulled = false;
  return mesh;
}

function sticks({ sticks: halves, center, atoms }: BallsAndSticks): InstancedMesh {
  const sides = atoms.length < 1000 ? 20 : 8;
  const tube = new CylinderGeometry(STICK_RADIUS, STICK_RADIUS, 1, sides, 1, true);
  const mesh = new InstancedMesh(tube, material(), halves.length);
  const middle = new Vector3(...center);
  halves.forEach(({ number, from, to }, i) => {
    const [a, b] = [new Vector3(...from).sub(middle), new Vector3(...to).sub(middle)];
    const along = b.clone().sub(a);
    const turn = new Quaternion().setFromUnitVectors(UP, along.clone().normalize());
    mesh.setMatrixAt(i, new Matrix4().compose(a.add(b).multiplyScalar(0.5), turn, new Vector3(1, along.length(), 1)));
    mesh.setColorAt(i, new Color(colorOfElement(number)));
  });
  mesh.frustumCulled = false;
  return mesh;
}

function cell({ edges, center }: BallsAndSticks, color: string): LineSegments {
  const points = edges.flat().flatMap(([x, y, z]) => [x - center[0], y - center[1], z - center[2]]);
  const geometry = new BufferGeometry().setAttribute("position", new Float32BufferAttribute(points, 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color }));
}

function dispose(mesh: Mesh): void {
  mesh.geometry.dispose();
  (mesh.material as MeshStandardMaterial).dispose();
  if (mesh instanceof InstancedMesh) mesh.dispose();
}
