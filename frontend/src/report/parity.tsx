/** Predictions beside references, point by point. */

import { useMemo } from "preact/hooks";
import { extent, type Interval } from "../chart/axes";
import { Choice } from "../chart/controls";
import type { Drawing } from "../chart/drawing";
import { markerPath } from "../chart/marks";
import type { Domain, Placed } from "../chart/points";
import { Scatter } from "../chart/scatter";
import { count, digits, labelled, unitPer } from "../words";
import { Formula } from "./inspect";
import { ModelChips } from "./legend";
import type { Report, Target } from "./report";
import { type Cloud, cloudOf, cutsOf } from "./results";
import { colorOf, useDesk, useReport, useTarget } from "./state";

/** The points that the reader has chosen to see. */
export function useCloud(): Cloud {
  const { report } = useDesk();
  const target = useReport((state) => state.target);
  const shown = useReport((state) => state.shown);
  const nTrain = useReport((state) => state.nTrain);
  const repeat = useReport((state) => state.repeat);
  return useMemo(() => cloudOf(report, target, shown, { nTrain, repeat }), [report, target, shown, nTrain, repeat]);
}

export function Parity() {
  const { report, store } = useDesk();
  const target = useTarget();
  const cloud = useCloud();
  const selected = useReport((state) => state.structure);
  const unit = unitPer(target.unit, target.per);
  const points = useMemo(
    () => ({ x: cloud.reference, y: cloud.prediction, group: cloud.group, id: cloud.structure }), [cloud],
  );
  const domain = useMemo<Domain>(() => squareDomain(cloud), [cloud]);
  const colors = useMemo(
    () => (theme: Drawing["theme"]) => cloud.models.map((model) => colorOf(report, model, theme)), [report, cloud],
  );
  return (
    <Scatter
      name={`${target.name}-parity`}
      title="Predicted and reference"
      about={aboutCloud(cloud, target)}
      aspect={0.86}
      points={points}
      domain={domain}
      labels={[labelled("reference", unit), labelled("predicted", unit)]}
      colors={colors}
      guides={(placed) => <ParityGuides placed={placed} cloud={cloud} report={report} unit={unit} />}
      selected={selected}
      describe={(i) => <PointTip cloud={cloud} index={i} unit={unit} />}
      onSelect={(i) => store.set({ structure: cloud.structure[i]!, model: cloud.models[cloud.group[i]!]!.name })}
      controls={<CutControls />}
      footer={<ModelChips />}
      table={() => tableOf(cloud, report, unit)}
    />
  );
}

/** Chooses training size and repeat, where there is a choice. */
function CutControls() {
  const { report, store } = useDesk();
  const target = useReport((state) => state.target);
  const nTrain = useReport((state) => state.nTrain);
  const repeat = useReport((state) => state.repeat);
  const { sizes, repeats } = cutsOf(report, target);
  return (
    <>
      {sizes.length > 1 && (
        <Choice
          label="Trained on" value={String(nTrain ?? sizes[sizes.length - 1])}
          options={sizes.map((n) => [String(n), count(n)])} onChange={(value) => store.set({ nTrain: Number(value) })}
        />
      )}
      {repeats.length > 1 && (
        <Choice
          label="Repeat" value={String(repeat ?? repeats[0])}
          options={repeats.map((n) => [String(n), String(n + 1)])} onChange={(value) => store.set({ repeat: Number(value) })}
        />
      )}
    </>
  );
}

/** The same interval on both axes, so that the diagonal is the diagonal. */
function squareDomain(cloud: Cloud): Domain {
  const both = extent([...extent(cloud.reference, 0), ...extent(cloud.prediction, 0)], 0.05);
  return { x: both, y: both };
}

interface GuidesProps {
  readonly placed: Placed;
  readonly cloud: Cloud;
  readonly report: Report;
  readonly unit: string;
}

function ParityGuides({ placed, cloud, report, unit }: GuidesProps) {
  const { x, y, plot, drawing } = placed;
  const { theme, font } = drawing;
  const [x0, x1] = x.scale.domain() as [number, number];
  const [y0, y1] = y.scale.domain() as [number, number];
  const [low, high]: Interval = [Math.max(x0, y0), Math.min(x1, y1)];
  return (
    <>
      {low < high && (
        <line
          x1={x.scale(low)} y1={y.scale(low)} x2={x.scale(high)} y2={y.scale(high)}
          stroke={theme.ink} stroke-opacity={0.55} stroke-dasharray="1 3" stroke-linecap="round"
        />
      )}
      <g font-size={font} class="tally">
        {cloud.models.map((model, group) => {
          const at = plot.top + font * (0.9 + 1.45 * group);
          return (
            <g key={model.name}>
              <path d={markerPath(0, plot.left + font, at - font * 0.34, font * 0.3)} fill={colorOf(report, model, theme)} />
              <text x={plot.left + font * 1.7} y={at} fill={theme.ink} stroke={theme.paper} stroke-width={3} paint-order="stroke">
                {model.name}: MAE {digits(cloud.meanErrors[group]!)} {unit}
              </text>
            </g>
          );
        })}
      </g>
    </>
  );
}

export function PointTip({ cloud, index, unit }: { readonly cloud: Cloud; readonly index: number; readonly unit: string }) {
  const { report } = useDesk();
  const structure = cloud.structure[index]!;
  return (
    <>
      <b><Formula text={report.structures.formulas[structure]!} /></b>
      <span class="faint">{report.structures.ids[structure]}</span>
      <span>reference {digits(cloud.reference[index]!, 4)} {unit}</span>
      <span>predicted {digits(cloud.prediction[index]!, 4)} {unit}</span>
      <span>error {digits(cloud.residual[index]!)} {unit}, {cloud.models[cloud.group[index]!]!.name}</span>
    </>
  );
}

function aboutCloud(cloud: Cloud, target: Target): string {
  const models = cloud.models.map((model, group) => `${model.name}, mean absolute error ${digits(cloud.meanErrors[group]!)} ${target.unit}`);
  return `Predicted against reference ${target.name} of ${count(cloud.reference.length)} points: ${models.join("; ")}. Left and right arrow keys choose a structure.`;
}

export function tableOf(cloud: Cloud, report: Report, unit: string) {
  return {
    columns: ["model", "id", "formula", "reference", "prediction", "error", "unit"],
    rows: [...cloud.reference.keys()].map((i) => {
      const structure = cloud.structure[i]!;
      return [
        cloud.models[cloud.group[i]!]!.name, report.structures.ids[structure]!, report.structures.formulas[structure]!,
        cloud.reference[i]!, cloud.prediction[i]!, cloud.residual[i]!, unit,
      ];
    }),
  };
}
