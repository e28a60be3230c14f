/** Views as cameras in chemiscope's words, and back. */

import type { CameraSettings } from "../explorer/panels";
import type { Model } from "./model";
import { add, cross, length, rotate, fromRows, type Vector } from "./vectors";
import { EYE, type View } from "./view";

/** Zooms beyond this are other programs' distances, not shares of the picture. */
const FARTHEST_ZOOM = 40;

/** A view as a camera that looks from `eye` to `center`, both in Å beside the structure's middle. */
export function cameraOf(view: View, { radius }: Model): CameraSettings {
  const [x, y, z, w] = view.rotation;
  const back = (v: Vector): Vector => rotate([-x, -y, -z, w], v);
  const center = back([view.pan[0], view.pan[1], 0]);
  const eye = add(center, back([0, 0, 1]), EYE * radius);
  return { eye: named(eye), center: named(center), up: named(back([0, 1, 0])), zoom: rounded(view.zoom) };
}

export function viewOf({ eye, center, up, zoom }: CameraSettings, perspective: boolean): View | null {
  const [from, at, above] = [vector(eye), vector(center), vector(up)];
  const z = unit(add(from, at, -1));
  const x = z && unit(cross(above, z));
  if (z === null || x === null) return null;
  const rotation = fromRows([x, cross(z, x), z]);
  const [right, top] = rotate(rotation, at);
  return { rotation, zoom: zoom > 0 && zoom <= FARTHEST_ZOOM ? zoom : 1, pan: [right, top], perspective };
}

function vector({ x, y, z }: CameraSettings["eye"]): Vector {
  return [x, y, z];
}

function named([x, y, z]: Vector): CameraSettings["eye"] {
  return { x: rounded(x), y: rounded(y), z: rounded(z) };
}

function rounded(x: number): number {
  return Number(x.toFixed(5));
}

function unit(v: Vector): Vector | null {
  const size = length(v);
  return size > 1e-9 ? [v[0] / size, v[1] / size, v[2] / size] : null;
}
