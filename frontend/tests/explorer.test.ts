import { expect, test } from "vitest";
import { beginningOf } from "../src/explorer/address";
import { readSettings, writeSettings } from "../src/explorer/chemiscope";
import { createHistory } from "../src/explorer/history";
import { isSafe } from "../src/explorer/markdown";
import { literal, pythonCall } from "../src/explorer/python-call";
import { find } from "../src/explorer/search";
import { defaultView, plainProperties } from "../src/explorer/settings";
import { readView, viewText } from "../src/explorer/view-file";
import { filtered } from "../src/explorer/state";
import { allPoints, sortedPoints } from "../src/table/order";
import { namesSoftware } from "../src/graphics";
import { pageScene } from "./small-scene";

const scene = pageScene();
const base = defaultView(scene);

test("views step back and forth, and quick changes of one thing are one step", () => {
  let now = 0;
  const history = createHistory<number>(() => now);
  history.record(1, "pan");
  now = 100;
  history.record(2, "pan");
  now = 200;
  history.record(3, "zoom");
  expect(history.undo(4)).toBe(3);
  expect(history.undo(3)).toBe(1);
  expect(history.undo(1)).toBeNull();
  expect(history.redo(1)).toBe(3);
  history.record(3, "");
  expect(history.canRedo()).toBe(false);
});

test("a view comes back from its text, both targets kept", () => {
  const view = {
    ...base,
    target: "atom" as const,
    maps: {
      structure: { ...base.maps.structure, color: { ...base.maps.structure.color, property: "kind", reverse: true }, filter: 'kind = "b"' },
      atom: { ...base.maps.atom, x: { ...base.maps.atom.x, property: "shift", scale: "log" as const, min: 0.5 } },
    },
    viewers: [base.viewers[0]!, { ...base.viewers[0]!, spaceFilling: true, supercell: [2, 1, 3] as const }],
    pinned: { structure: [3, 4], atom: [1, 0] },
    active: 1,
  };
  const read = readView(JSON.parse(viewText(view, base)), scene, base);
  expect(read.warnings).toEqual([]);
  expect(read.view).toEqual(view);
  expect(viewText(base, base)).toBe('{"format":"atomarium-view","version":1}');
});

test.each([
  [{ target: "molecule" }, 'view.target: expected structure or atom, got "molecule"'],
  [{ maps: { structure: { x: { property: "gone" } } } }, 'view.maps.structure.x.property: expected the name of a property, got "gone"'],
  [{ maps: { structure: { symbol: "signed" } } }, "view.maps.structure.symbol: expected the name of a property"],
  [{ maps: { structure: { color: { palette: "jet" } } } }, "view.maps.structure.color.palette: expected the name of a palette"],
  [{ maps: { structure: { x: { min: "a" } } } }, "view.maps.structure.x.min: expected a number or null"],
  [{ maps: { structure: { opacity: { percent: 0 } } } }, "view.maps.structure.opacity.percent: expected 1 … 100, got 0"],
  [{ maps: { structure: { camera: { eye: [1, 2, 3] } } } }, "view.maps.structure.camera: expected a camera"],
  [{ viewers: [{ supercell: [0, 1, 1] }] }, "view.viewers[0].supercell: expected 3 whole numbers above 0"],
  [{ viewers: [{ bonds: 1 }] }, "view.viewers[0].bonds: expected a boolean, got 1"],
  [{ pinned: { structure: [99] } }, "view.pinned.structure[0]: expected a number from 0 to 4, got 99"],
  [{ wings: 2 }, "view.wings: there is no such setting"],
  [{ constructor: 2 }, "view.constructor: there is no such setting"],
  [{ maps: { structure: 5 } }, "view.maps.structure: expected an object, got 5"],
])("%j in a view is told and passed over", (change, warning) => {
  const { view, warnings } = readView(change, scene, base);
  expect(warnings.join("; ")).toContain(warning);
  expect(view).toEqual(base);
});

test("the address' view lies on top of the file's, and nonsense in it is told", () => {
  const { view } = beginningOf(scene, 'token=5&view={"maps":{"structure":{"x":{"property":"gaps"}}}}');
  expect(view.maps.structure.x.property).toBe("gaps");
  expect(beginningOf(scene, "view={").warnings).toEqual(["The view in the address cannot be read."]);
  expect(beginningOf(scene, "section").view).toEqual(base);
});

test("chemiscope's settings are read: exponents, old keys, marks, pins", () => {
  const { view, warnings } = readSettings({
    target: "structure",
    map: {
      x: { property: "signed", scale: "log", min: 0, max: 2 }, y: { property: "gaps", min: NaN, max: null }, palette: "magma",
      color: { property: "gaps", scale: "sqrt", opacity: 40, select: { mode: "range", min: 1, max: 2 } }, size: { mode: "constant", property: "gaps", factor: 30 },
      markerOutline: false, joinPoints: true, useLOD: false,
    },
    structure: [{ packedCell: false, unitCell: true, supercell: { 0: 2, 1: 2, 2: 1 }, color: { min: 0, max: 0 } }],
    pinned: [2, 4],
  }, scene, base);
  expect(warnings).toEqual([]);
  const map = view.maps.structure;
  expect(map.x).toEqual({ property: "signed", scale: "log", min: 1, max: 100 });
  expect(map.y).toMatchObject({ min: null, max: null });
  expect(map.color).toMatchObject({ property: "gaps", mode: "sqrt", palette: "magma" });
  expect(map.opacity.percent).toBe(40);
  expect(map.filter).toBe("gaps >= 1 and gaps <= 2");
  expect(map.size).toMatchObject({ property: "", factor: 30 });
  expect([map.outline, map.joined]).toEqual([false, true]);
  expect(view.pinned.structure).toEqual([2, 4]);
  expect(view.viewers).toHaveLength(2);
  expect(view.viewers[1]!.supercell).toEqual([2, 2, 1]);
  expect(view.viewers[0]!.color.min).toBeNull();
});

test("a category with slashes in its property's name is found", () => {
  const { view } = readSettings({ map: { color: { select: { mode: "category-hide", category: "slash/name/a/b" } } } }, scene, base);
  expect(view.maps.structure.filter).toBe('`slash/name` = "a/b"');
  expect(view.maps.structure.others).toBe("hide");
  expect([...filtered(scene, "structure", view.maps.structure.filter).mask!]).toEqual([1, 0, 1, 1, 0]);
});

test.each([
  [{ foo: 1 }, "settings.foo: there is no such setting"],
  [{ map: { color: { palette: "tab20bc" } } }, "settings.map.color.palette: expected the name of a palette"],
  [{ map: { x: { property: "gone" } } }, "settings.map.x.property: expected the name of a property"],
  [{ map: { size: { reverse: true, sizes: 1 } , wings: 1 } }, "settings.map.wings: there is no such setting"],
  [{ pinned: [-1] }, "expected a number from 0 to 4, got -1"],
])("%j in settings is told", (settings, warning) => {
  expect(readSettings(settings, scene, base).warnings.join("; ")).toContain(warning);
});

test("settings written for chemiscope are read back alike", () => {
  const view = { ...base, maps: { ...base.maps, structure: { ...base.maps.structure, x: { ...base.maps.structure.x, property: "gaps", scale: "log" as const, min: 0.1, max: 100 } } } };
  const back = readSettings(writeSettings(view), scene, base).view;
  expect(back.maps.structure.x.min).toBeCloseTo(0.1, 12);
  expect(back.maps.structure.x.max).toBeCloseTo(100, 10);
});

test("a view is a call of Python that says only what differs", () => {
  expect(pythonCall(base, base)).not.toContain("settings");
  const view = { ...base, maps: { ...base.maps, structure: { ...base.maps.structure, joined: true, filter: 'kind = "b"' } } };
  const call = pythonCall(view, base);
  expect(call).toContain('"joined": True');
  expect(call).toContain('"filter": "kind = \\"b\\""');
  expect(literal({ a: [1, null, false] }, 0)).toBe('{\n    "a": [1, None, False],\n}');
});

test("tables sort by number and by text, what is missing last", () => {
  const [, , gaps, kind] = plainProperties(scene, "structure");
  expect([...sortedPoints(allPoints(5), gaps!, false)]).toEqual([0, 1, 3, 4, 2]);
  expect([...sortedPoints(allPoints(5), gaps!, true)]).toEqual([4, 3, 1, 0, 2]);
  expect([...sortedPoints(allPoints(5), kind!, false)]).toEqual([3, 1, 4, 0, 2]);
});

test("points are found by number and by text, whole texts first", () => {
  expect(find(scene, "structure", "3").map(({ point }) => point)).toEqual([3]);
  expect(find(scene, "structure", "A9").map(({ point }) => point)).toEqual([3]);
  expect(find(scene, "structure", "a").map(({ point }) => point)).toEqual([1, 3, 4, 0, 2]);
  expect(find(scene, "structure", "99")).toEqual([]);
});

test.each([
  ["https://example.org/a", true], ["mailto:a@b.org", true], ["javascript:alert(1)", false], [" javascript:alert(1)", false],
  ["data:text/html,x", false], ["//example.org", false], ["relative", false],
])("the address %s is safe: %s", (address, safe) => {
  expect(isSafe(address)).toBe(safe);
});

test.each([
  ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)", true],
  ["llvmpipe (LLVM 15.0.7, 256 bits)", true],
  ["ANGLE (NVIDIA, NVIDIA GeForce RTX 3070)", false],
  ["Apple M2", false],
])("%s is a program that plays a graphics card: %s", (name, software) => {
  expect(namesSoftware(name)).toBe(software);
});

test.each([false, true])("numbers of every size and sign sort as comparing them would, down: %s", (down) => {
  const values = Float64Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 401 - 200) * 10 ** ((i * 31) % 25 - 12));
  values.set([0, -0, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1.7e308]);
  const property = { kind: "number", name: "v", target: "structure", unit: "", description: "", values } as const;
  const slow = [...values.keys()].filter((i) => !Number.isNaN(values[i]!)).sort((a, b) => {
    const order = values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0;
    return (down ? -order : order) || a - b;
  });
  expect([...sortedPoints(allPoints(4000), property, down)]).toEqual([...slow, 4]);
});

test("a lone number stands over its index", () => {
  const one = { ...pageScene(), properties: pageScene().properties.slice(0, 1) };
  const { x, y } = defaultView(one).maps.structure;
  expect([x.property, y.property]).toEqual(["index", "constant"]);
});
