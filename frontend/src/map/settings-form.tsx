/** Every setting of the map, in a form beside it. */

import { Switch } from "../chart/controls";
import { Amount, Checkbox, Field, Select } from "../explorer/fields";
import { IconButton } from "../explorer/icons";
import { type AxisSettings, type MapSettings, plainProperties, propertyOf, type SizeMode } from "../explorer/settings";
import type { PlainProperty } from "../explorer/scene";
import { changeMap, useDesk, useExplorer } from "../explorer/state";
import type { Transform } from "../explorer/panels";
import { DEFAULT_PALETTE, gradientOf, isDistinct, isPalette, PALETTE_NAMES, type PaletteName } from "./palettes";
import type { PainterChoice } from "./painter";
import type { Channels } from "./use-cloud";

interface FormProps {
  readonly map: MapSettings;
  readonly channels: Channels;
  readonly painter: PainterChoice;
  readonly setPainter: (painter: PainterChoice) => void;
  readonly onClose: () => void;
}

const TRANSFORMS: readonly (readonly [Transform, string])[] = [["linear", "linear"], ["log", "logarithm"], ["sqrt", "square root"], ["inverse", "inverse"]];
const SIZE_MODES: readonly (readonly [SizeMode, string])[] = [
  ["linear", "linear"], ["flip-linear", "linear, flipped"], ["proportional", "proportional"], ["log", "logarithm"], ["sqrt", "square root"], ["inverse", "inverse"],
];

export function MapSettingsForm(props: FormProps) {
  return (
    <aside class="settings-form" aria-label="Settings of the map" onKeyDown={(event) => event.key === "Escape" && props.onClose()}>
      <header>
        <h3>Map</h3>
        <IconButton icon="close" label="Close the settings" onClick={props.onClose} />
      </header>
      <AxisFields {...props} axis="x" />
      <AxisFields {...props} axis="y" />
      <AxisFields {...props} axis="z" />
      <ColorFields {...props} />
      <PointFields {...props} />
      <DrawingFields {...props} />
    </aside>
  );
}

function useNames(kind?: "number" | "category"): readonly (readonly [string, string])[] {
  const { scene } = useDesk();
  const target = useExplorer(({ view }) => view.target);
  return plainProperties(scene, target).filter((one) => kind === undefined || one.kind === kind).map(({ name }) => [name, name] as const);
}

function AxisFields({ map, channels, axis }: FormProps & { readonly axis: "x" | "y" | "z" }) {
  const desk = useDesk();
  const names = useNames();
  const settings = map[axis];
  const channel = channels[axis];
  const change = (part: Partial<AxisSettings>) => changeMap(desk, { [axis]: { ...settings, ...part } });
  const isNumber = channel?.property?.kind === "number";
  return (
    <fieldset>
      <legend>{axis}</legend>
      <Select
        label={`Property of ${axis}`} hideLabel value={settings.property} options={axis === "z" ? [["", "none (plane)"], ...names] : names}
        onChange={(property) => change({ property, min: null, max: null, scale: "linear" })}
      />
      {isNumber && (
        <Switch label={`Scale of ${axis}`} value={settings.scale} options={[["linear", "linear"], ["log", "log"]]} onChange={(scale) => change({ scale, min: null, max: null })} />
      )}
      {isNumber && (
        <div class="field-pair">
          <Amount label="min" about={`Least ${axis}`} value={settings.min} onChange={(min) => change({ min })} />
          <Amount label="max" about={`Greatest ${axis}`} value={settings.max} onChange={(max) => change({ max })} />
        </div>
      )}
    </fieldset>
  );
}

/** Kinds take colors that are told apart, amounts a row of colors; what fits already stays. */
function paletteFor(property: PlainProperty | null, palette: PaletteName): PaletteName {
  if (property?.kind === "category" && !isDistinct(palette)) return property.categories.length <= 8 ? "okabe-ito" : "tab20";
  return property?.kind === "number" && isDistinct(palette) ? DEFAULT_PALETTE : palette;
}

function ColorFields({ map, channels }: FormProps) {
  const desk = useDesk();
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  const names = useNames();
  const { color } = map;
  const change = (part: Partial<typeof color>) => changeMap(desk, { color: { ...color, ...part } });
  const isNumber = channels.color.property?.kind === "number";
  return (
    <fieldset>
      <legend>color</legend>
      <Select label="Property of color" hideLabel value={color.property} options={[["", "one color"], ...names]} onChange={(property) => change({ property, min: null, max: null, palette: paletteFor(propertyOf(scene, target, property), color.palette) })} />
      {color.property !== "" && (
        <>
          <Field label="palette">
            <select value={color.palette} aria-label="Palette" onChange={(event) => isPalette(event.currentTarget.value) && change({ palette: event.currentTarget.value })}>
              {PALETTE_NAMES.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </Field>
          <div class="palette-sample" style={{ backgroundImage: gradientOf(color.palette, color.reverse, "to right") }} aria-hidden="true" />
          <Checkbox label="reversed" value={color.reverse} onChange={(reverse) => change({ reverse })} />
        </>
      )}
      {isNumber && (
        <>
          <Select label="scale" value={color.mode} options={TRANSFORMS} onChange={(mode) => change({ mode, min: null, max: null })} />
          <div class="field-pair">
            <Amount label="min" about="Least color" value={color.min} onChange={(min) => change({ min })} />
            <Amount label="max" about="Greatest color" value={color.max} onChange={(max) => change({ max })} />
          </div>
        </>
      )}
    </fieldset>
  );
}

function PointFields({ map }: FormProps) {
  const desk = useDesk();
  const numbers = useNames("number");
  const categories = useNames("category");
  const { size, opacity } = map;
  return (
    <fieldset>
      <legend>points</legend>
      <Select label="size by" value={size.property} options={[["", "all alike"], ...numbers]} onChange={(property) => changeMap(desk, { size: { ...size, property } })} />
      {size.property !== "" && (
        <Select label="scale" value={size.mode} options={SIZE_MODES} onChange={(mode) => changeMap(desk, { size: { ...size, mode } })} />
      )}
      <Field label="size">
        <input
          type="range" min={1} max={100} value={size.factor} aria-label="Size of points"
          onInput={(event) => changeMap(desk, { size: { ...size, factor: Number(event.currentTarget.value) } }, "size")}
        />
      </Field>
      <Select label="symbol by" value={map.symbol} options={[["", "all alike"], ...categories]} onChange={(symbol) => changeMap(desk, { symbol })} />
      <Select label="opacity by" value={opacity.property} options={[["", "all alike"], ...numbers]} onChange={(property) => changeMap(desk, { opacity: { ...opacity, property } })} />
      <Field label="opacity">
        <input
          type="range" min={1} max={100} value={opacity.percent} aria-label="Opacity of points"
          onInput={(event) => changeMap(desk, { opacity: { ...opacity, percent: Number(event.currentTarget.value) } }, "opacity")}
        />
      </Field>
      <Checkbox label="outlines" value={map.outline} onChange={(outline) => changeMap(desk, { outline })} />
      <Checkbox label="join points in their order" value={map.joined} onChange={(joined) => changeMap(desk, { joined })} />
    </fieldset>
  );
}

const PAINTERS: readonly (readonly [PainterChoice, string])[] = [["auto", "what is faster"], ["card", "the graphics card"], ["processor", "the processor"]];

function DrawingFields({ map, painter, setPainter }: FormProps) {
  const desk = useDesk();
  return (
    <fieldset>
      <legend>drawing</legend>
      <Select
        label="density" value={map.density} options={[["auto", "above a million points"], ["on", "always"], ["off", "never"]]}
        onChange={(density) => changeMap(desk, { density })}
      />
      <Select label="drawn by" value={painter} options={PAINTERS} onChange={setPainter} />
    </fieldset>
  );
}
