/** Small pictures of structures, for cards and lists. */

import type { Scene } from "../explorer/scene";
import { DARK, LIGHT, type Theme } from "../theme";
import { BALLS_AND_STICKS, Model } from "./model";
import { type Painter, painterOf } from "./painter";
import { RING } from "./stage";
import { startingView } from "./view";

/** Balls that are too many to be drawn finely for a glance. */
const MANY = 3000;

let kept: { readonly model: Model; readonly painter: Painter } | null = null;

/** Paints a structure into a canvas of any size; a chosen atom gets a ring. */
export async function paintPreview(canvas: HTMLCanvasElement, scene: Scene, structure: number, atom: number | null): Promise<void> {
  const shown = scene.structures.peek(structure) ?? (await scene.structures.load(structure));
  if (kept === null) {
    const model = new Model();
    kept = { model, painter: painterOf(model) };
  }
  const { model, painter } = kept;
  model.fill(shown, { ...BALLS_AND_STICKS, environment: null });
  if (atom !== null) {
    const ball = model.ballOfImage[model.homeOf(atom)] ?? -1;
    if (ball >= 0) model.primitives.balls.tints[4 * ball + 3] = RING.chosen;
  }
  painter.send();
  const ratio = window.devicePixelRatio || 1;
  // A card must not hold up the pointer.
  const moving = model.primitives.balls.drawn > MANY;
  painter.paint(canvas, { view: startingView(model, true), theme: themeAround(canvas), fineness: 2, ratio, moving });
}

function themeAround(element: HTMLElement): Theme {
  return element.closest<HTMLElement>("[data-theme]")?.dataset.theme === "dark" ? DARK : LIGHT;
}
