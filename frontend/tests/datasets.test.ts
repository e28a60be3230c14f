import { expect, test } from "vitest";
import { besideEachOther, choose, without } from "../src/explorer/datasets";
import { openAnother, openPage } from "../src/explorer/desk";
import type { Host } from "../src/host";
import { pageScene } from "./small-scene";

const host: Host = { themed: {} as HTMLElement, payload: () => null, structures: null, address: null, licenses: "" };

function threeOpened() {
  const page = openPage(pageScene(), host);
  openAnother(page.get().shown[0]!, pageScene());
  openAnother(page.get().shown[0]!, pageScene());
  return page;
}

test("another data set takes the place of the one shown, which stays at hand", () => {
  const { desks, shown } = threeOpened().get();
  expect(desks.length).toBe(3);
  expect(shown).toEqual([desks[2]]);
  expect(new Set(desks.map(({ serial }) => serial)).size).toBe(3);
});

test("two stand side by side; choosing the other one lets them change places", () => {
  const page = threeOpened();
  const [a, b, c] = page.get().desks;
  page.set({ shown: besideEachOther(page.get(), c!, true) });
  expect(page.get().shown).toEqual([c, a]);
  expect(choose(page.get(), c!, a!)).toEqual([a, c]);
  expect(choose(page.get(), c!, b!)).toEqual([b, a]);
  expect(besideEachOther(page.get(), a!, false)).toEqual([a]);
});

test("what is opened takes the place of the one it was opened from", () => {
  const page = threeOpened();
  const [a, , c] = page.get().desks;
  page.set({ shown: [c!, a!] });
  openAnother(a!, pageScene());
  expect(page.get().shown).toEqual([c, page.get().desks[3]]);
});

test("closing one shows another one, under a name of its own", () => {
  const page = threeOpened();
  const [a, b, c] = page.get().desks;
  expect(without(page.get(), c!)).toEqual({ desks: [a, b], shown: [b] });
  page.set({ shown: [c!, a!] });
  page.set(without(page.get(), c!));
  expect(page.get().shown).toEqual([a]);
  openAnother(a!, pageScene());
  expect(page.get().shown[0]!.serial).toBe(3);
});
