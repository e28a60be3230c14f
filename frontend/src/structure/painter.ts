/** Paints a structure into a canvas: with WebGL where there is any, otherwise disk by disk. */

import type { Theme } from "../theme";
import type { BallsAndSticks } from "./bonds";
import { paintFlat } from "./flat";
import { openStage } from "./stage";
import type { View } from "./view";

export type Painter = (target: HTMLCanvasElement, model: BallsAndSticks, view: View, theme: Theme) => void;

let painter: Painter | null = null;

/** The one painter of the page; opened when the first structure is drawn. */
export function thePainter(): Painter {
  painter ??= openStage() ?? paintFlat;
  return painter;
}
