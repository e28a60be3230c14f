/** Finds a point by its number, its formula, or any of its texts. */

import { useState } from "preact/hooks";
import { pointName } from "../map/hover";
import { type Scene, structureOfPoint, type Target } from "./scene";
import { plainProperties, pointCount } from "./settings";
import { showPoint, useDesk, useExplorer } from "./state";

export interface Found {
  readonly point: number;
  readonly text: string;
}

const MOST = 12;

export function Search() {
  const desk = useDesk();
  const target = useExplorer(({ view }) => view.target);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = text.trim() === "" ? [] : find(desk.scene, target, text.trim());
  const choose = (one: Found | undefined) => {
    if (one === undefined) return;
    showPoint(desk, one.point);
    setText("");
  };
  return (
    <div class="search" onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setText("")}>
      <input
        type="search" value={text} placeholder="Find by number, formula, text" aria-label="Find a point by number, formula or text" autocomplete="off" spellcheck={false}
        aria-controls="search-found" aria-activedescendant={found.length > 0 ? `found-${at}` : undefined}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (event.key === "Enter") choose(found[at]);
          else if (event.key === "Escape") setText("");
          else if (step !== undefined && found.length > 0) setAt((at + step + found.length) % found.length);
          else return;
          event.preventDefault();
        }}
      />
      {text.trim() !== "" && (
        <ul class="search-found" id="search-found" role="listbox" aria-label="Found">
          {found.map((one, i) => (
            <li key={`${one.point} ${one.text}`} id={`found-${i}`} role="option" aria-selected={i === at}>
              <button type="button" tabIndex={-1} onClick={() => choose(one)}>
                {pointName(desk.scene, target, one.point)} <span class="faint">{one.text}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li class="faint">Nothing found</li>}
        </ul>
      )}
    </div>
  );
}

/** The point of a number, then points whose formula is the text, then those whose texts hold it. */
export function find(scene: Scene, target: Target, text: string, most = MOST): readonly Found[] {
  const count = pointCount(scene, target);
  const out: Found[] = [];
  if (/^#?\d+$/.test(text)) {
    const point = Number(text.replace("#", ""));
    if (point < count) out.push({ point, text: "by its number" });
  }
  const { formulas } = scene.structures;
  const sources = plainProperties(scene, target).flatMap((one) => (one.kind === "category" ? [{ codes: one.codes, categories: one.categories, of: (i: number) => i }] : []));
  const all = formulas === null || scene.structures.count === 0 ? sources
    : [{ codes: formulas.codes, categories: formulas.categories, of: (i: number) => structureOfPoint(scene, target, i) }, ...sources];
  const wanted = text.toLowerCase();
  for (const test of [(one: string) => one.toLowerCase() === wanted, (one: string) => one.toLowerCase().includes(wanted)]) {
    for (const { codes, categories, of } of all) {
      const matching = Uint8Array.from(categories, (one) => (test(one) ? 1 : 0));
      if (!matching.includes(1)) continue;
      for (let i = 0; i < count && out.length < most; i++) {
        const code = codes[of(i)]!;
        if (matching[code] === 1 && !out.some(({ point }) => point === i)) out.push({ point: i, text: categories[code]! });
      }
    }
  }
  return out;
}
