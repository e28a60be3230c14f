/** A page of viewers alone, for trying them: it takes structures as chemiscope's files have them. */

import { render } from "preact";
import { useState } from "preact/hooks";
import { ThemeContext } from "../../frontend/src/chart/drawing";
import type { StructureSettings } from "../../frontend/src/explorer/panels";
import type { PlainShape, Property, Scene, SceneStructure, Shape } from "../../frontend/src/explorer/scene";
import { VIEWER_DEFAULTS } from "../../frontend/src/explorer/settings";
import { numberOf } from "../../frontend/src/structure/elements";
import { lookingAt } from "../../frontend/src/structure/looking";
import { Model } from "../../frontend/src/structure/model";
import { painterOf } from "../../frontend/src/structure/painter";
import { StructureView } from "../../frontend/src/structure/panel";
import { paintPreview } from "../../frontend/src/structure/preview";
import { startingView } from "../../frontend/src/structure/view";
import { applyTheme, DARK, LIGHT } from "../../frontend/src/theme";
import "../../frontend/src/style/page.css";
import "../../frontend/src/style/controls.css";
import "../../frontend/src/style/viewer.css";

/* eslint-disable-next-line -- files of another program, not checked here */
type File = any;

function sceneOf(file: File): Scene {
  const structures: SceneStructure[] = file.structures.map((one: File, index: number) => {
    const elements: string[] = one.elements ?? one.names;
    return {
      index,
      numbers: Uint8Array.from(elements, numberOf),
      names: one.names,
      positions: Float32Array.from(elements.flatMap((_, i) => [one.x[i], one.y[i], one.z[i]])),
      cell: one.cell ? Float32Array.from(one.cell) : null,
      periodic: [Boolean(one.cell), Boolean(one.cell), Boolean(one.cell)],
      bonds: one.bonds ? Int32Array.from(one.bonds.flat()) : null,
      residues: one.resnames
        ? { names: one.resnames, ids: Int32Array.from(one.resids), chains: one.chains, hetero: Uint8Array.from(one.hetatom, Number) }
        : null,
    };
  });
  const offsets = new Uint32Array(structures.length + 1);
  structures.forEach(({ numbers }, i) => (offsets[i + 1] = offsets[i]! + numbers.length));
  const environments = file.environments?.length
    ? {
        count: file.environments.length,
        structures: Uint32Array.from(file.environments, (e: File) => e.structure),
        centers: Uint32Array.from(file.environments, (e: File) => e.center),
        cutoffs: Float32Array.from(file.environments, (e: File) => e.cutoff),
      }
    : null;
  return {
    about: { name: "", description: "", authors: [], references: [] },
    structures: { count: structures.length, offsets, formulas: null, peek: (i) => structures[i] ?? null, load: async (i) => structures[i]! },
    environments,
    properties: Object.entries(file.properties ?? {}).map(([name, value]) => propertyOf(name, value)),
    parameters: {},
    shapes: Object.entries(file.shapes ?? {}).map(([name, value]) => shapeOf(name, value)),
    settings: {},
    warnings: [],
  };
}

function propertyOf(name: string, { target, values, units = "" }: File): Property {
  const base = { name, target, unit: units, description: "" };
  if (typeof values[0] !== "string") return { ...base, kind: "number", values: Float64Array.from(values, (x) => (x === null ? NaN : Number(x))) };
  const categories = [...new Set<string>(values)];
  return { ...base, kind: "category", categories, codes: Uint32Array.from(values, (x: string) => categories.indexOf(x)) };
}

function shapeOf(name: string, { kind, parameters, shapes }: File): Shape {
  if (kind === "combined") return { name, kind, parts: shapes.map((one: File) => shapeOf(name, one) as PlainShape) };
  return {
    name, kind, global: parameters.global ?? {},
    ofStructure: parameters.structure ? (i) => parameters.structure[i] : null,
    ofAtom: parameters.atom ? (i) => parameters.atom[i] : null,
  };
}

interface Asked {
  readonly file: File;
  readonly structure?: number;
  readonly atom?: number | null;
  readonly settings?: Partial<StructureSettings>;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** What the page tells the tests. */
interface Told {
  settings: StructureSettings;
  readonly selected: number[];
  hovered: number | null;
  show: (structure: number, atom?: number | null, playing?: boolean) => void;
  change: (change: Partial<StructureSettings>) => void;
}

function Holder({ asked, scene, told }: { readonly asked: Asked; readonly scene: Scene; readonly told: Told }) {
  const [at, setAt] = useState({ structure: asked.structure ?? 0, atom: asked.atom ?? null, playing: false });
  const [settings, setSettings] = useState<StructureSettings>({ ...VIEWER_DEFAULTS, ...asked.settings });
  told.settings = settings;
  told.show = (structure, atom = null, playing = false) => setAt({ structure, atom, playing });
  told.change = (change) => setSettings((old) => ({ ...old, ...change }));
  return (
    <StructureView
      scene={scene}
      {...at}
      settings={settings}
      onSettings={told.change}
      onSelectAtom={(atom) => {
        told.selected.push(atom);
        setAt((old) => ({ ...old, atom }));
      }}
      onHoverAtom={(atom) => (told.hovered = atom)}
      name="test viewer"
    />
  );
}

Object.assign(window, {
  addViewer(asked: Asked): Told {
    const theme = asked.dark ? DARK : LIGHT;
    const root = document.createElement("div");
    root.className = "shell";
    root.style.cssText = `width:${asked.width ?? 420}px;height:${asked.height ?? 420}px;display:inline-block;padding:0;margin:2px;background:${theme.paper}`;
    applyTheme(root, theme);
    document.body.append(root);
    const told = { selected: [], hovered: null } as unknown as Told;
    render(<ThemeContext.Provider value={theme}><Holder asked={asked} scene={sceneOf(asked.file)} told={told} /></ThemeContext.Provider>, root);
    return told;
  },
  /** How much ink a structure takes drawn by the processor and finely, and by how much pixels differ. */
  compareRough({ file, settings }: Asked): { readonly rough: number; readonly fine: number; readonly difference: number } {
    const scene = sceneOf(file);
    const shown = scene.structures.peek(0)!;
    const { look } = lookingAt(scene, shown, null, { ...VIEWER_DEFAULTS, ...settings }, LIGHT);
    const model = new Model().fill(shown, look);
    const painter = painterOf(model);
    painter.send();
    const shot = { view: startingView(model, true), theme: LIGHT, fineness: 2, ratio: 1 };
    const [rough, fine] = [true, false].map((moving) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [300, 300];
      painter.paint(canvas, { ...shot, moving });
      return canvas.getContext("2d")!.getImageData(0, 0, 300, 300).data;
    }) as [Uint8ClampedArray, Uint8ClampedArray];
    const ink = (data: Uint8ClampedArray) => data.reduce((sum, x, i) => sum + (i % 4 === 3 ? x / 255 : 0), 0);
    // On the paper, as the eye sees it.
    const onPaper = (data: Uint8ClampedArray, i: number) => (data[i]! * data[i | 3]!) / 255 + 255 - data[i | 3]!;
    let difference = 0;
    for (let i = 0; i < rough.length; i++) if (i % 4 !== 3) difference += Math.abs(onPaper(rough, i) - onPaper(fine, i));
    return { rough: ink(rough), fine: ink(fine), difference: difference / (0.75 * rough.length) };
  },
  async addPreview({ file, structure = 0, atom = null }: Asked): Promise<void> {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [160, 120];
    document.body.append(canvas);
    await paintPreview(canvas, sceneOf(file), structure, atom);
  },
});
