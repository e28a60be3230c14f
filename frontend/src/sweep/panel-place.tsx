/** Where a panel stands: it is made when it is near the window or nothing else is to be done, and changes only while it is seen. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Store } from "../store";
import { type Desk, DeskContext, type State, useDesk } from "./state";

/** How far from the window a panel counts as seen. */
const NEAR = "500px 0px";

export function PanelPlace({ wide, children }: { readonly wide: boolean; readonly children: ComponentChildren }) {
  const desk = useDesk();
  const place = useRef<HTMLDivElement>(null);
  const [made, make] = useState(false);
  const gate = useMemo(() => gated(desk.store), [desk]);
  const own = useMemo<Desk>(() => ({ ...desk, store: gate.store }), [desk, gate]);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      gate.open(entry!.isIntersecting);
      if (entry!.isIntersecting) make(true);
    }, { rootMargin: NEAR });
    observer.observe(place.current!);
    const all = () => { make(true); gate.open(true); };
    window.addEventListener("beforeprint", all);
    const stop = whenIdle(() => make(true));
    return () => {
      observer.disconnect();
      window.removeEventListener("beforeprint", all);
      stop();
    };
  }, [gate]);
  return (
    <div class={`panel-place${wide ? " wide" : ""}${made ? "" : " unmade"}`} ref={place}>
      {made && <DeskContext.Provider value={own}>{children}</DeskContext.Provider>}
    </div>
  );
}

/** Panels that wait for their turn: one at a time, so that the page answers in between. */
const waiting: (() => void)[] = [];

function whenIdle(act: () => void): () => void {
  waiting.push(act);
  if (waiting.length === 1) rest();
  return () => {
    const at = waiting.indexOf(act);
    if (at >= 0) waiting.splice(at, 1);
  };
}

function rest(): void {
  const next = () => {
    waiting.shift()?.();
    if (waiting.length > 0) rest();
  };
  // Safari knows no idle time.
  if ("requestIdleCallback" in window) window.requestIdleCallback(next, { timeout: 2000 });
  else setTimeout(next, 200);
}

/** A store that tells of changes only while it is open, and of what was missed when it opens. */
export function gated(store: Store<State>): { readonly store: Store<State>; readonly open: (seen: boolean) => void } {
  let isOpen = true;
  let missed = false;
  const listeners = new Set<() => void>();
  const tell = () => { for (const listener of [...listeners]) listener(); };
  let stop: (() => void) | null = null;
  return {
    store: {
      get: store.get,
      set: store.set,
      subscribe(listener) {
        stop ??= store.subscribe(() => (isOpen ? tell() : (missed = true)));
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
          if (listeners.size === 0) {
            stop?.();
            stop = null;
          }
        };
      },
    },
    open(seen) {
      isOpen = seen;
      if (!seen || !missed) return;
      missed = false;
      tell();
    },
  };
}
