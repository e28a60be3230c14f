/** Paints the map's points into its canvas: by the graphics card, by the processor, or as shades. */

import { type Graphics, theGraphics } from "../graphics";
import type { Cloud, Look, Placement, Row } from "./cloud";
import { countVisible, paintDensity } from "./density";
import { paintFast } from "./fast";
import { openPoints, type PointsOnCard } from "./gpu";
import type { Color } from "./palettes";
import { clearRaster, createRaster, paintPoints, pointAt, type Raster } from "./raster";

export type PainterChoice = "auto" | "card" | "processor";

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly cloud: Cloud;
  /** In pixels of the page. */
  readonly placement: Placement;
  readonly look: Look;
  /** Paints what lies under the points, in pixels of the page. */
  readonly background: (canvas: CanvasRenderingContext2D) => void;
  readonly density: "auto" | "on" | "off";
  /** Colors of shades where points have no color of their own. */
  readonly ramp: readonly Color[] | null;
  readonly amounts: boolean;
  readonly painter: PainterChoice;
}

/** More points than this in the picture are shaded by their density. */
const DENSE = 1_000_000;
/** More points than this are painted roughly while they move. */
const QUICK = 120_000;
const REACH = 6;

export type Way = "card" | "processor" | "shades";

export class MapPainter {
  private raster: Raster | null = null;
  private onCard: { readonly cloud: Cloud; readonly points: PointsOnCard } | null = null;
  private drawn: { readonly picture: Picture; readonly way: Way; readonly ratio: number } | null = null;

  /** Draws a picture; roughly while it moves and there is much to draw. Returns how it was done. */
  draw(canvas: HTMLCanvasElement, picture: Picture, moving: boolean, ratio = window.devicePixelRatio || 1): Way {
    const width = Math.max(1, Math.round(picture.width * ratio));
    const height = Math.max(1, Math.round(picture.height * ratio));
    const graphics = picture.painter === "processor" ? null : theGraphics();
    const card = graphics !== null && (picture.painter === "card" || !graphics.software) ? graphics : null;
    const placement = enlarged(picture.placement, ratio);
    const dense = picture.density === "on"
      || (picture.density === "auto" && picture.cloud.count > DENSE && countVisible(picture.cloud, placement, width, height) > DENSE);
    const way: Way = dense ? "shades" : card === null ? "processor" : "card";
    const goal = openGoal(canvas, width, height, way !== "card");
    goal.setTransform(ratio, 0, 0, ratio, 0, 0);
    picture.background(goal);
    goal.setTransform(1, 0, 0, 1, 0, 0);
    const look = enlargedLook(picture.look, ratio);
    if (way === "card") this.pointsOn(card!, picture.cloud).paint(goal, placement, look);
    else this.rasterize(goal, { ...picture, placement, look }, way, moving && picture.cloud.count > QUICK);
    this.drawn = { picture, way, ratio };
    return way;
  }

  /** The point at a place of the picture, in pixels of the page. */
  pick(x: number, y: number): number | null {
    if (this.drawn === null) return null;
    const { picture, way, ratio } = this.drawn;
    if (way !== "card") return this.raster === null ? null : pointAt(this.raster, x * ratio, y * ratio, Math.round(REACH * ratio));
    const placement = enlarged(picture.placement, ratio);
    return this.onCard!.points.pick(x * ratio, y * ratio, placement, enlargedLook(picture.look, ratio));
  }

  dispose(): void {
    this.onCard?.points.dispose();
    [this.raster, this.onCard, this.drawn] = [null, null, null];
  }

  private pointsOn(graphics: Graphics, cloud: Cloud): PointsOnCard {
    if (this.onCard?.cloud !== cloud) {
      this.onCard?.points.dispose();
      this.onCard = { cloud, points: openPoints(graphics, cloud) };
    }
    return this.onCard.points;
  }

  private rasterize(goal: CanvasRenderingContext2D, picture: Picture, way: Way, quick: boolean): void {
    const { width, height } = goal.canvas;
    if (this.raster?.width !== width || this.raster.height !== height) this.raster = createRaster(width, height);
    const { raster } = this;
    clearRaster(raster, new Uint32Array(goal.getImageData(0, 0, width, height).data.buffer));
    if (way === "shades") paintDensity(raster, picture.cloud, picture.placement, picture.look, picture);
    else if (quick) paintFast(raster, picture.cloud, picture.placement, picture.look);
    else paintPoints(raster, picture.cloud, picture.placement, picture.look);
    const stride = width + 2 * raster.margin;
    const image = new ImageData(new Uint8ClampedArray(raster.pixels.buffer), stride, height + 2 * raster.margin);
    goal.putImageData(image, -raster.margin, -raster.margin, raster.margin, raster.margin, width, height);
  }
}

/** A canvas that is read back every time lives with the processor; once chosen, a canvas stays what it is. */
function openGoal(canvas: HTMLCanvasElement, width: number, height: number, read: boolean): CanvasRenderingContext2D {
  const goal = canvas.getContext("2d", { willReadFrequently: read, alpha: false })!;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return goal;
}

function enlarged({ across, down, depth }: Placement, ratio: number): Placement {
  const times = (row: Row): Row => [row[0] * ratio, row[1] * ratio, row[2] * ratio, row[3] * ratio];
  return { across: times(across), down: times(down), depth };
}

function enlargedLook(look: Look, ratio: number): Look {
  return { ...look, radius: look.radius * ratio, outline: look.outline * ratio };
}
