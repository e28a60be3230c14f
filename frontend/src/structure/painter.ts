/** Paints models into canvases: with WebGL where there is any, otherwise disk by disk. */

import { paintFlat } from "./flat";
import type { Model } from "./model";
import { isForRaster, paintRough } from "./raster";
import { type Shot, theStage } from "./stage";

/** Keeps what it needs to paint one model, also after the model was filled anew. */
export interface Painter {
  /** The processor draws: less detail while something moves. */
  readonly slow: boolean;
  /** The model's primitives have changed. */
  send(): void;
  paint(target: HTMLCanvasElement, shot: Shot): void;
  dispose(): void;
}

/** The painter of a model; it asks for another picture when what it had on the card was lost. */
export function painterOf(model: Model, again: () => void = () => undefined): Painter {
  const stage = theStage();
  if (stage === null) {
    return { slow: true, send: () => undefined, paint: (target, { view }) => paintFlat(target, model, view), dispose: () => undefined };
  }
  const props = stage.propsFor(model);
  const stop = stage.whenRestored(() => {
    props.send();
    again();
  });
  return {
    slow: stage.software,
    send: () => props.send(),
    paint: (target, shot) => {
      const rough = stage.software && shot.moving && isForRaster(model) && paintRough(target, model, shot);
      if (!rough) stage.draw(target, props, shot);
    },
    dispose: () => {
      stop();
      props.dispose();
    },
  };
}
