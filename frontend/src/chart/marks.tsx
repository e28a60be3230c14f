/** Markers, and labels that do not run over each other. */

const SHAPES = 6;

/** The outline of a marker of about equal area for each index: circle, square, triangle, diamond … */
export function markerPath(index: number, x: number, y: number, radius: number): string {
  const r = radius;
  switch (index % SHAPES) {
    case 1:
      return polygon(x, y, [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]], r);
    case 2:
      return polygon(x, y, [[0, -1.25], [1.12, 0.75], [-1.12, 0.75]], r);
    case 3:
      return polygon(x, y, [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]], r);
    case 4:
      return polygon(x, y, [[0, 1.25], [1.12, -0.75], [-1.12, -0.75]], r);
    case 5:
      return polygon(x, y, CROSS, r);
    default:
      return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
  }
}

const CROSS: readonly (readonly [number, number])[] = [
  [-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4],
  [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4],
];

function polygon(x: number, y: number, corners: readonly (readonly [number, number])[], r: number): string {
  return `M${corners.map(([dx, dy]) => `${(x + dx * r).toFixed(2)},${(y + dy * r).toFixed(2)}`).join("L")}Z`;
}

/** Moves heights apart until neighbors keep a gap, as little as it takes, within bounds. */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const out = [...wanted];
  let previous = -Infinity;
  for (const i of order) {
    out[i] = Math.max(out[i]!, previous + gap, low);
    previous = out[i];
  }
  let next = high + gap;
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i]!, next - gap);
    next = out[i];
  }
  return out;
}

/** A small sample of a model's marker for legends made of HTML. */
export function Swatch({ color, marker }: { readonly color: string; readonly marker: number }) {
  return (
    <svg class="swatch" viewBox="-8 -8 16 16" aria-hidden="true">
      <path d={markerPath(marker, 0, 0, 5.2)} fill={color} />
    </svg>
  );
}
