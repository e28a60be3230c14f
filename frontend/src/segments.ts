/** Rows cut into segments by rising borders. */

/** The last segment that begins at a place or before it. */
export function segmentOf(borders: ArrayLike<number>, place: number): number {
  let [low, high] = [0, borders.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (borders[middle]! <= place) low = middle;
    else high = middle;
  }
  return low;
}
