import { expect, test } from "vitest";
import { csvOf } from "../src/chart/download";
import { spread } from "../src/chart/marks";
import { structureOf } from "../src/report/inspect";
import { xyzOf } from "../src/structure/xyz";
import { readReport } from "../src/report/report";
import { cloudOf, rows, worstFirst } from "../src/report/results";
import { bestRow, openDesk } from "../src/report/state";
import { smallReport } from "./small-report";

const report = readReport(smallReport(), "report");

test("repeats are gathered into one row, failed ones counted apart", () => {
  const [first, second] = rows(report, "energy").filter((row) => row.model.name === "soap");
  expect([first!.nTrain, first!.repeats, first!.failed.length]).toEqual([10, 2, 0]);
  // np.mean([0.4, 0.6]), np.std([0.4, 0.6], ddof=1)
  expect(first!.scores!.mae.mean).toBeCloseTo(0.5, 12);
  expect(first!.scores!.mae.deviation).toBeCloseTo(0.1414213562, 9);
  expect([second!.repeats, second!.failed.length]).toEqual([1, 1]);
});

test("a model whose trials all failed has a row without numbers", () => {
  const [row] = rows(report, "energy").filter((r) => r.model.name === "broken");
  expect([row!.scores, row!.seconds, row!.failed.length]).toEqual([null, null, 1]);
});

test("classes are compared by the share taken for a wrong one", () => {
  const plain = smallReport();
  for (const trial of plain.trials) {
    if (trial.scores !== null) trial.scores = { error_rate: 0.25, accuracy: 0.75, precision: 0.5, recall: 0.6, f1: 0.55, auc: 0.8 };
  }
  const [row] = rows(readReport({ ...plain, targets: plain.targets.map((t) => ({ ...t, classes: ["no", "yes"] })) }, "report"), "energy");
  expect(row!.scores!.mae.mean).toBe(0.25);
  expect(row!.scores!.rmse.mean).toBeCloseTo(0.2, 12);
  expect(row!.scores!.f1.mean).toBe(0.55);
});

test("the best row has the least error", () => {
  expect(bestRow(report, "energy", "mae")!.nTrain).toBe(20);
  expect(bestRow(report, "gap", "mae")).toBeNull();
});

test("predictions are those of the largest training size, and values that are missing stay out", () => {
  const cloud = cloudOf(report, "energy", new Set(["soap"]), { nTrain: null, repeat: null });
  expect([...cloud.structure]).toEqual([0, 1]);
  [...cloud.residual].forEach((r, i) => expect(r).toBeCloseTo([0.5, -1][i]!, 12));
});

test("the largest error comes first", () => {
  const worst = worstFirst(report, "energy", { model: "soap", nTrain: null, repeat: null });
  expect(worst.map((p) => p.structure)).toEqual([1, 0]);
});

test("the page opens on the best model's largest error", () => {
  const { store } = openDesk(report);
  expect(store.get()).toMatchObject({ target: "energy", model: "soap", structure: 1 });
});

test("a structure is cut out of the flat arrays", () => {
  const structure = structureOf(report, 1);
  expect([...structure.numbers]).toEqual([11, 17]);
  expect([...structure.positions.slice(3)]).toEqual([2, 2, 2]);
  expect([...structure.cell!.slice(6)]).toEqual([0, 0, 4]);
  expect(structure.periodic).toEqual([true, true, true]);
});

test("a structure is saved as extended XYZ, its id quoted", () => {
  const lines = xyzOf(structureOf(report, 1), 'a "b"\nc').split("\n");
  expect(lines[0]).toBe("2");
  expect(lines[1]).toBe('Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3 pbc="T T T" id="a \\"b\\" c"');
  expect(lines[2]).toBe("Na 0.000000 0.000000 0.000000");
});

type Report = ReturnType<typeof smallReport>;
const faults: readonly (readonly [string, (r: Report) => unknown, string])[] = [
  ["a score that is text", (r) => (r.trials[0]!.scores!.mae = "small" as never), 'report.trials[0].scores.mae: expected a number, got "small"'],
  ["an unknown state", (r) => (r.trials[0]!.state = "lost"), 'report.trials[0].state: expected "finished" or "failed", got "lost"'],
  ["an unknown model", (r) => (r.trials[0]!.model = "nobody"), 'report.trials[0].model: expected one of soap, broken, got "nobody"'],
  ["an unknown target", (r) => (r.predictions[0]!.target = "mass"), 'report.predictions[0].target: expected one of energy, gap, got "mass"'],
  ["no targets", (r) => (r.targets = []), "report.targets: expected at least one target, got []"],
  ["a missing part", (r) => delete (r as Partial<Report>).dataset, "report.dataset: expected an object, got nothing"],
  ["too few formulas", (r) => r.structures.formulas.pop(), 'report.structures.formulas: expected 2 values, got "1 values"'],
  ["offsets that end elsewhere", (r) => (r.structures.offsets = ints([0, 1, 2])), "report.structures.offsets[2]: expected 3, got 2"],
  ["positions of another shape", (r) => (r.structures.positions.shape = [9]), "report.structures.positions.shape: expected [any, 3], got [9]"],
  ["an index beyond the structures", (r) => (r.predictions[0]!.structures = ints([0, 1, 7])), "report.predictions[0].structures: expected indices below 2, got 7"],
  ["predictions of another length", (r) => (r.predictions[0]!.structures = ints([0, 1])), 'report.predictions[0].reference: expected 2 values, got "3 values"'],
];

function ints(values: number[]) {
  return { dtype: "<i4", shape: [values.length], base64: Buffer.from(new Int32Array(values).buffer).toString("base64") };
}

test.each(faults)("%s is named by its path", (_, damage, message) => {
  const damaged = smallReport();
  damage(damaged);
  expect(() => readReport(damaged, "report")).toThrow(message);
});

test("cells that need it are quoted, and no text can become a formula", () => {
  const table = { columns: ["a", "b"], rows: [["x,y", 1], ['say "no"', null], ["=1+1", -2]] };
  expect(csvOf(table)).toBe("a,b\r\n\"x,y\",1\r\n\"say \"\"no\"\"\",\r\n'=1+1,-2\r\n");
});

test("labels keep their distance and their order", () => {
  const heights = spread([10, 11, 12, 90], 10, 0, 100);
  expect(heights).toEqual([10, 20, 30, 90]);
  expect(spread([95, 96], 10, 0, 100)).toEqual([90, 100]);
});
