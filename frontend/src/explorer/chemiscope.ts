/** Settings in the words of chemiscope's files, to a view and back. */

import { quotedName, quotedText } from "../filter/words";
import { isRecord } from "../reader";
import { DEFAULT_PALETTE, isPalette } from "../map/palettes";
import { propertyOf, type View } from "./settings";
import type { Scene, SceneSettings, Target } from "./scene";
import { type ReadView, readView } from "./view-file";

type Plain = Record<string, unknown>;

/** Reads a file's settings on top of what a scene begins with; old keys are understood. */
export function readSettings(settings: SceneSettings, scene: Scene, base: View): ReadView {
  const target: Target = settings.target === "atom" || settings.target === "structure" ? settings.target : base.target;
  const given = Array.isArray(settings.structure) ? settings.structure : [];
  const pins = Array.isArray(settings.pinned) && settings.pinned.length > 0 ? settings.pinned : [0];
  // With one entry, the settings are those of every viewer that is begun.
  const viewers = pins.map((_, i) => (given.length === 0 ? {} : viewerOf(record(given[Math.min(i, given.length - 1)]))));
  const map = isRecord(settings.map) ? mapOf(settings.map, scene, target, base) : {};
  const own = isRecord(settings.view) ? settings.view : {};
  const read = readView({ target, maps: { [target]: map }, viewers, pinned: { [target]: pins } }, scene, base);
  const known = new Set(["target", "map", "structure", "pinned", "view"]);
  const unknown = Object.keys(settings).filter((key) => !known.has(key)).map((key) => `settings.${key}: there is no such setting`);
  const warnings = [...unknown, ...read.warnings.map((warning) => warning.replace(/^view\.(maps\.\w+|viewers)/, (_, part: string) => (part === "viewers" ? "settings.structure" : "settings.map")))];
  if (!isRecord(settings.view)) return { view: paired(read.view, scene, target), warnings };
  const later = readView(own, scene, read.view);
  return { view: later.view, warnings: [...warnings, ...later.warnings] };
}

function paired(view: View, scene: Scene, target: Target): View {
  if (target !== "atom" || scene.environments === null) return view;
  const { structures } = scene.environments;
  return { ...view, pinned: { ...view.pinned, structure: view.pinned.atom.map((point) => structures[point] ?? 0) } };
}

function record(value: unknown): Plain {
  return isRecord(value) ? value : {};
}

/** NaN and null both stand for what fits by itself. */
function amount(value: unknown): unknown {
  return value === undefined ? undefined : typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/** Leaves out what was not given, so that the beginning holds. */
function given(entries: Plain): Plain {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function axisOf(value: unknown): Plain {
  const axis = record(value);
  const log = axis.scale === "log";
  // On a logarithmic scale, chemiscope's numbers are exponents.
  const inUnit = (bound: unknown) => {
    const plain = amount(bound);
    return log && typeof plain === "number" ? 10 ** plain : plain;
  };
  return given({ property: axis.property, scale: axis.scale, min: inUnit(axis.min), max: inUnit(axis.max) });
}

function mapOf(map: Plain, scene: Scene, target: Target, base: View): Plain {
  const color = record(map.color);
  const size = record(map.size);
  const palette = color.palette ?? map.palette;
  const colored = typeof color.property === "string" ? color.property : base.maps[target].color.property;
  const known = new Set(["x", "y", "z", "symbol", "color", "size", "palette", "markerOutline", "joinPoints", "useLOD", "camera"]);
  return {
    x: axisOf(map.x),
    y: axisOf(map.y),
    z: axisOf(map.z),
    ...given({ symbol: map.symbol, outline: map.markerOutline, joined: map.joinPoints, camera: map.camera }),
    color: given({ property: color.property, mode: color.mode ?? color.scale, min: amount(color.min), max: amount(color.max), palette: palette ?? "inferno", reverse: color.reverse }),
    size: given({ property: size.mode === "constant" ? "" : size.property, factor: size.factor, mode: size.mode === "constant" ? undefined : size.mode }),
    opacity: given({ percent: color.opacity }),
    ...filterOf(record(color.select), colored, scene, target),
    ...Object.fromEntries(Object.entries(map).filter(([key]) => !known.has(key))),
  };
}

/** What chemiscope marks by color, as a filter. */
function filterOf(chosen: Plain, colored: string, scene: Scene, target: Target): Plain {
  const mode = typeof chosen.mode === "string" ? chosen.mode : "all";
  const others = mode.endsWith("-hide") ? "hide" : "gray";
  if (mode.startsWith("range") && colored !== "") {
    const name = quotedName(colored);
    const parts = [[">=", amount(chosen.min)], ["<=", amount(chosen.max)]].filter(([, bound]) => typeof bound === "number");
    return parts.length === 0 ? {} : { others, filter: parts.map(([sign, bound]) => `${name} ${String(sign)} ${String(bound)}`).join(" and ") };
  }
  if (!mode.startsWith("category") || typeof chosen.category !== "string") return {};
  const text = chosen.category;
  // Names may hold a slash themselves: the property is the one that there is.
  const cuts = [...text].flatMap((sign, i) => (sign === "/" ? [i] : []));
  const cut = cuts.find((at) => propertyOf(scene, target, text.slice(0, at)) !== null);
  return cut === undefined ? {} : { others, filter: `${quotedName(text.slice(0, cut))} = ${quotedText(text.slice(cut + 1))}` };
}

function viewerOf(structure: Plain): Plain {
  const { packedCell: _packed, supercell, environments, color, ...rest } = structure;
  const cells = Array.isArray(supercell) ? supercell : isRecord(supercell) ? [supercell["0"], supercell["1"], supercell["2"]] : undefined;
  const around = record(environments);
  const colors = record(color);
  const unset = colors.min === 0 && colors.max === 0;
  return given({
    ...rest,
    // Chemiscope shows no cell unless it is told to.
    unitCell: rest.unitCell ?? false,
    supercell: cells,
    environments: given({ ...around, cutoff: amount(around.cutoff) }),
    color: given({ ...colors, min: unset ? null : amount(colors.min), max: unset ? null : amount(colors.max) }),
  });
}

/** A view in chemiscope's words; what it has none for is left to `view`. */
export function writeSettings(view: View): Plain {
  const { target } = view;
  const map = view.maps[target];
  const axis = (one: typeof map.x) => {
    const onScale = (bound: number | null) => (bound === null ? null : one.scale === "log" ? Math.log10(bound) : bound);
    return { property: one.property, scale: one.scale, min: onScale(one.min), max: onScale(one.max) };
  };
  return {
    target,
    map: {
      x: axis(map.x), y: axis(map.y), z: axis(map.z),
      symbol: map.symbol,
      color: { property: map.color.property, mode: map.color.mode, min: map.color.min, max: map.color.max, palette: nameFor(map.color.palette), opacity: map.opacity.percent },
      size: map.size,
      markerOutline: map.outline,
      joinPoints: map.joined,
      ...(map.camera === null ? {} : { camera: map.camera }),
    },
    structure: view.viewers.map(({ color, environments, camera, perspective: _p, polyhedra: _q, polyhedraElements: _e, vectors: _v, ...one }) => ({
      ...one,
      labelsProperty: one.labelsProperty === "index" ? "element" : one.labelsProperty,
      environments: { ...environments, cutoff: environments.cutoff ?? 4 },
      color: { property: color.property, transform: color.transform, min: color.min, max: color.max, palette: color.palette },
      ...(camera === null ? {} : { camera }),
    })),
    pinned: view.pinned[target],
  };
}

/** Chemiscope's own palettes are the first sixteen. */
function nameFor(palette: string): string {
  return isPalette(palette) ? palette : DEFAULT_PALETTE;
}
