/** Labels that lie over each other, moved apart. */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const ROUNDS = 80;
/** Share of the way back to its place that a label is drawn in each round. */
const HOMESICK = 0.04;

/** Returns where labels of some width go so that they hardly overlap, each near its place. */
export function movedApart(places: readonly Spot[], width: number, frame: Frame): readonly Spot[] {
  const moved = places.map(({ x, y }) => ({ x, y }));
  const inset = width / 2;
  for (let round = 0; round < ROUNDS; round++) {
    moved.forEach((one, i) => {
      one.x += HOMESICK * (places[i]!.x - one.x);
      one.y += HOMESICK * (places[i]!.y - one.y);
    });
    for (let i = 0; i < moved.length; i++) for (let j = 0; j < i; j++) push(moved[i]!, moved[j]!, width, i + j);
    for (const one of moved) {
      one.x = Math.min(Math.max(one.x, frame.left + inset), frame.right - inset);
      one.y = Math.min(Math.max(one.y, frame.top + inset), frame.bottom - inset);
    }
  }
  return moved;
}

function push(one: { x: number; y: number }, other: { x: number; y: number }, width: number, turn: number): void {
  let [dx, dy] = [one.x - other.x, one.y - other.y];
  const distance = Math.hypot(dx, dy);
  if (distance >= width) return;
  // Those in one line would never leave it.
  if (Math.abs(dy) < 0.01 * width) dy = (turn % 2 === 0 ? 0.3 : -0.3) * width;
  const length = Math.hypot(dx, dy);
  const step = (width - distance) / 2 / length;
  one.x += dx * step;
  one.y += dy * step;
  other.x -= dx * step;
  other.y -= dy * step;
}
