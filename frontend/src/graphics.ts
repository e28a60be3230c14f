/** The one WebGL context of the page: everything is drawn out of sight and copied into place. */

import { SRGBColorSpace, WebGLRenderer } from "three";

export interface Graphics {
  readonly renderer: WebGLRenderer;
  /** The processor plays the graphics card: few triangles, no smoothing, and points by rasterizer. */
  readonly software: boolean;
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
  return { renderer, software: isSoftware(context) };
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
