/** What readers write beside a sweep: stars, notes on runs, texts between panels. */

import { list, mapping, number, orNull, type Reader, record, text } from "../reader";

export interface Notes {
  readonly stars: readonly number[];
  /** By the number of the run. */
  readonly runs: Readonly<Record<string, string>>;
  /** By the panel that a text stands above. */
  readonly texts: Readonly<Record<string, string>>;
}

/** One change; what is not named stays as it is, and an empty text goes. */
export interface NotesChange {
  readonly stars?: Readonly<Record<string, boolean>>;
  readonly runs?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

export const NO_NOTES: Notes = { stars: [], runs: {}, texts: {} };

const contents = record({ stars: list(number), runs: mapping(text), texts: mapping(text) });

export const readNotes: Reader<Notes> = (value, place) => orNull(contents)(value, place) ?? NO_NOTES;

/** Notes after a change; the twin of study/sweep/notes.py. */
export function changed(notes: Notes, change: NotesChange): Notes {
  const stars = new Set(notes.stars);
  for (const [run, starred] of Object.entries(change.stars ?? {})) {
    if (starred) stars.add(Number(run));
    else stars.delete(Number(run));
  }
  return {
    stars: [...stars].sort((a, b) => a - b),
    runs: withTexts(notes.runs, change.runs ?? {}),
    texts: withTexts(notes.texts, change.texts ?? {}),
  };
}

function withTexts(old: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, text]) => text.trim() !== ""));
}
