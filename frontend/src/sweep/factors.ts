/** Settings of runs as columns of numbers, which is what statistics are made of; the twin of study/sweep/setting_columns.py. */

import { isVaried } from "./state";
import type { Quantity, Sweep } from "./sweep";

export interface Factor {
  readonly setting: Quantity;
  /** Of settings that are words, the one told from all others by 1 and 0. */
  readonly category: string | null;
  readonly label: string;
  /** Whether decimal logarithms are taken. */
  readonly log: boolean;
  /** For each of the rows given; NaN where the setting does not apply. */
  readonly values: Float64Array;
}

/** Rows that statistics count: in focus, finished, and with a value. */
export function countedRows(sweep: Sweep, focus: Int32Array, metric: Quantity): Int32Array {
  const { state } = sweep.runs;
  const finished = state.categories.indexOf("finished");
  return focus.filter((row) => state.values[row] === finished && Number.isFinite(metric.values[row]!));
}

/** A column for each setting that differs between these runs; words make one for each word, two words make one. */
export function factorsOf(sweep: Sweep, rows: Int32Array, useLog: (one: Quantity) => boolean): readonly Factor[] {
  return sweep.settings.filter(isVaried).flatMap((setting): readonly Factor[] => {
    const own = Float64Array.from(rows, (row) => setting.values[row]!);
    const present = [...new Set(own)].filter((value) => !Number.isNaN(value));
    if (present.length < 2) return [];
    if (setting.kind === "number") {
      const log = useLog(setting) && present.every((value) => value > 0);
      return [{ setting, category: null, log, label: log ? `log₁₀ ${setting.label}` : setting.label, values: log ? own.map(Math.log10) : own }];
    }
    const codes = present.sort((a, b) => a - b);
    return (codes.length > 2 ? codes : codes.slice(1)).map((code) => ({
      setting, category: setting.categories[code]!, log: false, label: `${setting.label} = ${setting.categories[code]!}`,
      values: own.map((value) => (Number.isNaN(value) ? NaN : value === code ? 1 : 0)),
    }));
  });
}
