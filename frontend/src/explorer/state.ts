/** What the reader of a scene has chosen, and the few ways to change it. */

import { useMemo } from "preact/hooks";
import type { Column, Columns } from "../filter/evaluate";
import { maskOf } from "../filter/evaluate";
import { FilterError } from "../filter/words";
import type { Host } from "../host";
import { deskContext, type Store, useChosen } from "../store";
import { selectionOf } from "./chosen";
import type { History } from "./history";
import type { StructureSettings } from "./panels";
import { pointOfAtom, pointsOfStructure, type Scene, structureOfPoint, type Target } from "./scene";
import { type MapSettings, MOST_VIEWERS, plainProperties, pointCount, type View, VIEWER_DEFAULTS } from "./settings";

export interface State {
  readonly view: View;
  /** The point under the pointer, anywhere on the page. */
  readonly hovered: number | null;
  readonly playing: boolean;
  /** What the reader should know; the newest last. */
  readonly notices: readonly string[];
}

export interface Desk {
  /** Tells data sets of a page apart, also when one of them is closed. */
  readonly serial: number;
  readonly scene: Scene;
  readonly host: Host;
  readonly store: Store<State>;
  readonly history: History<View>;
  /** Takes settings as files and notebooks write them: a view of ours or chemiscope's words. */
  readonly takeSettings: (settings: unknown) => void;
  /** Takes what a notebook has chosen: points of the viewers and points of the map. */
  readonly takeSelection: (selection: unknown) => void;
  /** All data sets of the page. */
  readonly page: Store<Page>;
}

/** The data sets of a page, in the order in which they were opened, and which one or two are shown. */
export interface Page {
  /** How many there have ever been. */
  readonly opened: number;
  readonly desks: readonly Desk[];
  readonly shown: readonly Desk[];
}

export const { DeskContext, useDesk } = deskContext<Desk>("a view of a scene stands outside of an explorer");

export function useExplorer<T>(choose: (state: State) => T): T {
  return useChosen(useDesk().store, choose);
}

/** Changes the view so that it can be undone; one tag for one gesture. */
export function changeView({ store, history }: Desk, change: Partial<View>, tag = ""): void {
  const { view } = store.get();
  history.record(view, tag);
  store.set({ view: { ...view, ...change } });
}

export function changeMap(desk: Desk, change: Partial<MapSettings>, tag = ""): void {
  const { target, maps } = desk.store.get().view;
  changeView(desk, { maps: { ...maps, [target]: { ...maps[target], ...change } } }, tag);
}

export function changeViewer(desk: Desk, viewer: number, change: Partial<StructureSettings>, tag = ""): void {
  const { viewers } = desk.store.get().view;
  changeView(desk, { viewers: viewers.map((one, i) => (i === viewer ? { ...one, ...change } : one)) }, tag);
}

export function undo(desk: Desk): void {
  const view = desk.history.undo(desk.store.get().view);
  if (view !== null) showView(desk, view);
}

export function redo(desk: Desk): void {
  const view = desk.history.redo(desk.store.get().view);
  if (view !== null) showView(desk, view);
}

function showView({ store }: Desk, view: View): void {
  const sameTarget = view.target === store.get().view.target;
  store.set({ view, ...(sameTarget ? {} : { hovered: null }) });
}

/** Puts a point into the active viewer. */
export function showPoint(desk: Desk, point: number, tag = "point"): void {
  const { view } = desk.store.get();
  const { target, pinned, active } = view;
  if (pinned[target][active] === point) return;
  const points = pinned[target].map((old, i) => (i === active ? point : old));
  changeView(desk, { pinned: paired(desk.scene, target, points, pinned) }, tag);
}

/** Both targets' pins; those of the other one follow where they can. */
function paired(scene: Scene, target: Target, points: readonly number[], old: View["pinned"]): View["pinned"] {
  const other: Target = target === "atom" ? "structure" : "atom";
  if (pointCount(scene, other) === 0 || scene.structures.count === 0) return { ...old, [target]: points };
  const twins = points.map((point, i) => {
    const structure = structureOfPoint(scene, target, point);
    if (other === "structure") return structure;
    const before = old.atom[i];
    if (before !== undefined && before < pointCount(scene, "atom") && structureOfPoint(scene, "atom", before) === structure) return before;
    return pointsOfStructure(scene, structure)[0] ?? before ?? 0;
  });
  return { [target]: points, [other]: twins } as View["pinned"];
}

/** Shows an atom's point where atoms are points, and its structure in any case. */
export function showAtom(desk: Desk, structure: number, atom: number): void {
  if (desk.store.get().view.target !== "atom") return;
  const point = pointOfAtom(desk.scene, structure, atom);
  if (point !== null) showPoint(desk, point);
}

export function addViewer(desk: Desk): void {
  const { view } = desk.store.get();
  if (view.viewers.length >= MOST_VIEWERS) return;
  const more = (points: readonly number[]) => [...points, points[view.active] ?? 0];
  changeView(desk, {
    viewers: [...view.viewers, view.viewers[view.active] ?? VIEWER_DEFAULTS],
    pinned: { structure: more(view.pinned.structure), atom: more(view.pinned.atom) },
    active: view.viewers.length,
  });
}

export function removeViewer(desk: Desk, viewer: number): void {
  const { view } = desk.store.get();
  if (view.viewers.length <= 1) return;
  const fewer = <T,>(list: readonly T[]) => list.filter((_, i) => i !== viewer);
  const active = view.active > viewer ? view.active - 1 : Math.min(view.active, view.viewers.length - 2);
  changeView(desk, {
    viewers: fewer(view.viewers),
    pinned: { structure: fewer(view.pinned.structure), atom: fewer(view.pinned.atom) },
    active,
  });
}

export function chooseTarget(desk: Desk, target: Target): void {
  if (desk.store.get().view.target === target) return;
  desk.store.set({ hovered: null, playing: false });
  changeView(desk, { target, chosen: null });
}

/** Chooses points; brushing along is one step to be undone. */
export function select(desk: Desk, mask: Uint8Array | null): void {
  const chosen = selectionOf(mask);
  if (chosen !== null || desk.store.get().view.chosen !== null) changeView(desk, { chosen }, "chosen");
}

export function notify({ store }: Desk, notice: string): void {
  const { notices } = store.get();
  if (!notices.includes(notice)) store.set({ notices: [...notices, notice] });
}

/** The point in the active viewer. */
export function useActivePoint(): number {
  return useExplorer(({ view }) => view.pinned[view.target][view.active] ?? 0);
}

const columnsOf = new WeakMap<Scene, Map<Target, Columns>>();

/** What filters may name: every plain property, `index`, and of atoms their `structure`. */
export function filterColumns(scene: Scene, target: Target): Columns {
  let made = columnsOf.get(scene);
  if (made === undefined) columnsOf.set(scene, (made = new Map()));
  let columns = made.get(target);
  if (columns === undefined) {
    const all = new Map<string, Column>([["index", { kind: "number", at: (i) => i }]]);
    const { formulas, count } = scene.structures;
    if (target === "atom" && count > 0) all.set("structure", { kind: "number", at: (i) => structureOfPoint(scene, "atom", i) });
    if (target === "structure" && formulas !== null && count > 0) all.set("formula", { kind: "category", ...formulas });
    for (const one of plainProperties(scene, target)) {
      const { values } = one.kind === "number" ? one : { values: one.codes };
      all.set(one.name, one.kind === "number" ? { kind: "number", at: (i) => values[i]! } : { kind: "category", codes: one.codes, categories: one.categories });
    }
    made.set(target, (columns = all));
  }
  return columns;
}

export interface Filtered {
  /** 1 for every point that is meant; null where all are. */
  readonly mask: Uint8Array | null;
  readonly error: FilterError | null;
}

/** The points that a filter means; a filter that cannot be read means all. */
export function useFilter(filter: string, target: Target): Filtered {
  const { scene } = useDesk();
  return useMemo(() => filtered(scene, target, filter), [scene, target, filter]);
}

export function filtered(scene: Scene, target: Target, filter: string): Filtered {
  if (filter.trim() === "") return { mask: null, error: null };
  try {
    return { mask: maskOf(filter, filterColumns(scene, target), pointCount(scene, target)), error: null };
  } catch (error) {
    if (error instanceof FilterError) return { mask: null, error };
    throw error;
  }
}
