/** A row of small fields below the names of columns; together they are the map's filter. */

import { useEffect, useState } from "preact/hooks";
import { changeMap, useDesk, useExplorer } from "../explorer/state";
import { type ColumnKind, fieldOf, withField } from "../filter/by-column";

export interface FilteredColumn {
  /** As filters name it; null where none can. */
  readonly name: string | null;
  readonly label: string;
  readonly kind: ColumnKind;
}

/** Milliseconds after the last key before a filter holds. */
const REST = 250;

export function ColumnFilters({ columns }: { readonly columns: readonly FilteredColumn[] }) {
  return (
    <tr class="column-filters">
      {columns.map(({ name, label, kind }) => <th key={label} class={kind === "category" ? "text" : undefined}>{name !== null && <ColumnField name={name} label={label} kind={kind} />}</th>)}
    </tr>
  );
}

function ColumnField({ name, label, kind }: { readonly name: string; readonly label: string; readonly kind: ColumnKind }) {
  const desk = useDesk();
  const filter = useExplorer(({ view }) => view.maps[view.target].filter);
  const shown = fieldOf(filter, name);
  const [text, setText] = useState(shown);
  // The filter may change elsewhere; what is being written here stays as long as it means the same.
  useEffect(() => {
    if (withField(filter, name, kind, text) !== withField(filter, name, kind, shown)) setText(shown);
  }, [shown]);
  const wanted = withField(filter, name, kind, text);
  useEffect(() => {
    if (text === shown) return;
    const later = setTimeout(() => {
      // Other fields may have changed the filter meanwhile.
      const { target, maps } = desk.store.get().view;
      const now = withField(maps[target].filter, name, kind, text);
      if (now !== null) changeMap(desk, { filter: now }, "filter");
    }, REST);
    return () => clearTimeout(later);
  }, [text]);
  return (
    <input
      type="text" value={text} spellcheck={false} autocomplete="off" aria-label={`Filter by ${label}`} aria-invalid={wanted === null}
      placeholder={kind === "number" ? "> 3 or 1..2" : "text"} title={kind === "number" ? "5, > 3, <= 2, != 0, 1..2, or several with commas" : "part of the text; = or != for all of it"}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.stopPropagation()}
    />
  );
}
