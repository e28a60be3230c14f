import { expect, test } from "vitest";
import { movedApart } from "../src/alchemical/apart";
import { aboutElement, branches, byGroup, type ElementMap, readMaps } from "../src/alchemical/maps";
import { sameGroup } from "../src/alchemical/panel";
import { readReport } from "../src/report/report";
import { smallReport } from "./small-report";

const PLAIN = {
  model: "learned", target: "energy", n_train: 20, repeat: 0, trial: "0123",
  symbols: ["F", "Na", "Cl", "K"], numbers: [9, 11, 17, 19], groups: [17, 1, 17, 1], periods: [2, 3, 3, 4],
  blocks: ["p", "s", "p", "s"], electronegativity: [3.98, 0.93, 3.16, 0.82], radius: [0.64, 1.55, 0.99, 1.96],
  couplings: [[2, 0], [-2, 0.1], [1.9, 0.3], [-2.1, 0]], seen: [5, 6, 7, 0], spreads: [0, 0, 0, 0.5],
  singular_values: [4, 0.3], similarity: [[1, -1, 0.9, -1], [-1, 1, -0.9, 1], [0.9, -0.9, 1, -0.9], [-1, 1, -0.9, 1]],
  order: [0, 2, 1, 3], merges: [[1, 3, 0.01], [0, 2, 0.1], [4, 5, 1.9]],
  history_columns: ["loss", "third_mae", "noise", "gradient", "fold_1"], history: [[1, null, 0.01, 2, 1]],
  best_step: 0, selection: [[1, 0.5, 0.1, 0], [2, 0.2, 0.05, 1]],
};
const [MAP] = readMaps([PLAIN], "elements") as readonly [ElementMap];

test("a report may hold maps of elements, or none", () => {
  expect(readReport(smallReport(), "payload").elements).toBeNull();
  expect(readReport({ ...smallReport(), elements: [PLAIN] }, "payload").elements).toHaveLength(1);
});

test("a map without couplings is refused by its place", () => {
  const { couplings: _, ...rest } = PLAIN;
  expect(() => readMaps([rest], "elements")).toThrow("elements[0].couplings: expected a list, got nothing");
});

test("elements go by group, then by number", () => {
  expect(byGroup(MAP).map((i) => MAP.symbols[i])).toEqual(["Na", "K", "F", "Cl"]);
});

test("branches join leaves in the order of the dendrogram, parents above their children", () => {
  const joined = branches(MAP);
  expect(joined.map(([a, b]) => [a.x, b.x])).toEqual([[2, 3], [0, 1], [2.5, 0.5]]);
  expect(joined[2]![0].height).toBe(0.01);
});

test("the share of elements beside their group is counted", () => {
  expect(sameGroup(MAP)).toBe(1);
  expect(sameGroup({ ...MAP, couplings: [[0], [0.1], [5], [5.1]] })).toBe(0);
});

test("an element that was never seen says how uncertain its place is", () => {
  expect(aboutElement(MAP, 0)).toBe("2.00, 0.00; in 5 structures learned from");
  expect(aboutElement(MAP, 3)).toBe("−2.10, 0.00; from the prior, ± 0.50");
});

const FRAME = { left: 0, right: 400, top: 0, bottom: 300 };

test("labels over each other move apart, equal places too, and stay in the frame", () => {
  const nearest = (spots: readonly { x: number; y: number }[]) =>
    Math.min(...spots.flatMap((one, i) => spots.slice(0, i).map((other) => Math.hypot(one.x - other.x, one.y - other.y))));
  const crowd = Array.from({ length: 12 }, (_, k) => ({ x: 390 + (k % 3), y: 150 + Math.floor(k / 6) }));
  const moved = movedApart(crowd, 20, FRAME);
  expect(nearest(crowd)).toBe(0);
  expect(nearest(moved)).toBeGreaterThan(14);
  for (const { x, y } of moved) expect(x >= 0 && x <= 400 && y >= 0 && y <= 300).toBe(true);
});

test("labels stay where they are when there is room", () => {
  const places = [{ x: 10, y: 10 }, { x: 40, y: 10 }, { x: 10, y: 60 }];
  expect(movedApart(places, 20, FRAME)).toEqual(places);
});
