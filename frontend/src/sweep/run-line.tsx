/** A line of the table of runs: a run, or a group of them. */

import { useState } from "preact/hooks";
import { withDeviation } from "../words";
import { numberText, valueOf } from "./axis-spec";
import { useRunColor } from "./coloring";
import { useComparedColors } from "./marks";
import { toggleCompared, useDesk, useSweep, useSweepState } from "./state";
import type { Quantity } from "./sweep";
import { type Group, summaryOf } from "./table-rows";
import { annotate } from "./text-slot";

interface RunLineProps {
  readonly row: number;
  readonly inner: boolean;
  readonly index: number;
  readonly columns: readonly Quantity[];
  readonly active: boolean;
  readonly activate: () => void;
}

export function RunLine({ row, inner, index, columns, active, activate }: RunLineProps) {
  const desk = useDesk();
  const { runs } = useSweep();
  const number = runs.number[row]!;
  const hovered = useSweepState((state) => state.hovered === row);
  const starred = useSweepState((state) => state.notes.stars.includes(number));
  const compared = useComparedColors()(number);
  const color = useRunColor()(row);
  const state = runs.state.categories[runs.state.values[row]!]!;
  return (
    <tr
      aria-rowindex={index + 1} aria-selected={active} data-hovered={hovered} data-chosen={compared !== null} data-state={state}
      onClick={() => { activate(); toggleCompared(desk, number); }}
      onPointerEnter={() => desk.store.set({ hovered: row })}
      onPointerLeave={() => desk.store.set({ hovered: null })}
    >
      <td class="text star-cell">
        <button
          type="button" class="star" aria-pressed={starred} aria-label={`Star run ${number}`} tabIndex={-1}
          onClick={(event) => { event.stopPropagation(); void annotate(desk, { stars: { [String(number)]: !starred } }); }}
        >
          {starred ? "★" : "☆"}
        </button>
      </td>
      <th scope="row" class={inner ? "inner" : undefined}>
        <i class="run-dot" style={compared === null ? { background: color } : { background: color, boxShadow: `0 0 0 2px var(--paper), 0 0 0 4px ${compared}` }} /><span class="run-number">{number}</span>
      </th>
      {columns.map((one) => (
        <td key={one.key} class={one.kind === "category" ? "text" : undefined} title={one.key === "state" ? runs.reasons.get(row) : undefined}>
          {one.key === "state" ? <span class={`state state-${state}`}>{state}</span> : valueOf(one, row, 4)}
        </td>
      ))}
      <td class="text note-cell" onClick={(event) => event.stopPropagation()}><NoteField number={number} /></td>
    </tr>
  );
}

function NoteField({ number }: { readonly number: number }) {
  const desk = useDesk();
  const key = String(number);
  const note = useSweepState((state) => state.notes.runs[key] ?? "");
  const [draft, setDraft] = useState<string | null>(null);
  const keep = () => {
    if (draft !== null && draft !== note) void annotate(desk, { runs: { [key]: draft } });
    setDraft(null);
  };
  return (
    <input
      type="text" value={draft ?? note} aria-label={`Note on run ${number}`} placeholder="…" tabIndex={-1}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}

interface GroupLineProps {
  readonly group: Group;
  readonly by: Quantity;
  readonly columns: readonly Quantity[];
  readonly open: boolean;
  readonly active: boolean;
  readonly toggle: () => void;
}

/** A group with the mean and the spread of every number of its runs. */
export function GroupLine({ group, by, columns, open, active, toggle }: GroupLineProps) {
  const value = Number.isNaN(group.value) ? "without" : numberText(by, group.value);
  return (
    <tr class="group-line" aria-selected={active} aria-expanded={open} onClick={toggle}>
      <td class="text"><span aria-hidden="true">{open ? "▾" : "▸"}</span></td>
      <th scope="row">{group.rows.length}</th>
      {columns.map((one, i) => {
        const summary = one === by || one.role === "run" ? null : summaryOf(one, group.rows);
        return (
          <td key={one.key} class={one.kind === "category" || one === by ? "text" : undefined}>
            {one === by || (i === 0 && !columns.includes(by)) ? <b>{by.label} {value}</b> : summary === null ? "" : one.unit === "s" ? numberText(one, summary.mean) : withDeviation(summary.mean, summary.deviation)}
          </td>
        );
      })}
      <td />
    </tr>
  );
}
