/** A filter to write, with examples, what is wrong with it, and how many points it means. */

import { useEffect, useState } from "preact/hooks";
import { Switch } from "../chart/controls";
import { type FilterError, quotedName, quotedText } from "../filter/words";
import type { PlainProperty } from "../explorer/scene";
import { type MapSettings, plainProperties } from "../explorer/settings";
import { changeMap, select, useDesk, useExplorer } from "../explorer/state";
import { count } from "../words";
import { rangeOf } from "./amounts";

interface FilterBarProps {
  readonly map: MapSettings;
  readonly mask: Uint8Array | null;
  readonly error: FilterError | null;
  readonly total: number;
}

/** Milliseconds after the last key before a filter holds. */
const REST = 250;

export function FilterBar({ map, mask, error, total }: FilterBarProps) {
  const desk = useDesk();
  const target = useExplorer(({ view }) => view.target);
  const [text, setText] = useState(map.filter);
  useEffect(() => setText(map.filter), [map.filter]);
  useEffect(() => {
    if (text === map.filter) return;
    const later = setTimeout(() => changeMap(desk, { filter: text }, "filter"), REST);
    return () => clearTimeout(later);
  }, [text]);
  const properties = plainProperties(desk.scene, target);
  const matching = mask === null ? total : mask.reduce((sum, one) => sum + one, 0);
  return (
    <div class="filter-bar">
      <label class="filter-line">
        <span class="visually-hidden">Filter</span>
        <input
          type="text" value={text} spellcheck={false} autocomplete="off" aria-invalid={error !== null} aria-describedby="filter-said"
          placeholder={exampleOf(properties)} onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <AddCondition properties={properties} onAdd={(condition) => setText(text.trim() === "" ? condition : `${text.trim()} and ${condition}`)} />
      <Switch label="Other points" value={map.others} options={[["gray", "Gray"], ["hide", "Hidden"]]} onChange={(others) => changeMap(desk, { others })} />
      <button type="button" class="quiet" disabled={mask === null} onClick={() => mask !== null && select(desk, mask.slice())}>Choose them</button>
      {text !== "" && <button type="button" class="quiet" onClick={() => setText("")}>Clear</button>}
      <p id="filter-said" class={error === null ? "filter-said" : "filter-said bad"} role="status">
        {error === null ? `${count(matching)} of ${count(total)} points` : `At letter ${error.at + 1}: ${error.message}.`}
      </p>
    </div>
  );
}

/** A condition for this very data, to start from. */
function exampleOf(properties: readonly PlainProperty[]): string {
  const number = properties.find((one) => one.kind === "number");
  const category = properties.find((one) => one.kind === "category");
  const parts = [number && conditionOn(number), category && conditionOn(category)].filter((part) => part !== undefined);
  return parts.length === 0 ? "index < 10" : parts.join(" and ");
}

function conditionOn(property: PlainProperty): string {
  const name = quotedName(property.name);
  if (property.kind === "category") return `${name} = ${quotedText(property.categories[0] ?? "")}`;
  const [low, high] = rangeOf(property.values) ?? [0, 1];
  return `${name} < ${Number(((low + high) / 2).toPrecision(3))}`;
}

function AddCondition({ properties, onAdd }: { readonly properties: readonly PlainProperty[]; readonly onAdd: (condition: string) => void }) {
  return (
    <select
      class="add-condition" aria-label="Add a condition on a property" value=""
      onChange={(event) => {
        const property = properties[Number(event.currentTarget.value)];
        event.currentTarget.value = "";
        if (property !== undefined) onAdd(conditionOn(property));
      }}
    >
      <option value="">Add …</option>
      {properties.map((property, i) => <option key={property.name} value={i}>{property.name}</option>)}
    </select>
  );
}
