/** One state, changed in one place; views are functions of it. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

export interface Store<S extends object> {
  get(): S;
  set(change: Partial<S>): void;
  /** Calls back after each change; returns how to stop that. */
  subscribe(listener: () => void): () => void;
}

export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      const changed = (Object.keys(change) as (keyof S)[]).some((key) => !Object.is(state[key], change[key]));
      if (!changed) return;
      state = { ...state, ...change };
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The chosen part of a store's state; the view is drawn again when that part changes. */
export function useChosen<S extends object, T>(store: Store<S>, choose: (state: S) => T): T {
  const chosen = choose(store.get());
  const [, redraw] = useState(0);
  useEffect(() => {
    let seen = chosen;
    const look = () => {
      const now = choose(store.get());
      if (Object.is(now, seen)) return;
      seen = now;
      redraw((count) => count + 1);
    };
    look();
    return store.subscribe(look);
    // The chooser is a new function at each drawing, yet always chooses the same part.
  }, [store]);
  return chosen;
}

/** What hands a desk to the views on a page, and what takes it there; outside, a view says what is wrong. */
export function deskContext<Desk>(complaint: string) {
  const DeskContext = createContext<Desk | null>(null);
  const useDesk = (): Desk => {
    const desk = useContext(DeskContext);
    if (desk === null) throw new Error(complaint);
    return desk;
  };
  return { DeskContext, useDesk };
}
