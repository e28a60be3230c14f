/** Names of models with their color and marker. */

import { useContext } from "preact/hooks";
import { Chip } from "../chart/controls";
import { ThemeContext } from "../chart/drawing";
import { Swatch } from "../chart/marks";
import type { Model } from "./report";
import { colorOf, markerOf, useDesk, useReport } from "./state";

export function ModelName({ model }: { readonly model: Model }) {
  const { report } = useDesk();
  const theme = useContext(ThemeContext);
  return (
    <span class="model-name">
      <Swatch color={colorOf(report, model, theme)} marker={markerOf(report, model)} />
      {model.name}
    </span>
  );
}

export function ModelLegend({ models }: { readonly models: readonly Model[] }) {
  return (
    <figcaption class="legend">
      {models.map((model) => <ModelName key={model.name} model={model} />)}
    </figcaption>
  );
}

/** Chooses the models that are drawn point by point; at least one stays. */
export function ModelChips() {
  const { report, store } = useDesk();
  const target = useReport((state) => state.target);
  const shown = useReport((state) => state.shown);
  const able = new Set(report.predictions.filter((p) => p.target === target).map((p) => p.model));
  const toggle = (name: string) => {
    const next = new Set(shown);
    if (next.has(name)) next.delete(name);
    else next.add(name);
    if (next.size > 0) store.set({ shown: next });
  };
  return (
    <div class="chips" role="group" aria-label="Models shown">
      {report.models.filter((model) => able.has(model.name)).map((model) => (
        <Chip key={model.name} pressed={shown.has(model.name)} onClick={() => toggle(model.name)}>
          <ModelName model={model} />
        </Chip>
      ))}
    </div>
  );
}
