/** All runs, one line each: sorted, grouped, starred, noted. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { Choice } from "../chart/controls";
import type { Table } from "../chart/download";
import type { Sorting } from "../table/order";
import { useRows } from "../table/use-rows";
import { count } from "../words";
import { ColumnsMenu } from "./columns-menu";
import { GroupLine, RunLine } from "./run-line";
import { isVaried, toggleCompared, useDesk, useShown, useSweep, useSweepState } from "./state";
import type { Quantity, Sweep } from "./sweep";
import { tableDownloads } from "./table-drawing";
import { type Line, linesOf, orderedRows } from "./table-rows";
import { annotate } from "./text-slot";

export function RunsTable() {
  const desk = useDesk();
  const sweep = useSweep();
  const { focus } = useShown();
  const metric = useSweepState((state) => state.metric);
  const [sorting, setSorting] = useState<Sorting | null>(() => ({ name: metric, down: sweep.quantities.get(metric)?.goal === "maximize" }));
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => plainColumns(sweep));
  const [by, setBy] = useState("");
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const columns = columnsOf(sweep).filter((one) => !hidden.has(one.key));
  const group = sweep.quantities.get(by) ?? null;
  const rows = useMemo(() => orderedRows(focus, sorting, sweep.quantities), [focus, sorting, sweep]);
  const lines = useMemo(
    () => linesOf(rows, group, sweep.quantities.get(sorting?.name ?? "") ?? null, sorting?.down ?? false, open),
    [rows, group, sorting, open, sweep],
  );
  const name = `${sweep.study.name}-runs`;
  return (
    <section class="panel wide runs" aria-label="Runs" data-chart="runs">
      <header class="panel-head">
        <h3>Runs <small>{count(focus.length)}{focus.length === sweep.runs.count ? "" : ` of ${count(sweep.runs.count)}`}</small></h3>
        <div class="controls">
          <Choice
            label="Group by" value={by} onChange={(key) => { setBy(key); setOpen(new Set()); }}
            options={[["", "nothing"], ...[...sweep.settings.filter(isVaried), sweep.runs.state, sweep.runs.worker].map((one) => [one.key, one.label] as const)]}
          />
          <ColumnsMenu columns={columnsOf(sweep)} hidden={hidden} setHidden={setHidden} />
        </div>
        <DownloadMenu kinds={tableDownloads(name, () => tableOf(desk.store.get().notes, sweep, rows, columns))} />
      </header>
      <Lines lines={lines} columns={columns} sorting={sorting} setSorting={setSorting} group={group} open={open} setOpen={setOpen} />
      <p class="hint">A click on a line puts the run beside others. ★ keeps a run in mind; S does so from the keyboard, Enter compares, arrows go from line to line.</p>
    </section>
  );
}

/** Settings first, then metrics, then what else is known. */
function columnsOf(sweep: Sweep): readonly Quantity[] {
  const others = ["state", "worker", "started", "ended", "seed", "attempt"].map((key) => sweep.quantities.get(key)!);
  return [others[0]!, ...sweep.objectives, ...sweep.settings, ...sweep.metrics.filter((one) => one.goal === null), ...others.slice(1)];
}

/** Columns that say the same of every run, or little, begin out of sight. */
function plainColumns(sweep: Sweep): ReadonlySet<string> {
  const dull = new Set(["worker", "started", "ended", "seed", "attempt"]);
  return new Set(columnsOf(sweep).filter((one) => dull.has(one.key) || (one.role !== "run" && one.goal === null && !isVaried(one))).map((one) => one.key));
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly columns: readonly Quantity[];
  readonly sorting: Sorting | null;
  readonly setSorting: (sorting: Sorting | null) => void;
  readonly group: Quantity | null;
  readonly open: ReadonlySet<number>;
  readonly setOpen: (open: ReadonlySet<number>) => void;
}

function Lines({ lines, columns, sorting, setSorting, group, open, setOpen }: LinesProps) {
  const desk = useDesk();
  const sweep = useSweep();
  const holder = useRef<HTMLDivElement>(null);
  const { first, last, top, tall, rowHeight, scrollTo } = useRows(holder, lines.length);
  const [active, setActive] = useState(0);
  useEffect(() => setActive((at) => Math.min(at, Math.max(0, lines.length - 1))), [lines.length]);
  const goTo = (at: number) => {
    setActive(at);
    scrollTo(at);
    const line = lines[at];
    if (line?.kind === "run") desk.store.set({ hovered: line.row });
  };
  const act = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    const line = lines[active];
    const page = Math.max(1, last - first - 4);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -lines.length, End: lines.length }[event.key];
    if (by !== undefined && lines.length > 0) {
      event.preventDefault();
      goTo(Math.min(lines.length - 1, Math.max(0, active + by)));
    } else if (line?.kind === "run" && event.key === "Enter") {
      toggleCompared(desk, sweep.runs.number[line.row]!);
    } else if (line?.kind === "run" && event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey) {
      const number = sweep.runs.number[line.row]!;
      void annotate(desk, { stars: { [String(number)]: !desk.store.get().notes.stars.includes(number) } });
    } else if (line?.kind === "group" && event.key === "Enter") {
      toggleGroup(line.value);
    }
  };
  const toggleGroup = (value: number) => {
    const next = new Set(open);
    if (!next.delete(value)) next.add(value);
    setOpen(next);
  };
  return (
    <div class="virtual-table run-lines" ref={holder} tabIndex={0} role="region" aria-label="Table of runs; arrow keys go from line to line, Enter compares, S stars" onKeyDown={act}>
      <table aria-rowcount={lines.length} style={{ marginBottom: `${Math.max(0, tall - top - (last - first) * rowHeight)}px` }}>
        <thead>
          <tr>
            <th scope="col" class="text"><span class="visually-hidden">Star</span></th>
            <Head name="number" title="#" text={false} sorting={sorting} setSorting={setSorting} about="Number of the run" />
            {columns.map((one) => (
              <Head key={one.key} name={one.key} title={one.label} unit={one.unit === "s" ? "" : one.unit} text={one.kind === "category"} sorting={sorting} setSorting={setSorting} about={one.space || one.name} />
            ))}
            <th scope="col" class="text">Note</th>
          </tr>
        </thead>
        <tbody>
          {top > 0 && <tr aria-hidden="true" style={{ height: `${top}px` }} />}
          {lines.slice(first, last).map((line, i) => line.kind === "run"
            ? <RunLine key={`run ${sweep.runs.number[line.row]} ${line.row}`} row={line.row} inner={line.inner} columns={columns} index={first + i} active={first + i === active} activate={() => setActive(first + i)} />
            : <GroupLine key={`group ${line.value}`} group={line} by={group!} columns={columns} open={open.has(line.value)} toggle={() => { setActive(first + i); toggleGroup(line.value); }} active={first + i === active} />)}
        </tbody>
      </table>
      {lines.length === 0 && <p class="empty">No run is like this.</p>}
    </div>
  );
}

interface HeadProps extends Pick<LinesProps, "sorting" | "setSorting"> {
  readonly name: string;
  readonly title: string;
  readonly unit?: string;
  readonly text: boolean;
  readonly about: string;
}

function Head({ name, title, unit = "", text, about, sorting, setSorting }: HeadProps) {
  const sorted = sorting?.name === name;
  const next = () => setSorting(!sorted ? { name, down: false } : sorting.down ? null : { name, down: true });
  return (
    <th scope="col" class={text ? "text" : undefined} title={about} aria-sort={sorted ? (sorting.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={next} aria-label={`Sort by ${title === "#" ? "number" : title}`}>
        {title}{unit !== "" && <small> {unit}</small>}
        <span class="arrow" aria-hidden="true">{sorted ? (sorting.down ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

function tableOf(notes: { readonly stars: readonly number[]; readonly runs: Readonly<Record<string, string>> }, sweep: Sweep, rows: Uint32Array, columns: readonly Quantity[]): Table {
  const stars = new Set(notes.stars);
  return {
    columns: ["number", "starred", ...columns.map((one) => (one.unit === "" ? one.name : `${one.name} [${one.unit}]`)), "note", "reason"],
    rows: Array.from(rows, (row) => {
      const number = sweep.runs.number[row]!;
      return [number, stars.has(number) ? "yes" : "no", ...columns.map((one) => cellOf(one, row)), notes.runs[String(number)] ?? null, sweep.runs.reasons.get(row) ?? null];
    }),
  };
}

/** A value as files have it. */
export function cellOf(one: Quantity, row: number): string | number | null {
  const value = one.values[row]!;
  if (Number.isNaN(value)) return null;
  return one.kind === "category" ? (one.categories[value] ?? null) : value;
}
