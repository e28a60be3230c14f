/** What the colors of runs stand for. */

import { useContext } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { numberText } from "./axis-spec";
import { useColoring } from "./coloring";

const MOST = 8;

export function Legend() {
  const theme = useContext(ThemeContext);
  const coloring = useColoring();
  const { quantity, domain, log } = coloring;
  const colors = coloring.css(theme);
  if (quantity.kind === "category") {
    return (
      <span class="color-legend">
        {quantity.categories.slice(0, MOST).map((text, i) => <span key={text}><i style={{ background: colors[i]! }} />{text}</span>)}
        {quantity.categories.length > MOST && <span>…</span>}
      </span>
    );
  }
  return (
    <span class="color-legend" title={log ? "equal factors have equal steps of color" : undefined}>
      {numberText(quantity, domain[0], 2)}
      <svg class="color-ramp" shape-rendering="crispEdges" viewBox={`0 0 ${colors.length} 1`} preserveAspectRatio="none" role="img" aria-label={`Colors from ${numberText(quantity, domain[0])} to ${numberText(quantity, domain[1])}`}>
        {colors.map((color, i) => <rect key={i} x={i} width={1.05} height={1} fill={color} />)}
      </svg>
      {numberText(quantity, domain[1], 2)}
    </span>
  );
}
