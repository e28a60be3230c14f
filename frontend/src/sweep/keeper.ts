/** Where notes are kept: by the server in the study's folder, or in the page itself. */

import { changed, type Notes, type NotesChange, readNotes } from "./notes";
import type { Prediction, Sweep } from "./sweep";

export interface Keeper {
  /** Whether a server keeps them. */
  readonly remote: boolean;
  readonly start: (sweep: Sweep) => Notes;
  /** Returns the notes after the change, as they are kept. */
  readonly change: (notes: Notes, change: NotesChange) => Promise<Notes>;
  /** What else a server can tell. */
  readonly service?: { readonly predictions: (number: number) => Promise<Prediction | null> };
}

const ID = "atomarium-notes";

/** Notes of a page without a server: they last as long as the page, and go with copies that are saved of it. */
export const pageKeeper: Keeper = {
  remote: false,
  start: ({ notes }) => {
    const written = document.getElementById(ID)?.textContent;
    return written ? readNotes(JSON.parse(written), "notes") : notes;
  },
  change: (notes, change) => Promise.resolve(changed(notes, change)),
};

/** This page as a file, with the notes as they are now; its own script draws it anew. */
export function pageWith(notes: Notes): string {
  const root = document.documentElement.cloneNode(true) as HTMLElement;
  root.removeAttribute("style");
  root.removeAttribute("data-theme");
  root.querySelector("[data-atomarium]")?.replaceChildren();
  root.querySelector(`#${ID}`)?.remove();
  const element = document.createElement("script");
  element.type = "application/json";
  element.id = ID;
  element.textContent = JSON.stringify(notes).replaceAll("<", "\\u003c");
  root.querySelector("#atomarium-payload")?.after(element);
  return `<!doctype html>\n${root.outerHTML}\n`;
}
