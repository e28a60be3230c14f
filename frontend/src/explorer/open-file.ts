/** Files that a reader chooses or drops: data sets, packed scenes, views, settings. */

import { unpack, unzipped } from "../packed";
import { isRecord, PayloadError } from "../reader";
import { parsePython, readDataset } from "./dataset-file";
import { readScene, SCENE_FORMAT } from "./read-scene";
import { type Desk, notify } from "./state";

/** Opens a file in the place of what is shown, or lays a view over it; a fault is told, and nothing changes. */
export async function openFile(desk: Desk, file: File): Promise<void> {
  try {
    const bytes = await unzipped(new Uint8Array(await file.arrayBuffer()));
    if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) === "ATOMPACK") {
      const payload = unpack(bytes);
      if (!isRecord(payload) || payload.format !== SCENE_FORMAT) throw new PayloadError(`expected ${SCENE_FORMAT}`);
      return desk.open(readScene(payload, null));
    }
    const content = new TextDecoder().decode(bytes);
    const value = parsePython(content);
    if (isRecord(value) && ("structures" in value || "properties" in value || "meta" in value)) desk.open(readDataset(content));
    else desk.takeSettings(value);
  } catch (error) {
    if (!(error instanceof PayloadError || error instanceof SyntaxError)) throw error;
    notify(desk, `${file.name}: ${error.message}`);
  }
}

/** Lets files be dropped anywhere; returns how to stop that. */
export function takeDrops(target: EventTarget, desk: Desk): () => void {
  const over = (event: Event) => {
    if (event instanceof DragEvent && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  const drop = (event: Event) => {
    if (!(event instanceof DragEvent)) return;
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    void openFile(desk, file);
  };
  target.addEventListener("dragover", over);
  target.addEventListener("drop", drop);
  return () => {
    target.removeEventListener("dragover", over);
    target.removeEventListener("drop", drop);
  };
}
