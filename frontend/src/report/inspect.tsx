/** The chosen structure, and what was predicted of it. */

import { useMemo, useRef } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { blobOf, save } from "../chart/download";
import type { Structure } from "../structure/structure";
import { StructureViewer } from "../structure/viewer";
import { xyzOf } from "../structure/xyz";
import { count, counted, digits, unitPer } from "../words";
import type { Report } from "./report";
import { type Predicted, predictionOf, worstFirst } from "./results";
import { useDesk, useReport, useTarget } from "./state";

export function Inspector() {
  const { report, store } = useDesk();
  const target = useTarget();
  const chosen = useReport((state) => state.structure);
  const model = useReport((state) => state.model);
  const nTrain = useReport((state) => state.nTrain);
  const repeat = useReport((state) => state.repeat);
  const ranking = useMemo(
    () => worstFirst(report, target.name, { model, nTrain, repeat }), [report, target, model, nTrain, repeat],
  );
  const structure = useMemo(() => (chosen === null ? null : structureOf(report, chosen)), [report, chosen]);
  const canvas = useRef<HTMLCanvasElement | null>(null);
  if (structure === null || chosen === null) return <EmptyInspector />;
  const { ids, formulas } = report.structures;
  const rank = ranking.findIndex((p) => p.structure === chosen);
  const step = (by: number) => {
    const next = ranking[rank + by];
    if (next !== undefined) store.set({ structure: next.structure });
  };
  const name = `${formulas[chosen]} (${ids[chosen]})`;
  const file = fileName(ids[chosen]!);
  return (
    <section class="panel inspector" aria-label="Chosen structure">
      <header class="panel-head">
        <h3><Formula text={formulas[chosen]!} /> <span class="structure-id">{ids[chosen]}</span></h3>
        <DownloadMenu
          kinds={[
            ["PNG", async () => save(await blobOf(canvas.current!), `${file}.png`)],
            ["XYZ", () => save(xyzOf(structure, ids[chosen]!), `${file}.xyz`)],
          ]}
        />
      </header>
      <StructureViewer structure={structure} name={name} onCanvas={(element) => (canvas.current = element)} />
      <Elements structure={structure} />
      <Numbers structure={chosen} unit={unitPer(target.unit, target.per)} found={ranking[rank] ?? null} />
      <footer class="stepper">
        <button type="button" onClick={() => step(-1)} disabled={rank <= 0}>← Larger error</button>
        <span>{rank < 0 ? "not predicted here" : `${count(rank + 1)} of ${count(ranking.length)} by error`}</span>
        <button type="button" onClick={() => step(1)} disabled={rank < 0 || rank + 1 >= ranking.length}>Smaller error →</button>
      </footer>
    </section>
  );
}

/** A sum formula with its numbers set low. */
export function Formula({ text }: { readonly text: string }) {
  return <>{text.split(/(\d+)/).map((part, i) => (i % 2 === 1 ? <sub key={i}>{part}</sub> : part))}</>;
}

function EmptyInspector() {
  return (
    <section class="panel inspector">
      <header class="panel-head"><h3>Structure</h3></header>
      <p class="empty">No predictions yet. They appear here as soon as a trial is finished.</p>
    </section>
  );
}

/** Takes one structure out of the flat arrays. */
export function structureOf(report: Report, index: number): Structure {
  const { numbers, positions, cells, periodic, offsets } = report.structures;
  const [start, stop] = [offsets[index]!, offsets[index + 1]!];
  const repeats = [0, 1, 2].map((axis) => periodic[3 * index + axis] !== 0) as unknown as Structure["periodic"];
  return {
    numbers: Uint8Array.from(numbers.slice(start, stop)),
    positions: Float32Array.from(positions.slice(3 * start, 3 * stop)),
    cell: Float32Array.from(cells.slice(9 * index, 9 * index + 9)),
    periodic: repeats,
    names: null,
    bonds: null,
  };
}

function Elements({ structure }: { readonly structure: Structure }) {
  const cell = structure.periodic.some(Boolean) ? ", periodic" : "";
  return (
    <p class="hint viewer-hint">
      {counted(structure.numbers.length, "atom")}{cell}. Drag to turn, pinch or click and scroll to zoom, double-click to reset.
    </p>
  );
}

interface NumbersProps {
  readonly structure: number;
  readonly unit: string;
  readonly found: Predicted | null;
}

/** Reference, and what each shown model made of it. */
function Numbers({ structure, unit, found }: NumbersProps) {
  const { report } = useDesk();
  const target = useTarget();
  const shown = useReport((state) => state.shown);
  const model = useReport((state) => state.model);
  const nTrain = useReport((state) => state.nTrain);
  const repeat = useReport((state) => state.repeat);
  if (found === null) return null;
  const names = report.models.map(({ name }) => name).filter((name) => shown.has(name) || name === model);
  const lines = names.flatMap((name) => {
    const predicted = predictionOf(report, target.name, name, { nTrain, repeat });
    const at = predicted?.structures.indexOf(structure) ?? -1;
    return predicted === null || at < 0 ? [] : [{ name, value: predicted.prediction[at]! }];
  });
  const shownUnit = unit === "" ? "" : ` ${unit}`;
  const say = (x: number) => target.classes?.[x] ?? `${digits(x, 5)}${shownUnit}`;
  return (
    <dl class="numbers">
      <div><dt>Reference</dt><dd>{say(found.reference)}</dd><dd /></div>
      {lines.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{say(value)}</dd>
          <dd class="difference">
            {target.classes === null ? `${signed(value - found.reference)}${shownUnit}` : value === found.reference ? "right" : "wrong"}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function signed(x: number): string {
  return x > 0 ? `+${digits(x)}` : digits(x);
}

function fileName(id: string): string {
  return id.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80) || "structure";
}
