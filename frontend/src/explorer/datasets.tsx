/** Several data sets on one page: which is shown, or which two side by side. */

import { useChosen } from "../store";
import { IconButton } from "./icons";
import { type Desk, type Page, useDesk } from "./state";

/** Shows another data set in a place; where it is shown already, both change places. */
export function choose({ shown }: Page, before: Desk, wanted: Desk): readonly Desk[] {
  return shown.map((one) => (one === before ? wanted : one === wanted ? before : one));
}

/** Without a data set; the next one takes its place. */
export function without({ desks, shown }: Pick<Page, "desks" | "shown">, gone: Desk): Pick<Page, "desks" | "shown"> {
  const left = desks.filter((one) => one !== gone);
  const kept = shown.filter((one) => one !== gone);
  return { desks: left, shown: kept.length > 0 ? kept : left.slice(-1) };
}

/** The one shown and the next, or the one alone. */
export function besideEachOther({ desks, shown }: Page, first: Desk, both: boolean): readonly Desk[] {
  if (!both) return [first];
  return shown.length > 1 ? shown : [first, desks[(desks.indexOf(first) + 1) % desks.length]!];
}

/** The names of all data sets of the page, where there are several. */
export function DatasetChoice() {
  const desk = useDesk();
  const { page } = desk;
  const { desks, shown } = useChosen(page, (all) => all);
  if (desks.length < 2) return null;
  const both = shown.length > 1;
  return (
    <span class="dataset-choice">
      <select
        aria-label="Data set" title="Data set" value={String(desks.indexOf(desk))}
        onChange={(event) => page.set({ shown: choose(page.get(), desk, desks[Number(event.currentTarget.value)]!) })}
      >
        {desks.map(({ scene }, i) => <option key={i} value={String(i)}>{i + 1}: {scene.about.name.trim() || "Structures"}</option>)}
      </select>
      <IconButton icon="beside" label="Two data sets side by side" pressed={both} onClick={() => page.set({ shown: besideEachOther(page.get(), desk, !both) })} />
      <IconButton icon="close" label="Close this data set" onClick={() => page.set(without(page.get(), desk))} />
    </span>
  );
}
