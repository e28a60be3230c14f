/** What colors and symbols mean, below a map that is too narrow for legends beside it. */

import type { PlainProperty } from "../explorer/scene";
import type { MapSettings } from "../explorer/settings";
import { digits, titled } from "../words";
import { cssOf, gradientOf } from "./palettes";
import { pathOf, SYMBOLS } from "./symbols";
import type { Channels } from "./use-cloud";

const MOST = 12;

interface NarrowProps {
  readonly map: MapSettings;
  readonly channels: Channels;
  readonly symbol: PlainProperty | null;
}

export function NarrowLegend({ map, channels, symbol }: NarrowProps) {
  const { property, range, colors } = channels.color;
  if (property === null && symbol === null) return null;
  return (
    <div class="narrow-legend">
      {property !== null && range !== null && (
        <span class="amounts">
          {titled(property)} {digits(range[0])}
          <i style={{ backgroundImage: gradientOf(map.color.palette, map.color.reverse, "to right") }} />
          {digits(range[1])}
        </span>
      )}
      {property?.kind === "category" && <Items property={property} color={(code) => cssOf(colors[code % 254]!)} symbols={property === symbol} />}
      {symbol?.kind === "category" && symbol !== property && <Items property={symbol} color={() => "currentColor"} symbols />}
    </div>
  );
}

interface ItemsProps {
  readonly property: Extract<PlainProperty, { kind: "category" }>;
  readonly color: (code: number) => string;
  readonly symbols: boolean;
}

function Items({ property, color, symbols }: ItemsProps) {
  const more = property.categories.length - MOST;
  return (
    <>
      <strong>{property.name}</strong>
      {property.categories.slice(0, MOST).map((category, code) => (
        <span key={category}>
          <svg viewBox="-8 -8 16 16" aria-hidden="true"><path d={pathOf(symbols ? code % SYMBOLS.length : 0, 0, 0, 5)} fill={color(code)} fill-rule="evenodd" /></svg> {category}
        </span>
      ))}
      {more > 0 && <span class="faint">+ {more} more</span>}
    </>
  );
}
