/** Keeps a page in step with a sweep that goes on. */

import type { Keeper } from "./keeper";
import type { Desk } from "./state";
import type { Details, Sweep } from "./sweep";

/** What a server offers to the page of a sweep. */
export interface SweepService {
  readonly keeper: Keeper;
  /** The sweep as it is now; null when nothing has changed since it was last asked for. */
  readonly latest: () => Promise<Sweep | null>;
  /** Curves and whatever else takes longer to gather. */
  readonly details: () => Promise<Details>;
}

const REST = 2000;
/** Rest is so many times as long as reading was, so that large sweeps leave page and server free for other things. */
const PATIENCE = 3;
const LONGEST = 30_000;

/** Asks again and again; returns how to stop that. */
export function follow({ store }: Desk, service: SweepService): () => void {
  let stopped = false;
  let timer = 0;
  const look = async () => {
    const began = performance.now();
    // A page that nobody sees need not be new.
    if (!document.hidden) await take();
    const took = performance.now() - began;
    if (!stopped) timer = window.setTimeout(() => void look(), Math.min(LONGEST, Math.max(REST, PATIENCE * took)));
  };
  const take = async () => {
    try {
      const sweep = await service.latest();
      if (stopped) return;
      const state = store.get();
      if (sweep !== null) {
        const { curves, predictions, importance, advice, whole } = state.sweep;
        const notes = state.saved === "saved" ? sweep.notes : state.notes;
        // Rows may have moved: what is under the pointer is found anew. Old details do until new ones have come.
        store.set({ live: "live", sweep: { ...sweep, curves, predictions, importance, advice, whole }, notes, hovered: null });
      }
      if (sweep !== null || !state.sweep.whole) {
        const details = await service.details();
        if (!stopped) store.set({ live: "live", sweep: { ...store.get().sweep, ...details, whole: true } });
      } else store.set({ live: "live" });
    } catch {
      if (!stopped) store.set({ live: "lost" });
    }
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
