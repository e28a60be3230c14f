/** The one WebGL context of the page: everything is drawn out of sight and copied into place. */

import { SRGBColorSpace, WebGLRenderer } from "three";

/** Pixels. The canvas grows in steps, so that a window drawn larger does not make it anew with each pixel. */
const STEP = 128;

/** The page's renderer, and the one owner of its canvas' size. */
export class Graphics {
  /** The processor plays the graphics card where `software`: few triangles, no smoothing, and points by rasterizer. */
  constructor(readonly renderer: WebGLRenderer, readonly software: boolean) {}

  /** Lets something be drawn into a part of the canvas as large as a picture, and copies it there. */
  drawInto(goal: CanvasRenderingContext2D, draw: () => void): void {
    const { renderer } = this;
    const { width, height } = goal.canvas;
    this.makeRoom(width, height);
    renderer.setRenderTarget(null);
    renderer.setViewport(0, 0, width, height);
    renderer.setScissor(0, 0, width, height);
    renderer.setScissorTest(true);
    draw();
    renderer.setScissorTest(false);
    const canvas = renderer.domElement;
    // WebGL counts from below, the page from above.
    goal.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
  }

  /** The canvas only grows: making it anew for each of several pictures takes longer than drawing them. */
  private makeRoom(width: number, height: number): void {
    const { width: w, height: h } = this.renderer.domElement;
    if (w >= width && h >= height) return;
    const most = this.renderer.capabilities.maxTextureSize;
    const enough = (old: number, now: number) => Math.max(old, now, Math.min(most, Math.ceil(now / STEP) * STEP));
    this.renderer.setSize(enough(w, width), enough(h, height), false);
  }
}

let graphics: Graphics | null | undefined;

/** Returns the page's renderer, opened when it is first asked for; null where there is no WebGL. */
export function theGraphics(): Graphics | null {
  if (graphics === undefined) graphics = open();
  return graphics;
}

function open(): Graphics | null {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { antialias: true, alpha: true, powerPreference: "high-performance" });
  if (context === null) return null;
  const renderer = new WebGLRenderer({ canvas, context });
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.setClearColor(0x000000, 0);
  return new Graphics(renderer, isSoftware(context));
}

/** Says whether a name of a graphics card is that of a program that plays one. */
export function namesSoftware(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software|microsoft basic render/i.test(name);
}

function isSoftware(context: WebGL2RenderingContext): boolean {
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = names === null ? "" : context.getParameter(names.UNMASKED_RENDERER_WEBGL);
  return namesSoftware(String(name || context.getParameter(context.RENDERER)));
}
