/** Pictures and films of what a viewer shows. */

import { blobOf } from "../chart/download";
import type { StructureSettings } from "../explorer/panels";
import type { Scene, SceneStructure } from "../explorer/scene";
import type { Theme } from "../theme";
import { GifWriter } from "./gif";
import { lookingAt, writingOf } from "./looking";
import { writeOver } from "./overlay";
import { Surface } from "./surface";
import { compose, rotationAbout } from "./vectors";

/** Pixels along the larger side: more makes films of many megabytes. */
const FILM_SIZE = 480;
const TURN_FRAMES = 60;
const TURN_DELAY = 50;
const PICTURE_SCALE = 2;

/** The picture of a viewer on nothing, at least twice as fine as on the page. */
export async function pictureOf(surface: Surface): Promise<Blob> {
  const ratio = Math.max(PICTURE_SCALE, window.devicePixelRatio || 1);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = surface.size.map((x) => Math.round(x * ratio)) as [number, number];
  surface.paintInto(canvas, ratio);
  return blobOf(canvas);
}

/** Told how much is done; gives up where it answers false. */
export type Progress = (share: number) => boolean;

/** One turn of what a viewer shows. */
export async function filmOfTurn(surface: Surface, theme: Theme, progress: Progress): Promise<Blob | null> {
  const film = openFilm(surface.size);
  const start = surface.view;
  try {
    for (let k = 0; k < TURN_FRAMES; k++) {
      if (!progress(k / TURN_FRAMES)) return null;
      surface.view = { ...start, rotation: compose(rotationAbout([0, 1, 0], (2 * Math.PI * k) / TURN_FRAMES), start.rotation) };
      surface.paintInto(film.canvas, film.ratio);
      film.take(theme, TURN_DELAY);
      await breath();
    }
  } finally {
    surface.view = start;
    surface.request(false);
  }
  return film.writer.finish();
}

/** Structures one after the other, as they are played. */
export interface Playing {
  readonly scene: Scene;
  readonly settings: StructureSettings;
  readonly theme: Theme;
  readonly frames: readonly number[];
}

export async function filmOfFrames(surface: Surface, { scene, settings, theme, frames }: Playing, progress: Progress): Promise<Blob | null> {
  const film = openFilm(surface.size);
  const actor = new Surface(film.canvas);
  actor.paintAs(theme);
  actor.view = surface.view;
  try {
    for (const [k, index] of frames.entries()) {
      if (!progress(k / frames.length)) return null;
      const shown = scene.structures.peek(index) ?? (await scene.structures.load(index));
      const looking = lookingAt(scene, shown, null, settings, theme);
      actor.overlay = (pen, on, ratio) => writeOver(pen, on, ratio, writingOf(looking, settings, theme));
      actor.show(shown, looking.look, k > 0);
      actor.paintInto(film.canvas, film.ratio);
      film.take(theme, settings.playbackDelay);
      await breath();
    }
  } finally {
    actor.dispose();
  }
  return film.writer.finish();
}

/** The structures that belong to the trajectory of one: as many atoms, without a gap. */
export function trajectoryAround({ structures: { offsets, count } }: Scene, { index, numbers }: SceneStructure): number[] {
  const fits = (i: number) => i >= 0 && i < count && offsets[i + 1]! - offsets[i]! === numbers.length;
  let first = index;
  while (fits(first - 1)) first--;
  const frames: number[] = [];
  for (let i = first; fits(i); i++) frames.push(i);
  return frames;
}

function openFilm(size: readonly [number, number]) {
  const ratio = Math.min(1, FILM_SIZE / Math.max(...size));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = size.map((x) => Math.max(1, Math.round(x * ratio))) as [number, number];
  const writer = new GifWriter(canvas.width, canvas.height);
  const take = (theme: Theme, milliseconds: number) => {
    const pen = canvas.getContext("2d", { willReadFrequently: true })!;
    // GIFs know no half-transparent pixels: the paper goes behind what was drawn.
    pen.save();
    pen.globalCompositeOperation = "destination-over";
    pen.fillStyle = theme.paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.restore();
    writer.add(pen.getImageData(0, 0, canvas.width, canvas.height).data, milliseconds);
  };
  return { canvas, ratio, writer, take };
}

/** Lets the page draw and answer. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
