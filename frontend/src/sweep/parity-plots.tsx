/** Predictions beside references of chosen runs, a frame each, all on the same scale. */

import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import { Axes, extent, linearAxis } from "../chart/axes";
import { Chart } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import type { Placed } from "../chart/points";
import { count, digits, labelled, plain } from "../words";
import { useSweep } from "./state";
import type { Prediction } from "./sweep";

interface Props {
  readonly predictions: readonly Prediction[];
  /** Of all compared runs, for their colors. */
  readonly rows: readonly number[];
}

export function ParityPlots({ predictions, rows }: Props) {
  const { runs } = useSweep();
  const colorOf = (number: number, drawing: Drawing) => drawing.theme.series[Math.max(0, rows.findIndex((row) => runs.number[row] === number)) % drawing.theme.series.length]!;
  const first = predictions[0];
  const key = predictions.map((one) => one.number).join(" ");
  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    framesOf(predictions, drawing).forEach((frame, i) => {
      const { reference, prediction, number } = predictions[i]!;
      canvas.fillStyle = colorOf(number, drawing);
      canvas.globalAlpha = reference.length < 500 ? 0.7 : 0.4;
      for (let k = 0; k < reference.length; k++) {
        canvas.beginPath();
        canvas.arc(frame.x.scale(reference[k]!), frame.y.scale(prediction[k]!), drawing.font * 0.18, 0, 2 * Math.PI);
        canvas.fill();
      }
    });
    canvas.globalAlpha = 1;
  }, [key, rows.join(" ")]);
  if (first === undefined) {
    return (
      <section class="panel" aria-label="Predictions">
        <header class="panel-head"><h3>Predicted and reference</h3></header>
        <p class="empty">These runs have kept no predictions in this page; the best runs and those with a star do.</p>
      </section>
    );
  }
  const draw = (drawing: Drawing): VNode => (
    <>
      {framesOf(predictions, drawing).map((frame, i) => {
        const { number, reference, prediction, unit } = predictions[i]!;
        const [low, high] = frame.x.scale.domain() as [number, number];
        const { font, theme } = drawing;
        return (
          <g key={number}>
            <Axes x={frame.x} y={frame.y} plot={frame.plot} drawing={drawing} grid={false} />
            <line x1={frame.x.scale(low)} y1={frame.y.scale(low)} x2={frame.x.scale(high)} y2={frame.y.scale(high)} stroke={theme.ink} stroke-opacity={0.55} stroke-dasharray="1 3" />
            {drawing.paper && Array.from(reference, (value, k) => <circle key={k} cx={frame.x.scale(value).toFixed(1)} cy={frame.y.scale(prediction[k]!).toFixed(1)} r={1.8} fill={colorOf(number, drawing)} fill-opacity={0.6} />)}
            <text x={frame.plot.left + font * 0.6} y={frame.plot.top + font} font-size={font} fill={theme.ink} stroke={theme.paper} stroke-width={3} paint-order="stroke">
              <tspan font-weight="600" fill={colorOf(number, drawing)}>run {number}</tspan> MAE {digits(meanError(reference, prediction))} {unit}
            </text>
          </g>
        );
      })}
    </>
  );
  return (
    <Chart
      name="parity" title={`Predicted and reference ${plain(first.target)}`} aspect={predictions.length > 2 ? 0.9 : 0.62}
      about={predictions.map((one) => `Run ${one.number}: mean absolute error ${digits(meanError(one.reference, one.prediction))} ${one.unit} of ${count(one.reference.length)} structures`).join("; ")}
      draw={draw} paint={paint}
      footer={<p class="hint">Structures held out from training; all frames have the same scale. {predictions.length < rows.length && `${predictions.length} of ${rows.length} runs have predictions here.`}</p>}
      table={() => ({
        columns: ["number", `reference_${first.target}`, `prediction_${first.target}`, "unit"],
        rows: predictions.flatMap((one) => Array.from(one.reference, (value, k) => [one.number, value, one.prediction[k]!, one.unit])),
      })}
    />
  );
}

function meanError(reference: ArrayLike<number>, prediction: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < reference.length; i++) sum += Math.abs(prediction[i]! - reference[i]!);
  return sum / reference.length;
}

function framesOf(predictions: readonly Prediction[], drawing: Drawing): readonly Placed[] {
  const { width, height, font } = drawing;
  const columns = Math.min(predictions.length, Math.max(1, Math.round(Math.sqrt((predictions.length * width) / height))));
  const lines = Math.ceil(predictions.length / columns);
  const domain = extent(predictions.flatMap(({ reference, prediction }) => [...extent(reference, 0), ...extent(prediction, 0)]), 0.04);
  return predictions.map((one, i) => {
    const [left, top] = [((i % columns) * width) / columns, (Math.floor(i / columns) * height) / lines];
    const plot = { left: left + font * 4, right: left + width / columns - font, top: top + font * (i < columns ? 2 : 1), bottom: top + height / lines - font * 3.2 };
    const x = linearAxis(domain, [plot.left, plot.right], labelled("reference", one.unit), font * 5);
    return { plot, drawing, x, y: linearAxis(domain, [plot.bottom, plot.top], i === 0 ? labelled("predicted", one.unit) : "", font * 3) };
  });
}
