/** Files that a reader chooses or drops: data sets, packed scenes, views, settings. */

import { unpack, unzipped } from "../packed";
import { isRecord, PayloadError } from "../reader";
import { parsePython, readDataset } from "./dataset-file";
import { openAnother } from "./desk";
import { looksLikeXyz, readXyz } from "./extxyz";
import { readScene, SCENE_FORMAT } from "./read-scene";
import { type Desk, notify } from "./state";

/** What a page can read by itself. */
const BEGINNINGS = "line 1: expected a number of atoms (extended XYZ) or an object (chemiscope, views, settings); `atomarium open` reads other formats";

/** The name of a file without what tells its format. */
function plainName(name: string): string {
  return name.replace(/(\.(ext)?xyz|\.json)?(\.gz)?$/i, "");
}

/** Opens a file in the place of what is shown, or lays a view over it; a fault is told, and nothing changes. */
export async function openFile(desk: Desk, file: File): Promise<void> {
  try {
    const bytes = await unzipped(new Uint8Array(await file.arrayBuffer()));
    if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) === "ATOMPACK") {
      const payload = unpack(bytes);
      if (!isRecord(payload) || payload.format !== SCENE_FORMAT) throw new PayloadError(`expected ${SCENE_FORMAT}`);
      return openAnother(desk, readScene(payload, null));
    }
    const content = new TextDecoder().decode(bytes);
    if (looksLikeXyz(content)) return openAnother(desk, readXyz(content, plainName(file.name)));
    if (!/^\s*[[{]/.test(content)) throw new PayloadError(`${BEGINNINGS}; it begins with ${JSON.stringify(content.trim().slice(0, 40))}`);
    const value = parsePython(content);
    if (isRecord(value) && ("structures" in value || "properties" in value || "meta" in value)) openAnother(desk, readDataset(content));
    else desk.takeSettings(value);
  } catch (error) {
    if (!(error instanceof PayloadError || error instanceof SyntaxError)) throw error;
    notify(desk, `${file.name}: ${error.message}`);
  }
}

/** Lets files be dropped anywhere, and says while one hangs over the page; returns how to stop that. */
export function takeDrops(target: EventTarget, desk: Desk, hanging: (over: boolean) => void): () => void {
  const over = (event: Event) => {
    if (!(event instanceof DragEvent) || event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    hanging(true);
  };
  // From one part of the page to the next, a file has not left it.
  const leave = (event: Event) => event instanceof DragEvent && event.relatedTarget === null && hanging(false);
  const drop = async (event: Event) => {
    if (!(event instanceof DragEvent)) return;
    hanging(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    for (const one of files) await openFile(desk, one);
  };
  target.addEventListener("dragover", over);
  target.addEventListener("dragleave", leave);
  const dropped = (event: Event) => void drop(event);
  target.addEventListener("drop", dropped);
  return () => {
    target.removeEventListener("dragover", over);
    target.removeEventListener("dragleave", leave);
    target.removeEventListener("drop", dropped);
  };
}
