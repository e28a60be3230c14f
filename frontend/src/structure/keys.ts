/** What keys do in a viewer. */

import type { StructureViewProps } from "../explorer/panels";
import { aligned, type AxisName } from "./alignment";
import { viewAfterKey } from "./gestures";
import type { Hands } from "./panel";
import type { Surface } from "./surface";

export const NO_KEYS =
  "Arrow keys turn it, with shift they move it, plus and minus zoom, 0 resets; x, y, z, a, b, c look along an axis; " +
  "comma and period choose the atom before and after, m measures.";

/** Does what a key asks for; says whether it asked for anything. */
export function keyed(
  event: KeyboardEvent, surface: Surface, { atom, onSelectAtom }: StructureViewProps, hands: Hands,
  picked: readonly number[] | null, setPicked: (picked: readonly number[] | null) => void,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const view = viewAfterKey(surface, event);
  if (view !== null) return done(() => hands.turn(view));
  const { key } = event;
  if (key === "0") return done(hands.reset);
  if (key === "m") return done(() => setPicked(picked === null ? [] : null));
  if (key === "Escape" && picked !== null) return done(() => setPicked(picked.length === 0 ? null : []));
  if (key === "," || key === ".") {
    const n = surface.model.structure.numbers.length;
    const next = atom === null ? (key === "." ? 0 : n - 1) : (atom + (key === "." ? 1 : n - 1)) % n;
    return n > 0 && done(() => onSelectAtom(next));
  }
  const along = aligned(surface, key as AxisName);
  return along !== null && done(() => hands.turn(along));
}

function done(act: () => void): true {
  act();
  return true;
}
