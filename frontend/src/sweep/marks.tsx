/** What marks single runs in every chart: the one under the pointer, and those beside each other. */

import { useContext } from "preact/hooks";
import { type Drawing, ThemeContext } from "../chart/drawing";
import { valueOf } from "./axis-spec";
import { isVaried, quantity, useDesk, useSweepState } from "./state";

type Place = readonly [x: number, y: number] | null;

interface MarksProps {
  readonly drawing: Drawing;
  /** Where a run lies, if it is there. */
  readonly at: (row: number) => Place;
}

/** Rings around the compared runs, in their colors, and around the one under the pointer. */
export function RunMarks({ drawing, at }: MarksProps) {
  const compared = useSweepState((state) => state.compared);
  const sweep = useSweepState((state) => state.sweep);
  const { theme, font } = drawing;
  return (
    <g pointer-events="none">
      {compared.map((number, i) => {
        const row = sweep.runs.rowOf.get(number);
        const place = row === undefined ? null : at(row);
        return place && <circle key={number} cx={place[0]} cy={place[1]} r={font * 0.55} fill="none" stroke={theme.series[i % theme.series.length]} stroke-width={2} class="compared-ring" />;
      })}
      <HoverMark drawing={drawing} at={at} />
    </g>
  );
}

/** Drawn again at every move of the pointer, and nothing else with it. */
function HoverMark({ drawing, at }: MarksProps) {
  const hovered = useSweepState((state) => state.hovered);
  const place = hovered === null ? null : at(hovered);
  const { theme, font } = drawing;
  return place && <circle cx={place[0]} cy={place[1]} r={font * 0.5} fill="none" stroke={theme.ink} stroke-width={1.75} class="hover-ring" />;
}

/** A run in few words. */
export function RunTip({ row }: { readonly row: number }) {
  const { store } = useDesk();
  const { sweep, metric, notes } = store.get();
  const { runs, settings, quantities } = sweep;
  const shown = new Set([metric, "seconds"]);
  const state = runs.state.categories[runs.state.values[row]!]!;
  const number = String(runs.number[row]);
  const note = notes.runs[number];
  return (
    <>
      <b>Run {number}{notes.stars.includes(Number(number)) ? " ★" : ""}{state === "finished" ? "" : `, ${state}`}</b>
      {[...shown].filter((key) => quantities.has(key) || key === metric).map((key) => {
        const one = quantity(sweep, key);
        return Number.isNaN(one.values[row]!) ? null : <span key={key}>{one.label} {valueOf(one, row)}{one.unit === "s" || one.unit === "" ? "" : ` ${one.unit}`}</span>;
      })}
      {settings.filter((one) => isVaried(one) && !Number.isNaN(one.values[row]!)).slice(0, 8).map((one) => (
        <span key={one.key} class="faint">{one.label} {valueOf(one, row)}</span>
      ))}
      {runs.reasons.has(row) && <span class="faint">{runs.reasons.get(row)}</span>}
      {note !== undefined && <span>“{note.slice(0, 120)}”</span>}
    </>
  );
}

/** The color of a compared run, by its place among them. */
export function useComparedColors(): (number: number) => string | null {
  const theme = useContext(ThemeContext);
  const compared = useSweepState((state) => state.compared);
  return (number) => {
    const at = compared.indexOf(number);
    return at < 0 ? null : theme.series[at % theme.series.length]!;
  };
}
