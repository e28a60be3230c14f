/** Keeps a page in step with a sweep that goes on. */

import type { Keeper } from "./keeper";
import type { Desk } from "./state";
import type { Sweep } from "./sweep";

/** What a server offers to the page of a sweep. */
export interface SweepService {
  readonly keeper: Keeper;
  /** The sweep as it is now; null when nothing has changed since it was last asked for. */
  readonly latest: () => Promise<Sweep | null>;
}

const REST = 2000;
/** Rest is so many times as long as reading was, so that large sweeps leave the page fluid. */
const PATIENCE = 12;
const LONGEST = 60_000;

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
      const notes = sweep === null || store.get().saved !== "saved" ? store.get().notes : sweep.notes;
      // Rows may have moved: what is under the pointer is found anew.
      store.set(sweep === null ? { live: "live" } : { live: "live", sweep, notes, hovered: null });
    } catch {
      if (!stopped) store.set({ live: "lost" });
    }
  };
  timer = window.setTimeout(() => void look(), REST);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
