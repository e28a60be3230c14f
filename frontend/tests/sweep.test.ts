import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unpack } from "../src/packed";
import { createStore } from "../src/store";
import { choicesOf, numberText, specOf } from "../src/sweep/axis-spec";
import { coloringOf, NONE } from "../src/sweep/coloring";
import { curveLines, heightAt, meanCurves, metricsOf, smoothed } from "../src/sweep/curve-data";
import { countedRows, factorsOf } from "../src/sweep/factors";
import { cheaperRuns, frontOf } from "../src/sweep/front";
import { pageKeeper } from "../src/sweep/keeper";
import { binned } from "../src/sweep/loss-curves";
import { changed, NO_NOTES } from "../src/sweep/notes";
import { gated } from "../src/sweep/panel-place";
import { cellOf } from "../src/sweep/runs-table";
import { lineText } from "../src/sweep/setting-scatter";
import { brush, byQuality, openDesk, quantity, shownOf, type State, toggleCompared } from "../src/sweep/state";
import { lineThrough } from "../src/sweep/statistics/regression";
import { type Quantity, readSweep } from "../src/sweep/sweep";
import { linesOf, orderedRows, summaryOf } from "../src/sweep/table-rows";
import { barsOf } from "../src/sweep/timeline";
import { withBrushes } from "../src/sweep/toolbar";

// Written by tests/study/sweep/golden_sweep.py, which checks that Python still writes the same bytes.
const bytes = new Uint8Array(readFileSync(new URL("../../tests/study/sweep/golden/sweep.bin", import.meta.url)));
const payload = () => unpack(bytes) as Record<string, unknown>;
const sweep = readSweep(payload(), "sweep");
const keeper = { ...pageKeeper, start: () => sweep.notes };
const desk = () => openDesk(sweep, keeper);
const all = Int32Array.from({ length: 6 }, (_, row) => row);
const made = (key: string, values: readonly number[], more: Partial<Quantity> = {}): Quantity => ({
  key, name: key, label: key, unit: "", role: "setting", goal: null, kind: "number", values: Float64Array.from(values),
  categories: [], log: false, factors: false, whole: false, space: "", bounds: null, ...more,
});

test("the golden sweep is read as Python wrote it", () => {
  expect(sweep.study.name).toBe("golden");
  expect([...sweep.runs.number]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(sweep.settings.map(({ key, kind }) => [key, kind])).toEqual([["model", "category"], ["permutation", "category"], ["noise", "number"]]);
  expect([...quantity(sweep, "noise").values]).toEqual([1e-5, 1e-3, NaN, NaN, 1e-2, 1e-4]);
  expect([...quantity(sweep, "permutation").values]).toEqual([0, 1, NaN, NaN, 0, 0]);
  expect(sweep.objectives.map(({ name }) => name)).toEqual(["val_mae", "seconds"]);
  expect(sweep.runs.reasons.get(3)).toBe("no convergence");
  expect([...sweep.runs.ended].map(Number.isNaN)).toEqual([false, false, false, false, false, true]);
  expect(sweep.notes).toEqual({ stars: [2], runs: { 1: "odd" }, texts: { curves: "# Seen\n\n**twice**" } });
  expect([...sweep.predictions[0]!.prediction]).toEqual([1.5, 2.5, 4.5]);
});

test("details may come later", () => {
  const early = readSweep({ ...payload(), details: null }, "sweep");
  expect([early.whole, early.curves.numbers.length, early.advice.length]).toEqual([false, 0, 0]);
});

type Plain = { [key: string]: Plain };
const faults: readonly (readonly [string, (p: Plain) => unknown, string])[] = [
  ["no study", (p) => delete p.study, "sweep.study: expected an object, got nothing"],
  ["an unknown status", (p) => (p.study!.status = "lost" as never), 'sweep.study.status: expected "running" or "finished" or "stopped", got "lost"'],
  ["a setting without values", (p) => (p.settings![2]!.numbers = null as never), "sweep.settings[2]: expected either numbers or texts, got \"neither\""],
  ["curves without their borders", (p) => (p.details!.curves!.offsets = p.runs!.number!), "sweep.details.curves.offsets: expected 3 values, got \"6 values\""],
  ["notes that are a text", (p) => (p.notes = "x" as never), 'sweep.notes: expected an object, got "x"'],
];
test.each(faults)("%s is told by its place", (_, change, message) => {
  const damaged = payload() as Plain;
  change(damaged);
  expect(() => readSweep(damaged, "sweep")).toThrow(message);
});

test("a metric with the name of a setting keeps a name of its own", () => {
  const both = payload() as unknown as { metrics: { name: string }[] };
  both.metrics[0]!.name = "noise";
  const read = readSweep(both, "sweep");
  expect(read.metrics[0]).toMatchObject({ key: "metric.noise", name: "noise", label: "noise (measured)" });
});

test("filters mean settings, metrics, states, stars and notes", () => {
  const rows = (filter: string) => [...shownOf({ sweep, notes: sweep.notes, filter, brushes: {} }).focus];
  expect(rows("")).toEqual([0, 1, 2, 3, 4, 5]);
  expect(rows("noise < 1e-3 and permutation = \"sorted_l2\"")).toEqual([0, 5]);
  expect(rows('state = "finished" and val_mae <= 0.5')).toEqual([0, 1]);
  expect(rows("missing(noise)")).toEqual([2, 3]);
  expect(rows('starred = "yes"')).toEqual([2]);
  expect(rows('note ~ "odd"')).toEqual([1]);
  expect(rows("number in (3, 4)")).toEqual([3, 4]);
});

test("a filter that cannot be read shows all and says why", () => {
  const shown = shownOf({ sweep, notes: sweep.notes, filter: "nois < 1", brushes: {} });
  expect(shown.focus.length).toBe(6);
  expect(shown.error!.message).toBe("there is no “nois” (do you mean “noise”?)");
});

test("brushes narrow the focus and can be written as a filter", () => {
  const here = desk();
  brush(here, { noise: [1e-4, 1e-2], model: [-0.4, 0.4] });
  const state = here.store.get();
  const shown = shownOf(state);
  expect([...shown.focus]).toEqual([1, 4, 5]);
  expect([...shown.faded]).toEqual([0, 2, 3]);
  const filter = withBrushes({ ...state, filter: "number < 5 or starred = \"yes\"" });
  expect(filter).toBe('(number < 5 or starred = "yes") and 0.0001 <= noise <= 0.01 and model in ("a")');
  expect([...shownOf({ ...state, filter, brushes: {} }).focus]).toEqual([1, 4]);
  brush(here, { noise: null, model: null });
  expect(shownOf(here.store.get()).focus.length).toBe(6);
});

test("at most eight runs stand beside each other, the first goes first", () => {
  const here = desk();
  for (let number = 0; number < 9; number++) toggleCompared(here, number);
  expect(here.store.get().compared).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  toggleCompared(here, 3);
  expect(here.store.get().compared).not.toContain(3);
});

test("statistics count finished runs with a value", () => {
  const metric = quantity(sweep, "val_mae");
  expect([...countedRows(sweep, all, metric)]).toEqual([0, 1, 2]);
  expect([...byQuality(all, metric)]).toEqual([1, 0, 2, 4]);
});

test("two words make one column, numbers their logarithm where factors count", () => {
  const rows = Int32Array.of(0, 1, 2);
  const factors = factorsOf(sweep, rows, (one) => one.factors);
  expect(factors.map(({ label }) => label)).toEqual(["model = b", "permutation = eigenspectrum", "log₁₀ noise"]);
  expect([...factors[1]!.values]).toEqual([0, 1, NaN]);
  expect(factors[2]!.values[1]).toBeCloseTo(-3, 12);
});

test("the front is what nothing beats in both, whichever way is better", () => {
  const cost = made("cost", [4, 9, 1, 2, 3]);
  const rows = Int32Array.of(0, 1, 2, 3, 4);
  expect(frontOf(rows, cost, made("loss", [0.5, 0.25, 0.75, 0.8, 0.6]))).toEqual([2, 4, 0, 1]);
  expect(frontOf(rows, cost, made("score", [0.5, 0.25, 0.75, 0.8, 0.6], { goal: "maximize" }))).toEqual([2, 3]);
});

test("the same quality for less is the cheapest within the tolerance", () => {
  const rows = Int32Array.of(0, 1, 2);
  const [cost, loss] = [made("cost", [10, 4, 1]), made("loss", [1, 1.04, 2])];
  expect(cheaperRuns(rows, cost, loss, 0.05, 5)).toEqual([{ row: 0, instead: 1, factor: 2.5 }]);
  expect(cheaperRuns(rows, cost, loss, 0, 5)).toEqual([]);
  const slow = [made("cost", [10, 4, 3.9]), made("loss", [1, 1.04, 1.04])] as const;
  // A gain of 3 % is none.
  expect(cheaperRuns(Int32Array.of(1, 2), slow[0], slow[1], 0, 5)).toEqual([]);
});

test("the best so far falls in the order of time", () => {
  expect(frontOf(Int32Array.of(0, 1, 2, 3), made("time", [3, 1, 2, 4]), made("loss", [1, 5, 6, 2]))).toEqual([1, 0]);
});

test("curves are found by the number of their run, without points that are missing", () => {
  expect(metricsOf(sweep.curves)).toEqual(["val_mae"]);
  const lines = curveLines(sweep, "epoch", "val_mae", 0);
  expect(lines.map(({ row, x, y }) => [row, [...x], [...y]])).toEqual([[0, [1, 3], [3, 1]], [1, [1, 3], [3, 2]]]);
  expect(heightAt(lines[0]!, 2)).toBe(2);
  expect(heightAt(lines[0]!, 3.01)).toBeNaN();
});

test("smoothing keeps a constant and begins at the beginning", () => {
  expect([...smoothed(Float64Array.of(2, 2, 2), 0.9)].map((value) => value.toFixed(12))).toEqual(["2.000000000000", "2.000000000000", "2.000000000000"]);
  expect(smoothed(Float64Array.of(5, 1), 0.5)[0]).toBe(5);
  // (0.5 · 0.5 · 5 + 0.5 · 1) / 0.75
  expect(smoothed(Float64Array.of(5, 1), 0.5)[1]).toBeCloseTo(7 / 3, 12);
});

test("curves of one value are averaged over the runs that still go", () => {
  const setting = made("batch", [1, 1, 2, 2, 2, 2]);
  const lines = [{ row: 0, x: Float64Array.of(1, 2), y: Float64Array.of(2, 4) }, { row: 1, x: Float64Array.of(1, 2, 3), y: Float64Array.of(4, 8, 1) }];
  const [one] = meanCurves(lines, setting, "std", false);
  expect([[...one!.mean], [...one!.counts]]).toEqual([[3, 6, 1], [2, 2, 1]]);
  expect(one!.high[0]! - one!.mean[0]!).toBeCloseTo(Math.SQRT2, 12);
  const [geometric] = meanCurves(lines, setting, "range", true);
  expect(geometric!.mean[1]).toBeCloseTo(Math.sqrt(32), 12);
  expect([geometric!.low[1], geometric!.high[1]].map((value) => value!.toFixed(9))).toEqual(["4.000000000", "8.000000000"]);
});

test("a setting of many values makes bins of equally many runs", () => {
  const values = Array.from({ length: 40 }, (_, i) => i);
  const bins = binned(made("rate", values), Int32Array.from(values));
  expect([0, 1, 2, 3].map((bin) => bins.values.filter((value) => value === bin).length)).toEqual([10, 10, 9, 11]);
  expect(bins.categories).toHaveLength(4);
  expect(binned(made("batch", values.map((i) => i % 3)), Int32Array.from(values)).kind).toBe("number");
});

test("colors go from the least to the greatest value, and runs without one have none", () => {
  const { levels } = coloringOf(sweep, quantity(sweep, "noise"), true);
  expect([...levels]).toEqual([0, 26, NONE, NONE, 39, 13]);
});

test("few values that recur are choices, a range has none", () => {
  expect(choicesOf(made("batch", []), [4, 8, 4, 8, 16, 16])).toEqual([4, 8, 16]);
  expect(choicesOf(made("rate", []), Array.from({ length: 20 }, (_, i) => i))).toBeNull();
  expect(specOf(quantity(sweep, "permutation"), false, all).categories).toEqual(["sorted_l2", "eigenspectrum"]);
});

test("groups hold their runs, what does not apply comes last", () => {
  const noise = quantity(sweep, "val_mae");
  const rows = orderedRows(all, { name: "val_mae", down: false }, sweep.quantities);
  expect([...rows]).toEqual([1, 0, 2, 4, 3, 5]);
  const lines = linesOf(rows, quantity(sweep, "permutation"), noise, false, new Set([0]));
  expect(lines.map((line) => (line.kind === "group" ? [line.value, [...line.rows]] : line.row))).toEqual([[1, [1]], [NaN, [2, 3]], [0, [0, 4, 5]], 0, 4, 5]);
  expect(summaryOf(noise, [0, 4, 5])).toEqual({ mean: 1.25, deviation: expect.closeTo(Math.sqrt(1.125), 12) as number, n: 2 });
  expect(summaryOf(quantity(sweep, "state"), [0])).toBeNull();
});

test("files have nothing where a run has nothing", () => {
  expect([0, 2].map((row) => cellOf(quantity(sweep, "noise"), row))).toEqual([1e-5, null]);
  expect([1, 3].map((row) => cellOf(quantity(sweep, "permutation"), row))).toEqual(["eigenspectrum", null]);
});

test("a line is told with units, per decade where axes are logarithmic", () => {
  const line = lineThrough([-4, -3, -2], [0.1, 0.2, 0.4])!;
  const [rate, error] = [made("rate", [1e-4]), made("error", [0.1], { unit: "eV", role: "metric" })];
  expect(lineText(line, rate, error, true, false)).toMatch(/^slope 0\.15 ± 0\.03 eV per decade of rate, intercept 0\.683, r = 0\.98, R² = 0\.96, p = 0\.12, n = 3$/);
  expect(lineText(line, rate, error, false, true)).toMatch(/^slope .* decades of error per unit of rate/);
});

test("numbers are told as a reader wants them", () => {
  expect(numberText(made("rate", []), 0.00123456)).toBe("0.00123");
  expect(numberText(made("batch", [], { whole: true }), 1024)).toBe("1,024");
  expect(numberText(made("time", [], { unit: "s" }), 3600)).toBe("60 min");
  expect(numberText(quantity(sweep, "permutation"), 1)).toBe("eigenspectrum");
});

test("bars stand worker by worker, and at once on lines of their own", () => {
  const bars = barsOf(sweep);
  expect(bars.names).toEqual(["w0", "w1"]);
  expect([...bars.line]).toEqual([0, 1, 0, 1, 0, 1]);
  const busy = readSweep({ ...payload() }, "sweep");
  busy.runs.ended[0] = busy.runs.started[2]! + 1;
  expect(barsOf(busy).names).toEqual(["w0", "", "w1"]);
});

test("notes change one by one, empty ones go", () => {
  const once = changed(NO_NOTES, { stars: { 3: true, 1: true }, runs: { 3: "odd" }, texts: { a: "# A" } });
  expect(once).toEqual({ stars: [1, 3], runs: { 3: "odd" }, texts: { a: "# A" } });
  expect(changed(once, { stars: { 3: false }, runs: { 3: " " } })).toEqual({ stars: [1], runs: {}, texts: { a: "# A" } });
});

test("a panel out of sight hears of changes when it comes back", () => {
  const store = createStore<State>(desk().store.get());
  const gate = gated(store);
  let told = 0;
  const stop = gate.store.subscribe(() => { told++; });
  store.set({ filter: "a" });
  gate.open(false);
  store.set({ filter: "b" });
  store.set({ filter: "c" });
  expect(told).toBe(1);
  gate.open(true);
  expect(told).toBe(2);
  stop();
  store.set({ filter: "d" });
  expect(told).toBe(2);
});

test("a faulty note is refused by its place", () => {
  expect(() => readSweep({ ...payload(), notes: { stars: ["one"], runs: {}, texts: {} } }, "sweep")).toThrow("sweep.notes.stars[0]: expected a number");
});
