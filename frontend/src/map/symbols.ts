/** The outlines of points: what a circle and its companions are made of, as distance fields. */

/** Symbols by number, in the order in which categories get them. */
export const SYMBOLS = [
  "circle", "square", "triangle up", "diamond", "triangle down", "plus", "star", "hexagon", "cross", "ring",
  "triangle left", "triangle right", "pentagon", "hourglass",
] as const;

type Point = readonly [number, number];

/** Corners about the middle, of about the area of a circle of radius 1; null for what is round. */
export function cornersOf(symbol: number): readonly Point[] | null {
  switch (SYMBOLS[symbol % SYMBOLS.length]!) {
    case "square": return regular(4, 1.25, Math.PI / 4);
    case "triangle up": return regular(3, 1.5, Math.PI / 2);
    case "diamond": return regular(4, 1.32, 0);
    case "triangle down": return regular(3, 1.5, -Math.PI / 2);
    case "plus": return PLUS;
    case "star": return Array.from({ length: 10 }, (_, i) => polar(i % 2 === 0 ? 1.5 : 0.68, Math.PI / 2 + (i * Math.PI) / 5));
    case "hexagon": return regular(6, 1.12, 0);
    case "cross": return PLUS.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2] as const);
    case "triangle left": return regular(3, 1.5, Math.PI);
    case "triangle right": return regular(3, 1.5, 0);
    case "pentagon": return regular(5, 1.18, Math.PI / 2);
    case "hourglass": return [[-1.1, -1.2], [1.1, -1.2], [0.12, 0], [1.1, 1.2], [-1.1, 1.2], [-0.12, 0]];
    default: return null;
  }
}

const ARM = 0.42;
const REACH = 1.35;
const PLUS: readonly Point[] = [
  [-ARM, -REACH], [ARM, -REACH], [ARM, -ARM], [REACH, -ARM], [REACH, ARM], [ARM, ARM],
  [ARM, REACH], [-ARM, REACH], [-ARM, ARM], [-REACH, ARM], [-REACH, -ARM], [-ARM, -ARM],
];

const isRing = (symbol: number): boolean => SYMBOLS[symbol % SYMBOLS.length] === "ring";

/** Farthest that a symbol of radius 1 reaches from its middle. */
export const FARTHEST = 1.75;

function polar(radius: number, angle: number): Point {
  // Upward is negative, as on a screen.
  return [radius * Math.cos(angle), -radius * Math.sin(angle)];
}

function regular(sides: number, radius: number, start: number): readonly Point[] {
  return Array.from({ length: sides }, (_, i) => polar(radius, start + (2 * Math.PI * i) / sides));
}

/** Distance to a symbol's edge in radii, negative within. */
export function distanceTo(symbol: number, x: number, y: number): number {
  const corners = cornersOf(symbol);
  if (corners === null) {
    const from = Math.hypot(x, y);
    return isRing(symbol) ? Math.abs(from - 0.95) - 0.28 : from - 1;
  }
  let least = Infinity;
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [ax, ay] = corners[j]!;
    const [bx, by] = corners[i]!;
    const [dx, dy] = [bx - ax, by - ay];
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
    if (by > y !== ay > y && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
  }
  return inside ? -least : least;
}

/** The path of a symbol for vector graphics. */
export function pathOf(symbol: number, x: number, y: number, radius: number): string {
  const corners = cornersOf(symbol);
  const at = (value: number) => Number(value.toFixed(2));
  const circle = (r: number) => `M${at(x - r)},${at(y)}a${at(r)},${at(r)} 0 1,0 ${at(2 * r)},0a${at(r)},${at(r)} 0 1,0 ${at(-2 * r)},0Z`;
  if (corners !== null) return `M${corners.map(([dx, dy]) => `${at(x + dx * radius)},${at(y + dy * radius)}`).join("L")}Z`;
  return isRing(symbol) ? circle(1.23 * radius) + circle(0.67 * radius) : circle(radius);
}
