/** Views as text: only what differs from the beginning, checked word by word when it comes back. */

import { isPalette } from "../map/palettes";
import { isRecord } from "../reader";
import { rangesOf, readRanges, type Selection } from "./chosen";
import { MOST_CATEGORIES, MOST_VIEWERS, plainProperties, pointCount, type View, VIEWER_DEFAULTS } from "./settings";
import type { Scene, Target } from "./scene";

export const VIEW_FORMAT = "atomarium-view";
const VIEW_VERSION = 1;

export interface ReadView {
  readonly view: View;
  /** What was passed over, by its place. */
  readonly warnings: readonly string[];
}

/** What of a view differs from another one; undefined where nothing does. */
function differenceOf(now: unknown, before: unknown): unknown {
  if (isRecord(now) && isRecord(before)) {
    const entries = Object.entries(now).map(([key, value]) => [key, differenceOf(value, before[key])] as const);
    const changed = entries.filter(([, value]) => value !== undefined);
    return changed.length === 0 ? undefined : Object.fromEntries(changed);
  }
  if (Array.isArray(now)) {
    const first = isRecord(now[0]) ? now.map((item) => differenceOf(item, VIEWER_DEFAULTS) ?? {}) : now;
    return JSON.stringify(now) === JSON.stringify(before) ? undefined : first;
  }
  return Object.is(now, before) ? undefined : now;
}

/** What of a view differs from another one, as files and Python hold it. */
export function changesOf(view: View, base: View): object | undefined {
  const plain = (one: View) => ({ ...one, chosen: one.chosen === null ? "" : rangesOf(one.chosen) });
  return differenceOf(plain(view), plain(base)) as object | undefined;
}

export function viewText(view: View, base: View, indent?: number): string {
  return JSON.stringify({ format: VIEW_FORMAT, version: VIEW_VERSION, ...changesOf(view, base) }, null, indent);
}

/** A view on top of another one; what does not fit is passed over and told. */
export function readView(value: unknown, scene: Scene, base: View): ReadView {
  const warnings: string[] = [];
  if (!isRecord(value)) return { view: base, warnings: ["view: expected an object"] };
  const { format: _format, version: _version, ...content } = value;
  const viewers = Array.isArray(content.viewers) ? content.viewers.slice(0, MOST_VIEWERS) : null;
  delete content.viewers;
  const { pinned, chosen, ...plain } = content;
  const { chosen: before, ...rest } = base;
  const laid = overlay(rest, plain, "view", { scene, warnings, target: null }) as Omit<View, "chosen">;
  const wanted = viewers ?? laid.viewers;
  const made = wanted.map((one, i) => overlay(VIEWER_DEFAULTS, one, `view.viewers[${i}]`, { scene, warnings, target: null }) as View["viewers"][number]);
  const pins = pinsOf(pinned, base, made.length, scene, warnings);
  const active = Number.isInteger(laid.active) && laid.active >= 0 && laid.active < made.length ? laid.active : 0;
  const kept = laid.target === base.target ? before : null;
  const points = chosen === undefined ? kept : chosenOf(chosen, pointCount(scene, laid.target), warnings);
  return { view: { ...laid, viewers: made, pinned: pins, active, chosen: points }, warnings };
}

function chosenOf(value: unknown, count: number, warnings: string[]): Selection | null {
  if (value === "") return null;
  const read = typeof value === "string" ? readRanges(value, count) : null;
  if (read === null) warnings.push(`view.chosen: expected points such as "0-4,9", below ${count}, got ${JSON.stringify(value).slice(0, 60)}`);
  return read;
}

/** As many pins as viewers, each at a point that there is. */
function pinsOf(given: unknown, base: View, count: number, scene: Scene, warnings: string[]): View["pinned"] {
  const of = (target: Target): readonly number[] => {
    const wanted = isRecord(given) && Array.isArray(given[target]) ? (given[target] as unknown[]) : base.pinned[target];
    const most = Math.max(1, pointCount(scene, target));
    return Array.from({ length: count }, (_, i) => {
      const point = wanted[Math.min(i, wanted.length - 1)];
      if (typeof point === "number" && Number.isInteger(point) && point >= 0 && point < most) return point;
      warnings.push(`view.pinned.${target}[${i}]: expected a number from 0 to ${most - 1}, got ${JSON.stringify(point)}`);
      return 0;
    });
  };
  return { structure: of("structure"), atom: of("atom") };
}

interface Context {
  readonly scene: Scene;
  readonly warnings: string[];
  readonly target: Target | null;
}

/** Words that a setting may be, by the last part of its place. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  target: ["structure", "atom"],
  scale: ["linear", "log"],
  density: ["auto", "on", "off"],
  others: ["gray", "hide"],
  axes: ["off", "xyz", "abc"],
  bgStyle: ["ball-stick", "licorice", "cartoon", "hide"],
  bgColor: ["grey", "CPK", "property"],
  "color.mode": ["linear", "log", "sqrt", "inverse"],
  "color.transform": ["linear", "log", "sqrt", "inverse"],
  "size.mode": ["linear", "log", "sqrt", "inverse", "flip-linear", "proportional"],
};
/** Settings whose beginning is nothing, and what they may be otherwise. */
const NUMBERS_OR_NOTHING: ReadonlySet<string> = new Set(["min", "max", "cutoff"]);

function overlay(base: unknown, change: unknown, place: string, context: Context): unknown {
  if (change === undefined) return base;
  const last = place.slice(place.lastIndexOf(".") + 1);
  const refuse = (expected: string) => {
    context.warnings.push(`${place}: expected ${expected}, got ${JSON.stringify(change)}`);
    return base;
  };
  if (last === "camera") return change === null || isCamera(change) ? change : refuse("a camera");
  if (NUMBERS_OR_NOTHING.has(last)) return change === null || isNumber(change) ? change : refuse("a number or null");
  if (isRecord(base)) {
    if (!isRecord(change)) return refuse("an object");
    for (const key of Object.keys(change)) if (!Object.hasOwn(base, key)) context.warnings.push(`${place}.${key}: there is no such setting`);
    const target = place === "view.maps" ? null : context.target;
    return Object.fromEntries(Object.entries(base).map(([key, value]) => {
      const inner = place === "view.maps" ? { ...context, target: key as Target } : { ...context, target };
      return [key, overlay(value, Object.hasOwn(change, key) ? change[key] : undefined, `${place}.${key}`, inner)];
    }));
  }
  const words = WORDS[last] ?? WORDS[place.split(".").slice(-2).join(".")];
  if (words !== undefined) return words.includes(change as string) ? change : refuse(words.join(" or "));
  if (last === "palette") return isPalette(change) ? change : refuse("the name of a palette");
  if (context.target !== null && (last === "property" || last === "symbol")) return isProperty(change, last, context) ? change : refuse("the name of a property");
  if (Array.isArray(base)) {
    const fits = Array.isArray(change) && change.length === base.length && change.every((one) => Number.isInteger(one) && one > 0 && one < 100);
    return fits ? change : refuse(`${base.length} whole numbers above 0`);
  }
  if (typeof change !== typeof base || (typeof change === "number" && !Number.isFinite(change))) return refuse(`a ${typeof base}`);
  if ((last === "percent" || last === "factor") && !((change as number) >= 1 && (change as number) <= 100)) return refuse("1 … 100");
  return change;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

function isCamera(value: unknown): boolean {
  if (!isRecord(value) || !isNumber(value.zoom)) return false;
  return [value.eye, value.center, value.up].every((p) => isRecord(p) && [p.x, p.y, p.z].every(isNumber));
}

function isProperty(name: unknown, last: string, { scene, target }: Context): boolean {
  if (name === "") return true;
  const found = plainProperties(scene, target!).find((one) => one.name === name);
  return found !== undefined && (last !== "symbol" || (found.kind === "category" && found.categories.length <= MOST_CATEGORIES));
}
