/** How far correlations might be off: runs drawn again and again, each as often as chance has it. */

import { quantile } from "../../statistics";
import { type CorrelationKind, orderOf, partialOf, pearson, presentRows, taken, usableTogether, weightedRanks } from "./correlation";
import { seeded } from "./random";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Share of the resampled correlations between the bounds. */
export const COVERAGE = 0.9;
const MOST = 2000;
const LEAST = 200;
/** Runs times settings times resamples that are worth waiting for. */
const WORK = 40_000_000;

/** Measures a correlation when each row counts as often as its weight says. */
type Measure = (weights: Float64Array) => number;

/** Draws resamples a few at a time, so that the page stays fluid. */
export class Bootstrap {
  readonly total: number;
  private done = 0;
  private readonly drawn: Float64Array[];
  private readonly random: (limit: number) => number;
  private readonly measure: (weights: Float64Array) => readonly number[];
  private readonly weights: Float64Array;

  constructor(kind: CorrelationKind, columns: readonly Float64Array[], goal: Float64Array, seed: number) {
    const rows = goal.length;
    const width = kind === "partial" ? (columns.length + 1) ** 2 / 2 : columns.length;
    this.total = Math.round(Math.min(MOST, Math.max(LEAST, WORK / Math.max(1, rows * width))));
    this.drawn = columns.map(() => new Float64Array(this.total).fill(NaN));
    this.random = seeded(seed);
    this.weights = new Float64Array(rows);
    this.measure = kind === "partial" ? partialMeasure(columns, goal) : together(columns.map((column) => singleMeasure(kind, column, goal)));
  }

  /** Goes on for some milliseconds; true once all are drawn. */
  advance(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    while (this.done < this.total && performance.now() < end) {
      this.weights.fill(0);
      for (let i = 0; i < this.weights.length; i++) this.weights[this.random(this.weights.length)]!++;
      this.measure(this.weights).forEach((r, i) => { this.drawn[i]![this.done] = r; });
      this.done++;
    }
    return this.done >= this.total;
  }

  /** Bounds from equally many resamples below and above; null where too few could be measured. */
  bounds(): readonly (Bounds | null)[] {
    return this.drawn.map((all) => {
      const sorted = all.subarray(0, this.done).filter((r) => !Number.isNaN(r)).sort();
      if (sorted.length < 0.5 * this.done || sorted.length < 20) return null;
      return { low: quantile(sorted, (1 - COVERAGE) / 2), high: quantile(sorted, (1 + COVERAGE) / 2) };
    });
  }
}

function together(measures: readonly Measure[]): (weights: Float64Array) => readonly number[] {
  return (weights) => measures.map((measure) => measure(weights));
}

function singleMeasure(kind: "pearson" | "spearman", column: Float64Array, goal: Float64Array): Measure {
  const rows = presentRows([column, goal]);
  const [x, y] = [taken(column, rows), taken(goal, rows)];
  const counts = new Float64Array(rows.length);
  const counted = (weights: Float64Array) => {
    for (let i = 0; i < rows.length; i++) counts[i] = weights[rows[i]!]!;
    return counts;
  };
  if (kind === "pearson") return (weights) => pearson(x, y, counted(weights));
  // Orders stay the same in each resample, so that ranks follow by counting.
  const [orderX, orderY] = [orderOf(x), orderOf(y)];
  const [rankX, rankY] = [new Float64Array(x.length), new Float64Array(y.length)];
  return (weights) => {
    const own = counted(weights);
    weightedRanks(x, orderX, own, rankX);
    weightedRanks(y, orderY, own, rankY);
    return pearson(rankX, rankY, own);
  };
}

function partialMeasure(columns: readonly Float64Array[], goal: Float64Array): (weights: Float64Array) => readonly number[] {
  const used = usableTogether(columns, goal);
  const rows = presentRows([...used.map((i) => columns[i]!), goal]);
  const data = [...used.map((i) => columns[i]!), goal].map((column) => taken(column, rows));
  return (weights) => {
    const found = partialOf(data, taken(weights, rows));
    return columns.map((_, i) => (found === null || !used.includes(i) ? NaN : found[used.indexOf(i)]!));
  };
}
