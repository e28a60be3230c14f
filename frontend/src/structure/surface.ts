/** One canvas that shows one structure: when to draw, how finely, and what lies under the pointer. */

import type { Theme } from "../theme";
import { type Look, Model } from "./model";
import { type Painter, painterOf } from "./painter";
import { RING } from "./stage";
import type { Structure } from "./structure";
import { ballAt, startingView, type View } from "./view";

/** Draws over the finished picture: labels, axes, lines of measurements. */
export type Overlay = (canvas: CanvasRenderingContext2D, surface: Surface, ratio: number) => void;

/** Milliseconds of stillness after which the picture is drawn finely. */
const REST = 160;
/** The same where drawing finely would hold up a hand that only pauses. */
const LONG_REST = 700;
/** Frames that take longer than this, in milliseconds, are drawn more coarsely, where the processor draws. */
const SLUGGISH = 55;
const BRISK = 22;
/** Balls that the processor does not draw four times over. */
const MANY = 15_000;
const COARSENESS = [1, 0.7, 0.5] as const;

export class Surface {
  readonly model = new Model();
  overlay: Overlay | null = null;
  view: View = { rotation: [0, 0, 0, 1], zoom: 1, pan: [0, 0], perspective: true };
  private painter: Painter | null = null;
  private theme: Theme | null = null;
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private coarse = 0;
  private movedAt = 0;
  private sent = false;
  /** The last fine picture without what is written over it. */
  private readonly clean = document.createElement("canvas");
  private isClean = false;
  private pending = false;

  constructor(readonly canvas: HTMLCanvasElement) {}

  /** The canvas's size on the page, in pixels of the page. */
  get size(): readonly [number, number] {
    return [this.canvas.clientWidth, this.canvas.clientHeight];
  }

  show(structure: Structure, look: Look, playing = false): void {
    this.model.fill(structure, look, playing);
    this.sent = false;
    this.request(playing);
  }

  begin(): View {
    return startingView(this.model, this.view.perspective);
  }

  /** Looks from somewhere else; more is to come while something moves. */
  turnTo(view: View, moving = true): void {
    this.view = view;
    this.request(moving);
  }

  paintAs(theme: Theme): void {
    this.theme = theme;
    this.request(false);
  }

  /** Puts a ring around one image; all others lose theirs. */
  ring(image: number | null): void {
    const { tints, count } = this.model.primitives.balls;
    const ball = image === null ? -1 : (this.model.ballOfImage[image] ?? -1);
    for (let i = 0; i < count; i++) tints[4 * i + 3] = i === ball ? RING.chosen : RING.none;
    this.sent = false;
    if (!this.pending) this.request(false);
  }

  /** Writes anew over the same picture, or over the next one if that is under way. */
  rewrite(): void {
    if (this.pending) return;
    if (!this.isClean || this.clean.width !== this.canvas.width || this.clean.height !== this.canvas.height) return this.request(false);
    const pen = this.canvas.getContext("2d")!;
    pen.clearRect(0, 0, this.clean.width, this.clean.height);
    pen.drawImage(this.clean, 0, 0);
    this.write(pen, window.devicePixelRatio || 1);
  }

  /** The image under a point of the canvas, or -1. */
  imageAt(x: number, y: number): number {
    const ball = ballAt(this.model, this.view, this.size, x, y);
    return ball < 0 ? -1 : this.model.primitives.balls.images[ball]!;
  }

  /** Asks for a new picture; while something moves, a quick one first and a fine one when it rests. */
  request(moving: boolean): void {
    this.isClean = false;
    clearTimeout(this.rest);
    const heavy = this.painter?.slow === true && this.model.primitives.balls.drawn > MANY;
    if (moving) this.rest = setTimeout(() => this.request(false), heavy ? LONG_REST : REST);
    cancelAnimationFrame(this.frame);
    this.pending = true;
    this.frame = requestAnimationFrame(() => {
      this.pending = false;
      this.draw(moving);
    });
  }

  /** Paints into any canvas at once, as finely as can be. */
  paintInto(target: HTMLCanvasElement, ratio: number): void {
    if (this.theme === null) return;
    this.paint(target, this.theme, 2, ratio, false);
  }

  dispose(): void {
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.painter?.dispose();
  }

  private draw(moving: boolean): void {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = this.size.map((x) => Math.round(x * ratio)) as [number, number];
    if (width === 0 || height === 0 || this.theme === null) return;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.paint(this.canvas, this.theme, this.fineness(moving, ratio), ratio, moving);
  }

  private paint(target: HTMLCanvasElement, theme: Theme, fineness: number, ratio: number, moving: boolean): void {
    this.painter ??= painterOf(this.model, () => this.request(false));
    if (!this.sent) this.painter.send();
    this.sent = true;
    this.painter.paint(target, { view: this.view, theme, fineness, ratio, moving });
    if (target === this.canvas && !moving) this.keepClean();
    this.write(target.getContext("2d")!, ratio);
  }

  private write(pen: CanvasRenderingContext2D, ratio: number): void {
    pen.save();
    this.overlay?.(pen, this, ratio);
    pen.restore();
  }

  private keepClean(): void {
    const { clean, canvas } = this;
    if (clean.width !== canvas.width) clean.width = canvas.width;
    if (clean.height !== canvas.height) clean.height = canvas.height;
    const pen = clean.getContext("2d")!;
    pen.clearRect(0, 0, clean.width, clean.height);
    pen.drawImage(canvas, 0, 0);
    this.isClean = true;
  }

  /** Graphics cards always draw finely; the processor only what rests. */
  private fineness(moving: boolean, ratio: number): number {
    const fine = ratio >= 2 ? 1.5 : 2;
    if (this.painter?.slow === false) return fine;
    const now = performance.now();
    const since = now - this.movedAt;
    if (moving) this.movedAt = now;
    if (!moving) return this.model.primitives.balls.drawn > MANY ? 1 : fine;
    // Between two frames of one movement lies the time that one frame takes.
    if (since < REST) {
      if (since > SLUGGISH) this.coarse = Math.min(COARSENESS.length - 1, this.coarse + 1);
      else if (since < BRISK) this.coarse = Math.max(0, this.coarse - 1);
    }
    return COARSENESS[this.coarse]! / Math.min(ratio, 2);
  }
}
