/** What a study says of the elements: their map, their table, how alike they are, how that was learned. */

import { useState } from "preact/hooks";
import { Choice } from "../chart/controls";
import { csvOf, save } from "../chart/download";
import { DownloadMenu } from "../chart/chart";
import { count, digits } from "../words";
import { MapOfElements } from "./element-map";
import { Losses } from "./losses";
import type { ElementMap } from "./maps";
import { PeriodicTables } from "./periodic-table";
import { Similarity } from "./similarity";

export function Elements({ maps, target }: { readonly maps: readonly ElementMap[]; readonly target: string }) {
  const own = maps.filter((one) => one.target === target);
  const [chosen, choose] = useState<string | null>(null);
  if (own.length === 0) return null;
  const map = own.find((one) => one.model === chosen) ?? bestOf(own);
  const name = `${target}-${map.model}`;
  return (
    <>
      <section class="panel wide element-maps" aria-label="Elements">
        <header class="panel-head">
          <h3>Which elements are alike</h3>
          <div class="controls">
            <Choice label="model" value={map.model} options={own.map((one) => [one.model, one.model] as const)} onChange={choose} />
          </div>
          <DownloadMenu label="Download map" kinds={[["JSON", () => save(JSON.stringify({ format: "atomarium-elements", version: 1, ...map }), `${name}-elements.json`)], ["CSV", () => save(tableOf(map), `${name}-elements.csv`)]]} />
        </header>
        <p>{sentence(map)}</p>
        {map.selection.length > 0 && <Selection map={map} />}
        <p class="hint">
          The map opens in the explorer as a data set of elements: <code>atomarium open trials/{map.trial}/elements-explorer.json</code>
        </p>
      </section>
      <MapOfElements map={map} name={name} />
      <PeriodicTables map={map} name={name} />
      <Similarity map={map} name={name} />
      <Losses map={map} all={own} name={name} />
    </>
  );
}

/** The model that learned with the most pseudo-elements is the one to begin with. */
function bestOf(maps: readonly ElementMap[]): ElementMap {
  const learned = maps.filter((one) => one.history.length > 0);
  return (learned.length > 0 ? learned : maps).reduce((best, one) => (one.singular_values.length > best.singular_values.length ? one : best));
}

function sentence(map: ElementMap): string {
  const n = map.singular_values.length;
  const how = map.history.length > 0 ? "learned" : "fixed by electronegativity and radius";
  const alike = sameGroup(map);
  const share = alike === null ? "" : ` The nearest neighbor of ${digits(100 * alike, 2)} % of the elements is of their own group of the periodic table.`;
  return `${count(map.symbols.length)} elements on ${n} axis${n === 1 ? "" : "es"}, ${how}; singular values ${map.singular_values.map((one) => digits(one)).join(", ")}.${share}`.replace("axises", "axes");
}

/** Share of elements whose nearest neighbor is of the same group; elements alone in theirs count. */
export function sameGroup(map: ElementMap): number | null {
  if (map.symbols.length < 2) return null;
  const apart = (a: readonly number[], b: readonly number[]) => a.reduce((sum, one, k) => sum + (one - b[k]!) ** 2, 0);
  const hits = map.couplings.filter((place, i) => {
    let [best, least] = [-1, Infinity];
    map.couplings.forEach((other, j) => {
      const distance = apart(place, other);
      if (j !== i && distance < least) [best, least] = [j, distance];
    });
    return map.groups[best] === map.groups[i];
  });
  return hits.length / map.symbols.length;
}

function Selection({ map }: { readonly map: ElementMap }) {
  return (
    <table class="selection">
      <thead><tr><th>Pseudo-elements</th><th>Cross-validated error / variance</th><th>Standard error</th><th /></tr></thead>
      <tbody>
        {map.selection.map(([n, error, uncertain, taken]) => (
          <tr key={n}><td>{n}</td><td>{digits(error!)}</td><td>{digits(uncertain!, 2)}</td><td>{taken === 1 ? "chosen: within one standard error of the least" : ""}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

function tableOf(map: ElementMap): string {
  return csvOf({
    columns: ["symbol", "number", ...map.singular_values.map((_, k) => `u_${k + 1}`), "seen", "spread"],
    rows: map.symbols.map((symbol, i) => [symbol, map.numbers[i]!, ...map.couplings[i]!, map.seen[i]!, map.spreads[i]!]),
  });
}
