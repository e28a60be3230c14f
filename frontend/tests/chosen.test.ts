import { expect, test } from "vitest";
import { addressOf } from "../src/explorer/address";
import { rangesOf, readRanges, selectionOf } from "../src/explorer/chosen";
import { openPage } from "../src/explorer/desk";
import { chooseTarget, redo, select, undo } from "../src/explorer/state";
import { defaultView } from "../src/explorer/settings";
import { readView, viewText } from "../src/explorer/view-file";
import type { Host } from "../src/host";
import { pageScene } from "./small-scene";

const scene = pageScene();
const base = defaultView(scene);
const mask = (...values: number[]) => Uint8Array.from(values);
const host: Host = { themed: {} as HTMLElement, payload: () => null, structures: null, address: null, licenses: "" };

test.each([
  [[1, 1, 1, 0, 1], "0-2,4"],
  [[0, 1, 0, 1, 1], "1,3-4"],
  [[1, 1, 1, 1, 1], "0-4"],
])("%j is written as %s and read back", (values, text) => {
  const selection = selectionOf(mask(...values))!;
  expect(rangesOf(selection)).toBe(text);
  expect(readRanges(text, 5)).toEqual(selection);
});

test.each(["5", "0-5", "3-1", "a", "1,", "-1", "1.5"])("%s names no points of five", (text) => {
  expect(readRanges(text, 5)).toBeNull();
  const read = readView({ chosen: text }, scene, base);
  expect(read.view.chosen).toBeNull();
  expect(read.warnings).toEqual([`view.chosen: expected points such as "0-4,9", below 5, got "${text}"`]);
});

test("a saved view keeps the points that are chosen", () => {
  const view = { ...base, chosen: selectionOf(mask(0, 1, 1, 0, 0)) };
  expect(JSON.parse(viewText(view, base))).toMatchObject({ chosen: "1-2" });
  expect(readView(JSON.parse(viewText(view, base)), scene, base)).toEqual({ view, warnings: [] });
});

test("choosing points can be undone; the other target has points of its own", () => {
  const desk = openPage(scene, host).get().desks[0]!;
  const chosen = () => desk.store.get().view.chosen;
  select(desk, mask(0, 1, 0, 0, 1));
  expect(chosen()!.count).toBe(2);
  undo(desk);
  expect(chosen()).toBeNull();
  redo(desk);
  expect(chosen()!.count).toBe(2);
  chooseTarget(desk, "atom");
  expect(chosen()).toBeNull();
  undo(desk);
  expect(desk.store.get().view).toMatchObject({ target: "structure", chosen: { count: 2 } });
});

test("settings from outside leave the chosen points unless they name some", () => {
  const desk = openPage(scene, host).get().desks[0]!;
  select(desk, mask(0, 1, 0, 0, 1));
  desk.takeSettings({ format: "atomarium-view", version: 1, maps: { structure: { joined: true } } });
  expect(desk.store.get().view).toMatchObject({ chosen: { count: 2 }, maps: { structure: { joined: true } } });
  desk.takeSettings({ format: "atomarium-view", version: 1, chosen: "0-2" });
  expect(desk.store.get().view.chosen!.count).toBe(3);
});

test("an address leaves out choices that are too long for it", () => {
  const many = { ...scene, structures: { ...scene.structures, count: 40_000 } };
  const whole = defaultView(many);
  const chosen = selectionOf(Uint8Array.from({ length: 40_000 }, (_, i) => i % 2));
  expect(addressOf({ ...whole, active: 1, chosen }, whole, "")).toBe('view={"format":"atomarium-view","version":1,"active":1}');
});
