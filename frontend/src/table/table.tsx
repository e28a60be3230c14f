/** All properties of all points; only the rows in sight are drawn. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Checkbox } from "../explorer/fields";
import { DownloadMenu } from "../chart/chart";
import { csvOf, save } from "../chart/download";
import { pointsIn } from "../explorer/info";
import { type PlainProperty, structureOfPoint, type Target } from "../explorer/scene";
import { plainProperties, pointCount } from "../explorer/settings";
import { select, showPoint, useActivePoint, useDesk, useExplorer } from "../explorer/state";
import { valueText } from "../map/hover";
import { count, unitPer } from "../words";
import { ColumnFilters, type FilteredColumn } from "./column-filters";
import { allPoints, type Sorting, sortedPoints } from "./order";
import { useRows } from "./use-rows";

const MOST_WRITTEN = 200_000;

export function TablePanel({ mask }: { readonly mask: Uint8Array | null }) {
  const { scene } = useDesk();
  const target = useExplorer(({ view }) => view.target);
  const selection = useExplorer(({ view }) => view.chosen);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [onlyChosen, setOnlyChosen] = useState(false);
  const [fields, setFields] = useState(false);
  const properties = plainProperties(scene, target);
  const total = pointCount(scene, target);
  const chosen = onlyChosen && selection !== null ? selection.mask : null;
  const points = useMemo(() => {
    const kept = mask !== null && chosen !== null ? mask.map((one, i) => one & chosen[i]!) : (mask ?? chosen);
    return kept === null ? allPoints(total) : pointsIn(kept);
  }, [mask, chosen, total]);
  const rows = useMemo(() => {
    const property = properties.find(({ name }) => name === sorting?.name);
    if (sorting === null) return points;
    return property === undefined ? (sorting.down ? points.slice().reverse() : points) : sortedPoints(points, property, sorting.down);
  }, [points, sorting]);
  const name = (scene.about.name || "properties").replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80);
  return (
    <div class="table-panel">
      <div class="table-tools">
        <span class="faint">{count(rows.length)}{rows.length === total ? "" : ` of ${count(total)}`} rows</span>
        <Checkbox label="only chosen points" value={onlyChosen} onChange={setOnlyChosen} />
        <Checkbox label="filter by column" value={fields} onChange={setFields} />
        <span class="spring" />
        <DownloadMenu kinds={[["CSV", () => save(csvOf(tableOf(rows.subarray(0, MOST_WRITTEN), properties)), `${name}.csv`)]]} />
      </div>
      <VirtualTable rows={rows} properties={properties} sorting={sorting} setSorting={setSorting} fields={fields} />
    </div>
  );
}

interface VirtualProps {
  readonly rows: Uint32Array;
  readonly properties: readonly PlainProperty[];
  readonly sorting: Sorting | null;
  readonly setSorting: (sorting: Sorting | null) => void;
  /** Fields to filter by stand below the names. */
  readonly fields: boolean;
}

function VirtualTable({ rows, properties, sorting, setSorting, fields }: VirtualProps) {
  const desk = useDesk();
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  const active = useActivePoint();
  const hovered = useExplorer((state) => state.hovered);
  const selection = useExplorer(({ view }) => view.chosen);
  const holder = useRef<HTMLDivElement>(null);
  const { first, last, top, tall, rowHeight, scrollTo } = useRows(holder, rows.length);
  useEffect(() => {
    const at = rows.indexOf(active);
    if (at >= 0) scrollTo(at);
    // Where rows are is known once their height has been measured.
  }, [active, rows, rowHeight]);
  const formulas = scene.structures.count > 0 ? scene.structures.formulas : null;
  const step = (event: KeyboardEvent) => {
    const page = Math.max(1, last - first - 4);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length }[event.key];
    if (by === undefined || rows.length === 0) return;
    event.preventDefault();
    const at = Math.min(rows.length - 1, Math.max(0, rows.indexOf(active) + by));
    showPoint(desk, rows[at]!);
  };
  const toggle = (point: number) => {
    const mask = selection?.mask.slice() ?? new Uint8Array(pointCount(scene, target));
    mask[point] = 1 - mask[point]!;
    select(desk, mask);
  };
  const heads: readonly (readonly [name: string, unit: string, about: string, text: boolean])[] = [
    ["", "", "Number, counted from 0", false],
    ...(formulas === null ? [] : [["formula", "", "Formula", true] as const]),
    ...properties.map(({ name, unit, description, kind }) => [name, unit, description, kind === "category"] as const),
  ];
  return (
    <div class="virtual-table" ref={holder} tabIndex={0} role="region" aria-label="Table of all properties; arrow keys go from row to row" onKeyDown={step}>
      <table aria-rowcount={rows.length} style={{ marginBottom: `${Math.max(0, tall - top - (last - first) * rowHeight)}px` }}>
        <thead>
          <tr>{heads.map(([name, unit, about, text]) => <Head key={name} name={name} unit={unit} about={about} text={text} sorting={sorting} setSorting={setSorting} fixed={formulas !== null && name === "formula"} />)}</tr>
          {fields && <ColumnFilters columns={filteredColumns(properties, formulas !== null, target)} />}
        </thead>
        <tbody>
          {top > 0 && <tr aria-hidden="true" style={{ height: `${top}px` }} />}
          {Array.from(rows.subarray(first, last), (point, i) => (
            <tr
              key={point} aria-rowindex={first + i + 1} aria-selected={point === active} data-chosen={selection?.mask[point] === 1} data-hovered={point === hovered}
              onClick={(event) => (event.ctrlKey || event.metaKey ? toggle(point) : showPoint(desk, point))}
              onPointerEnter={() => desk.store.set({ hovered: point })}
              onPointerLeave={() => desk.store.set({ hovered: null })}
            >
              <th scope="row">{point}</th>
              {formulas !== null && <td class="text">{formulas.categories[formulas.codes[structureOfPoint(scene, target, point)]!]}</td>}
              {properties.map((property) => <td key={property.name} class={property.kind === "category" ? "text" : undefined}>{valueText(property, point, 6)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Formulas can be filtered where they are those of points. */
function filteredColumns(properties: readonly PlainProperty[], formulas: boolean, target: Target): readonly FilteredColumn[] {
  return [
    { name: "index", label: "number", kind: "number" },
    ...(formulas ? [{ name: target === "structure" ? "formula" : null, label: "formula", kind: "category" } as const] : []),
    ...properties.map(({ name, kind }) => ({ name, label: name, kind })),
  ];
}

interface HeadProps extends Pick<VirtualProps, "sorting" | "setSorting"> {
  readonly name: string;
  readonly unit: string;
  readonly about: string;
  readonly text: boolean;
  readonly fixed: boolean;
}

function Head({ name, unit, about, text, sorting, setSorting, fixed }: HeadProps) {
  const sorted = sorting?.name === name;
  const next = () => setSorting(!sorted ? { name, down: false } : sorting.down ? null : { name, down: true });
  if (fixed) return <th scope="col" class="text" title={about}>{name}</th>;
  return (
    <th scope="col" class={text ? "text" : undefined} title={about} aria-sort={sorted ? (sorting.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={next} aria-label={`Sort by ${name || "number"}`}>
        {name || "#"}{unit !== "" && <small> {unitPer(unit, "structure")}</small>}
        <span class="arrow" aria-hidden="true">{sorted ? (sorting.down ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

function tableOf(rows: Uint32Array, properties: readonly PlainProperty[]) {
  return {
    columns: ["index", ...properties.map(({ name, unit }) => (unit === "" ? name : `${name} [${unit}]`))],
    rows: Array.from(rows, (point) => [
      point,
      ...properties.map((one) => (one.kind === "number" ? (Number.isNaN(one.values[point]!) ? null : one.values[point]!) : (one.categories[one.codes[point]!] ?? null))),
    ]),
  };
}
