/** The view in the page's address, so that a link shows what its sender saw. */

import { useEffect } from "preact/hooks";
import { readSettings } from "./chemiscope";
import type { Scene } from "./scene";
import { defaultView, type View } from "./settings";
import { changeView, type Desk, notify } from "./state";
import { type ReadView, readView, viewText } from "./view-file";

const KEY = "view=";
const MOST_LETTERS = 16_000;
/** Milliseconds after the last change. */
const REST = 500;

/** What a scene's own settings begin with. */
export function settledView(scene: Scene): ReadView {
  return readSettings(scene.settings, scene, defaultView(scene));
}

/** What to begin with: the address' view, on top of the file's settings. */
export function beginningOf(scene: Scene, address: string): ReadView {
  const base = settledView(scene);
  const asked = viewIn(address, scene, base.view);
  return asked === null ? base : { view: asked.view, warnings: [...base.warnings, ...asked.warnings] };
}

function viewIn(address: string, scene: Scene, base: View): ReadView | null {
  const part = partsOf(address).find((one) => one.startsWith(KEY));
  if (part === undefined) return null;
  try {
    return readView(JSON.parse(part.slice(KEY.length)), scene, base);
  } catch {
    return { view: base, warnings: ["The view in the address cannot be read."] };
  }
}

/** The address of a view; without one where it is what a scene begins with. */
export function addressOf(view: View, base: View, before: string): string {
  const others = partsOf(before).filter((part) => !part.startsWith(KEY));
  const whole = viewText(view, base);
  // Addresses hold few letters; what does not fit, a saved view does.
  const text = whole.length > MOST_LETTERS ? viewText({ ...view, chosen: null }, base) : whole;
  return [...others, ...(text === viewText(base, base) ? [] : [KEY + text])].join("&");
}

/** Other parts of the address belong to others, and stay. */
function partsOf(address: string): readonly string[] {
  const at = address.indexOf(KEY);
  if (at < 0) return address === "" ? [] : [address];
  return [address.slice(0, at).replace(/&$/, ""), address.slice(at)].filter((part) => part !== "");
}

/** Keeps the address at the view, and the view at the address where the reader changes that. */
export function useAddress(desk: Desk): void {
  useEffect(() => {
    const { host, scene, store } = desk;
    const { address } = host;
    if (address === null) return;
    const base = settledView(scene).view;
    let later: ReturnType<typeof setTimeout> | undefined;
    let written = address.get();
    let seen = store.get().view;
    const write = () => {
      const { view } = store.get();
      written = addressOf(view, base, address.get());
      address.set(written);
    };
    const stop = store.subscribe(() => {
      if (store.get().view === seen) return;
      seen = store.get().view;
      clearTimeout(later);
      later = setTimeout(write, REST);
    });
    const ignore = address.subscribe(() => {
      if (address.get() === written) return;
      const asked = viewIn(address.get(), scene, base);
      if (asked === null) return;
      for (const warning of asked.warnings) notify(desk, warning);
      changeView(desk, asked.view);
    });
    return () => {
      clearTimeout(later);
      stop();
      ignore();
    };
  }, [desk]);
}
