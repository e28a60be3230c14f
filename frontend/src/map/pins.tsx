/** One pin for each viewer, where its structure or atom lies on the map. */

import { changeView, useDesk, useExplorer } from "../explorer/state";
import { applyRow } from "./projection";
import type { Frame } from "./frame";
import type { Mapped } from "./use-cloud";

/** Colors of viewers, told apart with every kind of color vision by number as well. */
const VIEWER_COLORS = [
  "#d1570b", "#0b6fb8", "#0a8f6c", "#b8568f", "#a97c00", "#7b5cc4", "#3b95c9", "#b3261e",
  "#5c7f10", "#8c564b", "#00808a", "#c2185b", "#4a5bd4", "#7a6a55", "#d17b0b", "#5d6d7e",
] as const;

export function viewerColor(viewer: number): string {
  return VIEWER_COLORS[viewer % VIEWER_COLORS.length]!;
}

export function Pins({ frame, mapped }: { readonly frame: Frame; readonly mapped: Mapped }) {
  const desk = useDesk();
  const points = useExplorer(({ view }) => view.pinned[view.target]);
  const active = useExplorer(({ view }) => view.active);
  const { cloud } = mapped;
  const { area, placement } = frame;
  return (
    <>
      {points.map((point, viewer) => {
        if (point >= cloud.count) return null;
        const place = [cloud.x[point]!, cloud.y[point]!, cloud.z === null ? 0 : cloud.z[point]!] as const;
        const [x, y] = [applyRow(placement.across, place), applyRow(placement.down, place)];
        if (!(x >= 0 && y >= 0 && x <= area.width && y <= area.height)) return null;
        return (
          <button
            key={viewer} type="button" class="pin" data-active={viewer === active} data-point={point}
            aria-label={`Viewer ${viewer + 1}`} aria-pressed={viewer === active} title={`Viewer ${viewer + 1}`}
            style={{ left: `${x}px`, top: `${y}px`, "--pin": viewerColor(viewer) }}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={() => changeView(desk, { active: viewer })}
          >
            <svg viewBox="-9 -23 18 23" aria-hidden="true">
              <path d="M0 0C-2-5-8-8-8-14a8 8 0 1 1 16 0C8-8 2-5 0 0Z" />
              <text y="-10.6" text-anchor="middle">{viewer + 1}</text>
            </svg>
          </button>
        );
      })}
    </>
  );
}
