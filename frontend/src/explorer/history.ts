/** Steps back and forth through the views that were; quick changes of one thing are one step. */

export interface History<T> {
  /** Remembers what is about to be replaced; changes with the same tag in quick succession are one. */
  readonly record: (before: T, tag: string) => void;
  readonly undo: (now: T) => T | null;
  readonly redo: (now: T) => T | null;
  readonly canUndo: () => boolean;
  readonly canRedo: () => boolean;
}

/** Milliseconds between changes that are one to the reader. */
const ONE_GESTURE = 900;
const REMEMBERED = 200;

export function createHistory<T>(clock: () => number = () => performance.now()): History<T> {
  const past: T[] = [];
  const future: T[] = [];
  let last = { tag: "", at: -Infinity };
  const step = (from: T[], to: T[], now: T): T | null => {
    const found = from.pop();
    if (found === undefined) return null;
    to.push(now);
    last = { tag: "", at: -Infinity };
    return found;
  };
  return {
    record(before, tag) {
      const at = clock();
      const goesOn = tag !== "" && tag === last.tag && at - last.at < ONE_GESTURE;
      last = { tag, at };
      future.length = 0;
      if (goesOn) return;
      past.push(before);
      if (past.length > REMEMBERED) past.shift();
    },
    undo: (now) => step(past, future, now),
    redo: (now) => step(future, past, now),
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
  };
}
