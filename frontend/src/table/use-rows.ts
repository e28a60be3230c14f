/** The rows of a long table that are in sight. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Tallest that browsers lay out without losing pixels. */
const TALLEST = 8_000_000;

/** Which rows are in sight; where there are too many for a browser's longest page, the scroll bar stands for shares. */
export function useRows(holder: RefObject<HTMLDivElement | null>, total: number) {
  const [box, setBox] = useState({ top: 0, height: 0, font: 0 });
  useLayoutEffect(() => {
    const element = holder.current!;
    const look = () => {
      const font = parseFloat(getComputedStyle(element).fontSize);
      setBox({ top: element.scrollTop, height: element.clientHeight, font });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  const rowHeight = Math.round(box.font * 1.9);
  const tall = Math.min(TALLEST, total * rowHeight);
  const shown = rowHeight === 0 ? 0 : Math.ceil(box.height / rowHeight) + 2;
  const range = Math.max(1, tall - box.height);
  const share = Math.min(1, box.top / range);
  const squeezed = tall < total * rowHeight;
  const first = Math.max(0, Math.min(total - shown, Math.floor(squeezed ? share * (total - shown + 2) : box.top / Math.max(1, rowHeight))));
  const last = Math.min(total, first + shown);
  const top = squeezed ? Math.min(box.top, tall - (last - first) * rowHeight) : first * rowHeight;
  const scrollTo = (row: number) => {
    const element = holder.current;
    if (element === null || rowHeight === 0 || (row >= first && row < last - 3)) return;
    element.scrollTop = squeezed ? (row / Math.max(1, total - shown)) * range : Math.max(0, (row - shown / 3) * rowHeight);
  };
  return { first, last, top: Math.max(0, top), tall, rowHeight, scrollTo };
}
