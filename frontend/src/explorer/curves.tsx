/** Properties that are curves, drawn for the point shown. */

import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Axes, extent, linearAxis, widthOfTicks } from "../chart/axes";
import { type Drawing, ThemeContext } from "../chart/drawing";
import { titled } from "../words";
import type { CurveProperty, Target } from "./scene";
import { useDesk } from "./state";

export function Curves({ target, point }: { readonly target: Target; readonly point: number }) {
  const { scene } = useDesk();
  const curves = scene.properties.filter((one): one is CurveProperty => one.kind === "curve" && one.target === target);
  return <>{curves.map((property) => <Curve key={property.name} property={property} point={point} />)}</>;
}

function Curve({ property, point }: { readonly property: CurveProperty; readonly point: number }) {
  const { scene } = useDesk();
  const theme = useContext(ThemeContext);
  const holder = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setWidth(holder.current!.clientWidth));
    observer.observe(holder.current!);
    return () => observer.disconnect();
  }, []);
  const parameter = scene.parameters[property.parameter]!;
  const xs = Array.from(parameter.values);
  const ys = Array.from(property.values.subarray(point * property.width, (point + 1) * property.width));
  const font = 0.7 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const drawing: Drawing = { width, height: Math.round(Math.min(width * 0.6, font * 17)), font, theme, paper: false };
  return (
    <figure class="curve" ref={holder} title={property.description}>
      {width > 60 && <CurveDrawing xs={xs} ys={ys} labels={[titled(parameter), titled(property)]} drawing={drawing} />}
    </figure>
  );
}

interface CurveDrawingProps {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly labels: readonly [x: string, y: string];
  readonly drawing: Drawing;
}

function CurveDrawing({ xs, ys, labels, drawing }: CurveDrawingProps) {
  const { width, height, font, theme } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const y = linearAxis(extent(ys, 0.05), [bottom, top], labels[1], font * 2.6);
  const left = Math.max(font * 3, widthOfTicks(y, font));
  const x = linearAxis(extent(xs, 0), [left, width - font], labels[0], font * 5);
  const points = xs.flatMap((value, i) => (Number.isFinite(ys[i]!) ? [`${x.scale(value).toFixed(1)},${y.scale(ys[i]!).toFixed(1)}`] : []));
  return (
    <svg width={width} height={height} role="img" aria-label={`${labels[1]} over ${labels[0]}, ${xs.length} points`}>
      <Axes x={x} y={y} plot={{ left, right: width - font, top, bottom }} drawing={drawing} />
      <polyline points={points.join(" ")} fill="none" stroke={theme.accent} stroke-width={1.6} stroke-linejoin="round" />
    </svg>
  );
}
