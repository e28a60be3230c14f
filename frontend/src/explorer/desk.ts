/** Opens a scene for a reader: its view, its history, and what comes from outside. */

import type { Host } from "../host";
import { isRecord } from "../reader";
import { createStore, type Store } from "../store";
import { beginningOf, settledView } from "./address";
import { readSettings } from "./chemiscope";
import { createHistory } from "./history";
import type { Scene } from "./scene";
import { pointCount } from "./settings";
import { changeView, type Desk, notify, type Page, select, showPoint, type State } from "./state";
import { readView, VIEW_FORMAT, viewText } from "./view-file";

/** A page with one data set. */
export function openPage(scene: Scene, host: Host): Store<Page> {
  const page = createStore<Page>({ opened: 0, desks: [], shown: [] });
  const desk = openDesk(scene, host, page);
  page.set({ opened: 1, desks: [desk], shown: [desk] });
  return page;
}

/** Opens another data set in the place of one that is shown; that one can be chosen again. */
export function openAnother(before: Desk, scene: Scene): void {
  const { host, page } = before;
  const { opened, desks, shown } = page.get();
  // The address and the notebook speak of the scene that the page was made for, not of one opened later.
  const desk = openDesk(scene, { ...host, address: null }, page);
  const place = Math.max(0, shown.indexOf(before));
  page.set({ opened: opened + 1, desks: [...desks, desk], shown: shown.map((one, i) => (i === place ? desk : one)) });
}

function openDesk(scene: Scene, host: Host, page: Store<Page>): Desk {
  const { view, warnings } = beginningOf(scene, host.address?.get() ?? "");
  const notices = [...scene.warnings, ...warnings];
  const store = createStore<State>({ view, hovered: null, playing: false, notices });
  const desk: Desk = {
    serial: page.get().opened, scene, host, store, page,
    history: createHistory(),
    takeSettings: (settings) => takeSettings(desk, settings),
    takeSelection: (selection) => takeSelection(desk, selection),
  };
  return desk;
}

function takeSettings(desk: Desk, settings: unknown): void {
  const { scene, store } = desk;
  if (!isRecord(settings)) return notify(desk, "settings: expected an object");
  const base = settledView(scene).view;
  const read = settings.format === VIEW_FORMAT ? readView(settings, scene, base) : readSettings(settings, scene, base);
  for (const warning of read.warnings) notify(desk, warning);
  const before = store.get().view;
  // Settings that tell of no chosen points leave them as they are.
  const keeps = read.view.chosen === null && read.view.target === before.target;
  const view = keeps ? { ...read.view, chosen: before.chosen } : read.view;
  // What a notebook hears from the page, it says again; only news is a step.
  if (viewText(view, base) === viewText(before, base)) return;
  if (view.target !== before.target) store.set({ hovered: null });
  changeView(desk, view);
}

function takeSelection(desk: Desk, selection: unknown): void {
  if (!isRecord(selection)) return;
  const { target, pinned, active } = desk.store.get().view;
  const count = pointCount(desk.scene, target);
  const isPoint = (point: unknown): point is number => typeof point === "number" && Number.isInteger(point) && point >= 0 && point < count;
  const points = Array.isArray(selection.points) ? selection.points : [];
  const point: unknown = points[active];
  if (point !== undefined && point !== pinned[target][active]) {
    if (isPoint(point)) showPoint(desk, point, "notebook");
    else notify(desk, `selection.points[${active}]: expected a number from 0 to ${count - 1}, got ${JSON.stringify(point)}`);
  }
  if (!("chosen" in selection)) return;
  const mask = new Uint8Array(count);
  for (const one of Array.isArray(selection.chosen) ? selection.chosen : []) if (isPoint(one)) mask[one] = 1;
  select(desk, mask);
}
