/** What colors, symbols and sizes mean, one below the other beside the map. */

import type { ComponentChildren } from "preact";
import { linearAxis, logAxis, type Axis } from "../chart/axes";
import { type Drawing, textWidth } from "../chart/drawing";
import type { CategoryProperty, PlainProperty } from "../explorer/scene";
import type { MapSettings } from "../explorer/settings";
import { digits, titled } from "../words";
import { areaAt, inverseOf, transformOf } from "./amounts";
import type { Look } from "./cloud";
import { shortened, widest } from "./frame";
import { cssOf } from "./palettes";
import { pathOf, SYMBOLS } from "./symbols";
import type { Channels } from "./use-cloud";

const MOST_LETTERS = 16;

export interface LegendProps {
  readonly channels: Channels;
  readonly map: MapSettings;
  readonly look: Look;
  readonly symbol: PlainProperty | null;
  readonly drawing: Drawing;
  /** A click on a category. */
  readonly onPick?: (property: CategoryProperty, category: string) => void;
}

/** Pixels that legends need beside the map; 0 where nothing needs to be told. */
export function legendWidth({ channels, symbol, drawing }: Pick<LegendProps, "channels" | "symbol" | "drawing">): number {
  const { font } = drawing;
  const parts = [channels.color.property, symbol, channels.size.property].filter((one): one is PlainProperty => one !== null);
  if (parts.length === 0) return 0;
  const wide = parts.map((property) => {
    const title = Math.max(...titleLines(property).map((line) => textWidth(line, font)));
    const items = property.kind === "category" ? font * 2 + widest(property.categories.slice(0, 40), MOST_LETTERS, font) : font * 5.5;
    return Math.max(title, items);
  });
  return Math.max(...wide) + font * 1.6;
}

/** Stands at the origin; as tall as it may be. */
export function Legend(props: LegendProps & { readonly height: number }) {
  const { channels, symbol, drawing, height } = props;
  const { font, theme } = drawing;
  const color = channels.color.property;
  const shared = color !== null && color === symbol;
  const lists = [color?.kind === "category" ? color : null, shared || symbol?.kind !== "category" ? null : symbol]
    .filter((one): one is CategoryProperty => one !== null);
  const sized = channels.size.property !== null;
  const bar = color?.kind === "number";
  const forLists = height - (sized ? font * 9.5 : 0) - (bar ? Math.max(font * 9, height * (lists.length > 0 ? 0.42 : 1)) : 0);
  const parts: { readonly height: number; readonly draw: () => ComponentChildren }[] = [];
  if (bar) {
    const tall = Math.min(font * 26, height - (sized ? font * 9.5 : 0) - (lists.length > 0 ? forLists : 0));
    parts.push({ height: tall, draw: () => <ColorBar {...props} height={tall - font * 1.5} /> });
  }
  for (const property of lists) {
    const room = Math.max(2, Math.floor(forLists / lists.length / (font * 1.45)) - 2);
    const shown = property.categories.length <= room ? property.categories.length : room - 1;
    const tall = titleRoom(property, font) + (Math.min(property.categories.length, room) + 2) * font * 1.45;
    parts.push({
      height: tall,
      draw: () => <Categories {...props} property={property} shown={shown} colored={property === color} symbols={property === symbol} />,
    });
  }
  if (sized) parts.push({ height: font * 9.5, draw: () => <Sizes {...props} /> });
  let top = 0;
  return (
    <g class="legend" font-size={font} fill={theme.ink}>
      {parts.map((part, i) => {
        const at = top;
        top += part.height;
        return <g key={i} transform={`translate(0 ${at})`}>{part.draw()}</g>;
      })}
    </g>
  );
}

/** A name and its unit in one line, or in two where one is too short; the whole stands in its tip. */
function Title({ property, drawing: { font } }: { readonly property: PlainProperty; readonly drawing: Drawing }) {
  return (
    <g font-weight="500">
      {titleLines(property).map((line, i) => <text key={line} y={font * (1 + 1.25 * i)}>{line}</text>)}
      <title>{titled(property)}</title>
    </g>
  );
}

function titleLines(property: PlainProperty): readonly string[] {
  const whole = titled(property);
  if ([...whole].length <= MOST_LETTERS + 2) return [whole];
  const unit = titled({ ...property, name: "" }).trim();
  const cut = whole.lastIndexOf(" ", MOST_LETTERS + 1);
  const second = cut > 0 ? whole.slice(cut + 1) : unit;
  return [shortened(cut > 0 ? whole.slice(0, cut) : property.name, MOST_LETTERS + 2), shortened(second, MOST_LETTERS + 2)].filter((line) => line !== "");
}

/** Pixels that a title needs more than one line. */
function titleRoom(property: PlainProperty, font: number): number {
  return (titleLines(property).length - 1) * font * 1.25;
}

function ColorBar({ channels, map, drawing, height }: LegendProps & { readonly height: number }) {
  const { font, theme } = drawing;
  const { colors, property, range } = channels.color;
  if (property === null || range === null) return null;
  const [top, bottom] = [font * 2 + titleRoom(property, font), Math.max(font * 6, height)];
  const { ticks, place } = colorTicks(map, range, [bottom, top], font);
  const steps = 64;
  const tall = (bottom - top) / steps;
  return (
    <g class="color-bar">
      <Title property={property} drawing={drawing} />
      {Array.from({ length: steps }, (_, i) => (
        <rect
          key={i} x={0} width={font} y={bottom - (i + 1) * tall - 0.3} height={tall + 0.6}
          fill={cssOf(colors[Math.round((i / (steps - 1)) * 253)]!)}
        />
      ))}
      <g fill={theme.muted}>
        {ticks.map(({ value, text }) => text !== null && (
          <g key={value}>
            <line x1={font} x2={font * 1.3} y1={place(value)} y2={place(value)} stroke={theme.faint} />
            <text x={font * 1.55} y={place(value)} dy="0.35em">{text}</text>
          </g>
        ))}
      </g>
    </g>
  );
}

/** Values to write beside the bar, and where they stand. */
function colorTicks(map: MapSettings, range: readonly [number, number], [bottom, top]: readonly [number, number], font: number) {
  const { mode } = map.color;
  const spacing = font * 2.4;
  const draw = (axis: Axis) => ({ ticks: axis.ticks, place: (value: number) => axis.scale(value) });
  if (mode === "linear") return draw(linearAxis(range, [bottom, top], "", spacing));
  if (mode === "log" && range[0] > 0) return draw(logAxis(range, [bottom, top], "", { spacing }));
  const [apply, undo] = [transformOf(mode), inverseOf(mode)];
  const ends = [apply(range[0]), apply(range[1])].sort((a, b) => a - b) as [number, number];
  const count = Math.max(2, Math.min(6, Math.floor((bottom - top) / spacing)));
  const ticks = Array.from({ length: count }, (_, i) => {
    const value = undo(ends[0] + ((ends[1] - ends[0]) * i) / (count - 1));
    return { value, text: rounded(value) };
  });
  const place = (value: number) => bottom - ((apply(value) - ends[0]) / (ends[1] - ends[0] || 1)) * (bottom - top);
  return { ticks, place };
}

interface CategoriesProps extends LegendProps {
  readonly property: CategoryProperty;
  readonly shown: number;
  readonly colored: boolean;
  readonly symbols: boolean;
}

function Categories({ channels, property, shown, colored, symbols, drawing, onPick }: CategoriesProps) {
  const { font, theme } = drawing;
  const more = property.categories.length - shown;
  return (
    <g>
      <Title property={property} drawing={drawing} />
      {property.categories.slice(0, shown).map((category, code) => (
        <g
          key={code} transform={`translate(0 ${titleRoom(property, font) + (code + 1.35) * font * 1.45})`} class={onPick ? "legend-item" : undefined}
          {...(onPick === undefined ? {} : pickable(`Only ${category}`, () => onPick(property, category)))}
        >
          {onPick && <rect x={-font * 0.3} width={font * 14} height={font * 1.45} fill="transparent" />}
          <path
            d={pathOf(symbols ? code % SYMBOLS.length : 0, font * 0.55, font * 0.72, font * 0.38)}
            fill={colored ? cssOf(channels.color.colors[code % 254]!) : theme.muted} fill-rule="evenodd"
          />
          <text x={font * 1.5} y={font * 1.07}>{shortened(category, MOST_LETTERS)}<title>{category}</title></text>
        </g>
      ))}
      {more > 0 && <text x={font * 1.5} y={titleRoom(property, font) + (shown + 2.1) * font * 1.45} fill={theme.muted}>+ {more} more</text>}
    </g>
  );
}

function pickable(label: string, act: () => void) {
  return {
    role: "button" as const,
    tabindex: 0,
    "aria-label": label,
    onClick: act,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
  };
}

function Sizes({ channels, map, look, drawing }: LegendProps) {
  const { font, theme } = drawing;
  const { property, range } = channels.size;
  if (property === null || range === null) return null;
  const apply = transformOf(map.size.mode);
  const [low, high] = [apply(range[0]), apply(range[1])];
  const undo = map.size.mode === "log" || map.size.mode === "sqrt" || map.size.mode === "inverse" ? inverseOf(map.size.mode) : (x: number) => x;
  const samples = [0, 0.5, 1].map((share) => ({ share, radius: look.radius * Math.sqrt(areaAt(share, map.size.mode)) }));
  const widest = Math.min(font * 1.6, Math.max(...samples.map(({ radius }) => radius)));
  const heights = samples.map(({ radius }) => Math.max(font * 1.45, 2 * Math.min(radius, font * 1.6) + 3));
  return (
    <g>
      <Title property={property} drawing={drawing} />
      {samples.map(({ share, radius }, i) => {
        const middle = titleRoom(property, font) + font * 1.9 + heights.slice(0, i).reduce((sum, height) => sum + height, 0) + heights[i]! / 2;
        return (
          <g key={share}>
            <circle cx={Math.max(font * 0.55, widest)} cy={middle} r={Math.min(radius, font * 1.6)} fill={theme.muted} />
            <text x={Math.max(font * 0.55, widest) * 2 + font * 0.6} y={middle} dy="0.35em">{rounded(undo(low + (high - low) * share))}</text>
          </g>
        );
      })}
    </g>
  );
}

/** Three digits at most, without zeros that say nothing. */
function rounded(value: number): string {
  const short = Number(value.toPrecision(3));
  return Math.abs(short) >= 1e-4 && Math.abs(short) < 1e6 ? String(short).replace("-", "−") : digits(value, 3);
}
