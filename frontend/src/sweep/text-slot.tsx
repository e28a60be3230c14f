/** Texts of readers between panels, in Markdown, and what becomes of notes. */

import { useEffect, useState } from "preact/hooks";
import { save } from "../chart/download";
import { DownloadMenu } from "../chart/chart";
import { Markdown } from "../explorer/markdown";
import { pageWith } from "./keeper";
import { changed, type NotesChange } from "./notes";
import { type Desk, useDesk, useSweepState } from "./state";

/** Changes notes at once, and keeps them. */
export async function annotate({ store, keeper }: Desk, change: NotesChange): Promise<void> {
  const before = store.get().notes;
  const now = changed(before, change);
  store.set({ notes: now, saved: keeper.remote ? "saving" : "here" });
  if (!keeper.remote) return;
  try {
    const kept = await keeper.change(before, change);
    // What was written meanwhile is on its way as well.
    if (store.get().notes === now) store.set({ notes: kept, saved: "saved" });
  } catch {
    store.set({ saved: "failed" });
  }
}

/** Begins a text above a panel that has none. */
export function AddText({ panel }: { readonly panel: string }) {
  const { store } = useDesk();
  const busy = useSweepState((state) => state.notes.texts[panel] !== undefined || state.drafting === panel);
  if (busy) return null;
  return <button type="button" class="add-text" onClick={() => store.set({ drafting: panel })} aria-label={`Add a text above ${panel}`}>+ Text</button>;
}

export function TextSlot({ panel }: { readonly panel: string }) {
  const desk = useDesk();
  const text = useSweepState((state) => state.notes.texts[panel] ?? "");
  const begun = useSweepState((state) => state.drafting === panel);
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => { if (begun) setDraft(text); }, [begun]);
  if (draft !== null) {
    const keep = () => {
      leave();
      if (draft !== text) void annotate(desk, { texts: { [panel]: draft } });
    };
    const leave = () => {
      setDraft(null);
      desk.store.set({ drafting: null });
    };
    return (
      <form class="wide text-slot editing" onSubmit={(event) => { event.preventDefault(); keep(); }}>
        <textarea
          value={draft} rows={Math.min(20, Math.max(3, draft.split("\n").length + 1))} aria-label={`Text above ${panel}, in Markdown`}
          ref={(element) => { if (element !== null && document.activeElement !== element && element.dataset.begun === undefined) { element.dataset.begun = ""; element.focus(); } }}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") leave();
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
          }}
        />
        <div class="controls">
          <button type="submit" class="quiet">Keep</button>
          <button type="button" class="quiet" onClick={leave}>Cancel</button>
          <span class="hint">Markdown: # heading, **bold**, *italic*, `code`, - list, [text](https://…). Ctrl+Enter keeps, Escape leaves as it was.</span>
        </div>
      </form>
    );
  }
  if (text === "") return null;
  return (
    <div class="wide text-slot">
      <Markdown text={text} />
      <button type="button" class="quiet" onClick={() => desk.store.set({ drafting: panel })} aria-label={`Change the text above ${panel}`}>Edit</button>
    </div>
  );
}

const SAID = { saved: "Notes are kept in the study's folder", saving: "Keeping notes …", here: "Notes last as long as this page; save them", failed: "Notes were not kept: the server does not answer" } as const;

/** Notes as a file, or in a copy of this page. */
export function ExportNotes() {
  const { store, keeper } = useDesk();
  const saved = useSweepState((state) => state.saved);
  const notes = useSweepState((state) => state.notes);
  const some = notes.stars.length + Object.keys(notes.runs).length + Object.keys(notes.texts).length > 0;
  const name = store.get().sweep.study.name;
  const kinds: (readonly [string, () => void])[] = [["notes.json", () => save(JSON.stringify(store.get().notes, null, 1), "notes.json")]];
  if (!keeper.remote) kinds.unshift(["Page with notes", () => save(new Blob([pageWith(store.get().notes)], { type: "text/html" }), `${name}.html`)]);
  return (
    <span class={saved === "failed" ? "notes-state bad" : "notes-state"} role="status">
      {(some || saved === "failed" || saved === "saving") && <small class={saved === "failed" ? "bad" : undefined}>{SAID[saved]}</small>}
      <DownloadMenu kinds={kinds} label="Save notes" />
    </span>
  );
}
