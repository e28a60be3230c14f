/** The explorer in a notebook: what Python and the page tell each other through a widget's traits. */

import { render } from "preact";
import type { BlockSource } from "./explorer/blocks";
import type { Desk } from "./explorer/state";
import type { Host } from "./host";
import { unpack, unzipped } from "./packed";
import { isRecord, PayloadError } from "./reader";
import { Shell } from "./shell";

/** What anywidget hands over; three traits are in step with Python: payload, selection, settings. */
export interface WidgetModel {
  readonly get: (name: string) => unknown;
  readonly set: (name: string, value: unknown) => void;
  readonly save_changes: () => void;
  readonly on: (event: string, listener: (...given: never[]) => void) => void;
  readonly off: (event: string, listener: (...given: never[]) => void) => void;
  readonly send: (content: unknown) => void;
}

interface RenderContext {
  readonly model: WidgetModel;
  readonly el: HTMLElement;
}

/** Draws into a shadow of the notebook's page, so that neither's style reaches the other. */
function renderWidget({ model, el }: RenderContext): () => void {
  const shadow = el.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = String(model.get("style") ?? "");
  const root = document.createElement("div");
  root.className = "widget";
  root.style.setProperty("--widget-height", `${Number(model.get("height")) || 640}px`);
  shadow.append(style, root);
  render(<Shell host={widgetHost(model, root)} />, root);
  return () => render(null, root);
}

export default { render: renderWidget };

function widgetHost(model: WidgetModel, themed: HTMLElement): Host {
  return {
    themed,
    payload: async () => unpack(await unzipped(bytesOf(model.get("payload")))),
    structures: askedFrom(model),
    address: null,
    licenses: "",
    notebook: (desk) => keepInStep(model, desk),
  };
}

/** Traits of bytes arrive as views into larger buffers. */
function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof DataView || value instanceof Uint8Array) {
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice();
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new PayloadError("payload: expected bytes");
}

/** Blocks of structures by message: `{kind: "structures", block}` there, the same and a buffer back. */
function askedFrom(model: WidgetModel): BlockSource {
  const waiting = new Map<number, { readonly done: (bytes: Uint8Array<ArrayBuffer>) => void; readonly failed: (error: Error) => void }>();
  model.on("msg:custom", (content: unknown, buffers: unknown) => {
    if (!isRecord(content) || content.kind !== "structures" || typeof content.block !== "number") return;
    const asked = waiting.get(content.block);
    waiting.delete(content.block);
    if (typeof content.error === "string") asked?.failed(new PayloadError(content.error));
    else if (Array.isArray(buffers)) asked?.done(bytesOf(buffers[0]));
  });
  return (block) =>
    new Promise((done, failed) => {
      waiting.set(block, { done, failed });
      model.send({ kind: "structures", block });
    });
}

/** Selection and settings, there and back; what came from one side is not sent back to it. */
function keepInStep(model: WidgetModel, desk: Desk): () => void {
  let sent = "";
  const tell = () => {
    // What is chosen travels as the selection, not as a setting.
    const { chosen: selection, ...view } = desk.store.get().view;
    const chosen = selection === null ? null : [...selection.mask.keys()].filter((i) => selection.mask[i] === 1);
    const now = { target: view.target, points: view.pinned[view.target], active: view.active, chosen };
    const text = JSON.stringify([now, view]);
    if (text === sent) return;
    sent = text;
    model.set("selection", now);
    model.set("settings", { view });
    model.save_changes();
  };
  let later: ReturnType<typeof setTimeout> | undefined;
  const stop = desk.store.subscribe(() => {
    clearTimeout(later);
    later = setTimeout(tell, 120);
  });
  const settings = () => desk.takeSettings(model.get("settings"));
  const selection = () => desk.takeSelection(model.get("selection"));
  model.on("change:settings", settings);
  model.on("change:selection", selection);
  tell();
  return () => {
    clearTimeout(later);
    stop();
    model.off("change:settings", settings);
    model.off("change:selection", selection);
  };
}
