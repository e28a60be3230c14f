/** The map's settings turned into points; each quality is made anew only when it changes. */

import { useContext, useMemo } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import type { Scene, Target } from "../explorer/scene";
import { type AxisSettings, type MapSettings, pointCount } from "../explorer/settings";
import type { Selection } from "../explorer/chosen";
import { rgb, type Theme } from "../theme";
import { areaAt } from "./amounts";
import {
  type AxisChannel, axisChannel, type ColorChannel, colorChannel, opacityChannel, type SizeChannel, sizeChannel, symbolChannel,
} from "./channels";
import { windowOf } from "./frame";
import { toShares } from "./projection";
import { CHOSEN, type Cloud, GRAY, HIDDEN, type Look, SHOWN, SIZE_STEPS } from "./cloud";
import { SYMBOLS } from "./symbols";

export interface Channels {
  readonly x: AxisChannel;
  readonly y: AxisChannel;
  readonly z: AxisChannel | null;
  readonly color: ColorChannel;
  readonly size: SizeChannel;
}

export interface Mapped {
  readonly channels: Channels;
  readonly cloud: Cloud;
  readonly look: Look;
}

export function useMapped(scene: Scene, target: Target, map: MapSettings, mask: Uint8Array | null, selection: Selection | null): Mapped {
  const theme = useContext(ThemeContext);
  const count = useMemo(() => pointCount(scene, target), [scene, target]);
  const x = useMemo(() => axisChannel(scene, target, map.x, count), [scene, target, map.x.property, map.x.scale, count]);
  const y = useMemo(() => axisChannel(scene, target, map.y, count), [scene, target, map.y.property, map.y.scale, count]);
  const z = useMemo(
    () => (map.z.property === "" ? null : axisChannel(scene, target, map.z, count)),
    [scene, target, map.z.property, map.z.scale, count],
  );
  const color = useMemo(() => colorChannel(scene, target, map.color, rgb(theme.accent)), [scene, target, map.color, theme]);
  const size = useMemo(() => sizeChannel(scene, target, map.size), [scene, target, map.size.property, map.size.mode]);
  const symbols = useMemo(() => symbolChannel(scene, target, map.symbol, SYMBOLS.length), [scene, target, map.symbol]);
  const opacities = useMemo(() => opacityChannel(scene, target, map.opacity), [scene, target, map.opacity]);
  const states = useMemo(() => statesOf(count, mask, selection, map.others), [count, mask, selection, map.others]);
  const seen = useMemo(() => (z === null ? x.places : insideBox([x, y, z], [map.x, map.y, map.z])), [x, y, z, map.x, map.y, map.z]);
  const cloud = useMemo<Cloud>(
    () => ({
      count, x: seen, y: y.places, z: z?.places ?? null, steps: color.steps, colors: color.colors,
      sizes: size.steps, symbols, opacities, states, anyChosen: selection !== null,
    }),
    [count, seen, y, z, color, size, symbols, opacities, states, selection],
  );
  const channels = useMemo(() => ({ x, y, z, color, size }), [x, y, z, color, size]);
  const look = useMemo(() => lookOf(map, count, size.steps !== null, theme), [map.size, map.opacity, map.outline, count, size, theme]);
  return { channels, cloud, look };
}

/** Places along x, without those of points that lie outside of the box of a map in space. */
function insideBox(channels: readonly AxisChannel[], settings: readonly AxisSettings[]): Float32Array {
  const places = channels[0]!.places;
  if (settings.every(({ min, max }) => min === null && max === null)) return places;
  const out = places.slice();
  channels.forEach((channel, axis) => {
    const [factor, constant] = toShares(channel, windowOf(channel, settings[axis]!, true));
    for (let i = 0; i < out.length; i++) {
      const share = channel.places[i]! * factor + constant;
      // A border that was chosen is meant to be seen, also where rounding moves a point beyond it.
      if (share < -1e-6 || share > 1 + 1e-6) out[i] = NaN;
    }
  });
  return out;
}

/** What becomes of each point, from the filter and from what the reader has chosen. */
export function statesOf(
  count: number, mask: Uint8Array | null, selection: Selection | null, others: MapSettings["others"],
): Uint8Array | null {
  if (mask === null && selection === null) return null;
  const out = new Uint8Array(count);
  const rest = others === "hide" ? HIDDEN : GRAY;
  for (let i = 0; i < count; i++) {
    if (mask !== null && mask[i] === 0) out[i] = rest;
    else out[i] = selection !== null && selection.mask[i] === 1 ? CHOSEN : SHOWN;
  }
  return out;
}

/** Points shrink as they become many; more than these have no outlines. */
const MOST_OUTLINED = 60_000;

export function radiusOf(count: number, factor: number): number {
  const fitting = Math.min(5.5, 5.2 * (100 / Math.max(1, count)) ** 0.16);
  return fitting * 6 ** ((factor - 50) / 50);
}

function lookOf(map: MapSettings, count: number, bySize: boolean, theme: Theme): Look {
  const factors = Array.from({ length: SIZE_STEPS }, (_, k) => (bySize ? Math.sqrt(areaAt((k + 0.5) / SIZE_STEPS, map.size.mode)) : 1));
  const radius = Math.min(30, radiusOf(count, map.size.factor));
  return {
    radius,
    factors,
    opacity: map.opacity.percent / 100,
    outline: map.outline && count <= MOST_OUTLINED ? Math.min(1, 0.22 * radius) : 0,
    outlineColor: theme.name === "light" ? [255, 255, 255] : [20, 24, 28],
    gray: rgb(theme.name === "light" ? "#d0d0ce" : "#3c4248"),
  };
}
