/** The settings of one viewer. */

import type { ComponentChildren } from "preact";
import { Choice } from "../chart/controls";
import type { StructureSettings } from "../explorer/panels";
import type { Scene } from "../explorer/scene";
import { PALETTE_NAMES } from "../map/palettes";
import { atomProperties } from "./coloring";
import { chosenShapes } from "./shapes";
import { chosenVectors, vectorProperties } from "./vector-properties";

export interface MenuProps {
  readonly scene: Scene;
  readonly settings: StructureSettings;
  readonly onSettings: (change: Partial<StructureSettings>) => void;
  /** Å, where the viewer shows an atom's environment: how far it reaches by itself. */
  readonly ownCutoff: number | null;
  readonly hasCell: boolean;
  readonly hasBackbone: boolean;
}

const STYLES = [
  ["balls-sticks", "balls and sticks", { atoms: true, bonds: true, spaceFilling: false }],
  ["sticks", "sticks", { atoms: false, bonds: true, spaceFilling: false }],
  ["balls", "balls", { atoms: true, bonds: false, spaceFilling: false }],
  ["space", "space filling", { atoms: true, bonds: true, spaceFilling: true }],
  ["none", "nothing but shapes", { atoms: false, bonds: false, spaceFilling: false }],
] as const;
const MOST_CELLS = 10;

export function Menu(props: MenuProps) {
  const { scene, settings, onSettings, hasCell } = props;
  return (
    <div class="viewer-settings">
      <Group name="Atoms">
        <Choice label="Style" value={styleOf(settings)} options={STYLES.map(([key, name]) => [key, name])} onChange={(key) => onSettings({ ...STYLES.find(([one]) => one === key)![2] })} />
        {props.hasBackbone && <Check name="Cartoon" on={settings.cartoon} change={(cartoon) => onSettings({ cartoon })} />}
        <Check name="Coordination polyhedra" on={settings.polyhedra} change={(polyhedra) => onSettings({ polyhedra })} />
        {settings.polyhedra && <Words name="Around" value={settings.polyhedraElements} placeholder="all that fit" change={(polyhedraElements) => onSettings({ polyhedraElements })} />}
        <Check name="Labels" on={settings.atomLabels} change={(atomLabels) => onSettings({ atomLabels })} />
        {settings.atomLabels && (
          <Choice label="Label" value={settings.labelsProperty} options={withProperties(scene, [["element", "name"], ["index", "index"]])} onChange={(labelsProperty) => onSettings({ labelsProperty })} />
        )}
      </Group>
      <ColorGroup {...props} />
      {props.ownCutoff !== null && <EnvironmentGroup {...props} />}
      {scene.shapes.length > 0 && <ShapeGroup {...props} />}
      {vectorProperties(scene).length > 0 && <VectorGroup {...props} />}
      {hasCell && <CellGroup {...props} />}
      <Group name="View">
        <Choice label="Axes" value={settings.axes} options={[["off", "none"], ["xyz", "x, y, z"], ...(hasCell ? [["abc", "a, b, c"] as const] : [])]} onChange={(axes) => onSettings({ axes: axes as StructureSettings["axes"] })} />
        <Check name="Perspective" on={settings.perspective} change={(perspective) => onSettings({ perspective })} />
        <Check name="Spin" on={settings.rotation} change={(rotation) => onSettings({ rotation })} />
        <Check name="Keep orientation" on={settings.keepOrientation} change={(keepOrientation) => onSettings({ keepOrientation })} />
        <Amount name="Playback (ms)" value={settings.playbackDelay} least={10} most={10_000} step={10} change={(playbackDelay) => playbackDelay !== null && onSettings({ playbackDelay })} />
      </Group>
    </div>
  );
}

function styleOf({ atoms, bonds, spaceFilling }: StructureSettings): string {
  if (spaceFilling) return "space";
  return STYLES.find(([, , look]) => look.atoms === atoms && look.bonds === bonds && !look.spaceFilling)![0];
}

function withProperties(scene: Scene, first: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...first, ...atomProperties(scene).map(({ name }) => [name, name] as const)];
}

function ColorGroup({ scene, settings, onSettings }: MenuProps) {
  const { color } = settings;
  const change = (part: Partial<StructureSettings["color"]>) => onSettings({ color: { ...color, ...part } });
  const plain = atomProperties(scene).find(({ name }) => name === color.property);
  if (atomProperties(scene).length === 0) return null;
  return (
    <Group name="Color">
      <Choice label="By" value={plain === undefined ? "element" : color.property} options={withProperties(scene, [["element", "element"]])} onChange={(property) => change({ property, min: null, max: null })} />
      {plain !== undefined && (
        <>
          <Choice label="Palette" value={color.palette} options={PALETTE_NAMES.map((name) => [name, name])} onChange={(palette) => change({ palette })} />
          <Check name="Reversed" on={color.reverse} change={(reverse) => change({ reverse })} />
        </>
      )}
      {plain?.kind === "number" && (
        <>
          <Choice label="Scale" value={color.transform} options={[["linear", "linear"], ["log", "logarithm"], ["sqrt", "square root"], ["inverse", "inverse"]]} onChange={(transform) => change({ transform: transform as typeof color.transform })} />
          <Amount name="From" value={color.min} step="any" change={(min) => change({ min })} />
          <Amount name="To" value={color.max} step="any" change={(max) => change({ max })} />
        </>
      )}
    </Group>
  );
}

function EnvironmentGroup({ settings, onSettings, ownCutoff, hasBackbone }: MenuProps) {
  const { environments } = settings;
  const change = (part: Partial<StructureSettings["environments"]>) => onSettings({ environments: { ...environments, ...part } });
  return (
    <Group name="Environment">
      <Check name="Show" on={environments.activated} change={(activated) => change({ activated })} />
      {environments.activated && (
        <>
          <Check name="Center" on={environments.center} change={(center) => change({ center })} />
          <Amount name="Cutoff (Å)" value={environments.cutoff} placeholder={String(Number(ownCutoff!.toFixed(3)))} least={0} step={0.1} change={(cutoff) => change({ cutoff })} />
          <Choice label="Others" value={environments.bgStyle} options={[["ball-stick", "as they are"], ["licorice", "sticks"], ...(hasBackbone ? [["cartoon", "cartoon"] as const] : []), ["hide", "hidden"]]} onChange={(bgStyle) => change({ bgStyle: bgStyle as typeof environments.bgStyle })} />
          <Choice label="Their color" value={environments.bgColor} options={[["grey", "gray"], ["CPK", "element"], ["property", "property"]]} onChange={(bgColor) => change({ bgColor: bgColor as typeof environments.bgColor })} />
        </>
      )}
    </Group>
  );
}

function ShapeGroup({ scene, settings, onSettings }: MenuProps) {
  const chosen = chosenShapes(scene, settings.shape);
  return (
    <Group name="Shapes">
      {scene.shapes.map(({ name }) => (
        <Check
          key={name}
          name={name}
          on={chosen.includes(name)}
          change={(on) => onSettings({ shape: scene.shapes.map((one) => one.name).filter((one) => (one === name ? on : chosen.includes(one))).join(",") })}
        />
      ))}
    </Group>
  );
}

function VectorGroup({ scene, settings, onSettings }: MenuProps) {
  const chosen = chosenVectors(scene, settings.vectors);
  return (
    <Group name="Arrows">
      {vectorProperties(scene).map((one) => (
        <Check
          key={`${one.target} ${one.name}`}
          name={one.name}
          on={chosen.includes(one)}
          change={(on) => onSettings({ vectors: vectorProperties(scene).filter((other) => (other === one ? on : chosen.includes(other))).map(({ name }) => name).join(",") })}
        />
      ))}
    </Group>
  );
}

function CellGroup({ settings, onSettings }: MenuProps) {
  const { supercell } = settings;
  const plain = supercell.every((times) => times === 1);
  return (
    <Group name="Cell">
      <Check name="Edges" on={settings.unitCell} change={(unitCell) => onSettings({ unitCell })} />
      <span class="supercell" role="group" aria-label="Supercell">
        <span aria-hidden="true">Supercell</span>
        {["a", "b", "c"].map((name, axis) => (
          <Amount
            key={name}
            name={name}
            value={supercell[axis]!}
            least={1}
            most={MOST_CELLS}
            step={1}
            change={(times) => {
              if (times === null || !Number.isInteger(times)) return;
              onSettings({ supercell: supercell.map((old, i) => (i === axis ? times : old)) as unknown as StructureSettings["supercell"] });
            }}
          />
        ))}
      </span>
      {!plain && <button type="button" class="quiet" onClick={() => onSettings({ supercell: [1, 1, 1] })}>One cell</button>}
    </Group>
  );
}

function Group({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <fieldset>
      <legend>{name}</legend>
      {children}
    </fieldset>
  );
}

interface CheckProps {
  readonly name: string;
  readonly on: boolean;
  readonly change: (on: boolean) => void;
}

function Check({ name, on, change }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => change(event.currentTarget.checked)} />
      <span>{name}</span>
    </label>
  );
}

interface WordsProps {
  readonly name: string;
  readonly value: string;
  readonly placeholder: string;
  readonly change: (value: string) => void;
}

function Words({ name, value, placeholder, change }: WordsProps) {
  return (
    <label class="choice">
      <span>{name}</span>
      <input type="text" value={value} placeholder={placeholder} spellcheck={false} onChange={(event) => change(event.currentTarget.value.trim())} />
    </label>
  );
}

interface AmountProps {
  readonly name: string;
  readonly value: number | null;
  readonly change: (value: number | null) => void;
  readonly step: number | "any";
  readonly least?: number;
  readonly most?: number;
  readonly placeholder?: string;
}

/** A number; empty for what follows from the data. */
function Amount({ name, value, change, step, least, most, placeholder = "auto" }: AmountProps) {
  return (
    <label class="choice">
      <span>{name}</span>
      <input
        type="number"
        value={value ?? ""}
        placeholder={placeholder}
        step={step}
        {...(least === undefined ? {} : { min: least })}
        {...(most === undefined ? {} : { max: most })}
        onChange={(event) => {
          const { value: text, validity, valueAsNumber } = event.currentTarget;
          if (text === "") change(null);
          else if (!validity.rangeUnderflow && !validity.rangeOverflow && Number.isFinite(valueAsNumber)) change(valueAsNumber);
        }}
      />
    </label>
  );
}
