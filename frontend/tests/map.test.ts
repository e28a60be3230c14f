import { expect, test } from "vitest";
import { areaAt, inverseOf, lostBy, MISSING, rangeOf, stepsOf, stepsOfCodes, transformOf } from "../src/map/amounts";
import { axisChannel, colorChannel } from "../src/map/channels";
import { type Cloud, GRAY, HIDDEN, type Look, type Placement } from "../src/map/cloud";
import { paintDensity } from "../src/map/density";
import { paintFast } from "../src/map/fast";
import { colorsOfCategories, cssOf, PALETTE_NAMES, pixelOf, sampled } from "../src/map/palettes";
import { boxCorners, joined, withinLasso, withinStretch } from "../src/map/picks";
import { applyRow, boxRows, cameraOf, gazeOf, planePlacement, START_GAZE } from "../src/map/projection";
import { clearRaster, createRaster, depthOrder, MARGIN, paintPoints, pointAt, type Raster } from "../src/map/raster";
import { stampOf } from "../src/map/stamps";
import { cornersOf, distanceTo, pathOf, SYMBOLS } from "../src/map/symbols";
import { radiusOf, statesOf } from "../src/map/use-cloud";
import { defaultMap } from "../src/explorer/settings";
import { pageScene } from "./small-scene";

const [RED, GREEN] = [[255, 0, 0], [0, 128, 0]] as const;
const WHITE = 0xffffffff;

function cloudOf(points: readonly (readonly [number, number])[], more: Partial<Cloud> = {}): Cloud {
  return {
    count: points.length, x: Float32Array.from(points, ([x]) => x), y: Float32Array.from(points, ([, y]) => y), z: null,
    steps: Uint8Array.from(points, (_, i) => i), colors: [RED, GREEN, ...sampled("viridis", 254, false)],
    sizes: null, symbols: null, opacities: null, states: null, anyChosen: false, ...more,
  };
}

const look = (more: Partial<Look> = {}): Look => ({
  radius: 3, factors: Array<number>(12).fill(1), opacity: 1, outline: 0, outlineColor: [255, 255, 255], gray: [200, 200, 200], ...more,
});
const SIDE = 40;
const square: Placement = { across: [SIDE, 0, 0, 0], down: [0, -SIDE, 0, SIDE], depth: [0, 0, 1, 0] };

function painted(cloud: Cloud, how: Look = look(), placement = square): Raster {
  const raster = createRaster(SIDE, SIDE);
  clearRaster(raster, new Uint32Array(SIDE * SIDE).fill(WHITE));
  paintPoints(raster, cloud, placement, how);
  return raster;
}

const pixel = ({ pixels, width, margin }: Raster, x: number, y: number) => pixels[(y + margin) * (width + 2 * margin) + x + margin]!;

test("a point is painted where it lies, in its color, and found there", () => {
  const raster = painted(cloudOf([[0.25, 0.75], [0.75, 0.25]]));
  expect(pixel(raster, 10, 10)).toBe(pixelOf(RED));
  expect(pixel(raster, 30, 30)).toBe(pixelOf(GREEN));
  expect(pixel(raster, 20, 20)).toBe(WHITE);
  expect(pointAt(raster, 10, 10, 0.5)).toBeNull();
  expect([pointAt(raster, 10, 10, 2), pointAt(raster, 30, 30, 2), pointAt(raster, 20, 20, 2)]).toEqual([0, 1, null]);
  expect(pointAt(raster, 35, 30, 4)).toBe(1);
});

test("later points lie over earlier ones, gray ones under all", () => {
  const twice = [[0.5, 0.5], [0.5, 0.5]] as const;
  expect(pixel(painted(cloudOf(twice)), 20, 20)).toBe(pixelOf(GREEN));
  expect(pixel(painted(cloudOf(twice, { states: Uint8Array.of(2, GRAY) })), 20, 20)).toBe(pixelOf(RED));
  expect(pixel(painted(cloudOf(twice, { states: Uint8Array.of(2, HIDDEN) })), 20, 20)).toBe(pixelOf(RED));
  expect(pixel(painted(cloudOf(twice, { states: Uint8Array.of(HIDDEN, HIDDEN) })), 20, 20)).toBe(WHITE);
});

test("in space the nearer point is in front, whatever the order", () => {
  const behind = cloudOf([[0.5, 0.5], [0.5, 0.5]], { z: Float32Array.of(0.9, 0.1) });
  expect(pixel(painted(behind), 20, 20)).toBe(pixelOf(RED));
  expect([...depthOrder(behind, square)]).toEqual([1, 0]);
});

test("points without a place or outside are passed over", () => {
  const raster = painted(cloudOf([[NaN, 0.5], [-50, 0.5], [0.5, 1e30]]));
  expect(raster.pixels.filter((p) => p !== WHITE && p !== 0)).toHaveLength(0);
});

test("points at the border do not wrap to the other side", () => {
  const raster = painted(cloudOf([[0.999, 0.5]]));
  expect(pixel(raster, 39, 20)).toBe(pixelOf(RED));
  for (let y = 0; y < SIDE; y++) expect(pixel(raster, 0, y)).toBe(WHITE);
});

test("opacity mixes colors, outlines ring them", () => {
  const half = pixel(painted(cloudOf([[0.5, 0.5]]), look({ opacity: 0.5 })), 20, 20);
  expect(half & 255).toBe(255);
  expect((half >> 8) & 255).toBeGreaterThan(120);
  expect((half >> 8) & 255).toBeLessThan(135);
  const ringed = painted(cloudOf([[0.5, 0.5]]), look({ radius: 8, outline: 2, outlineColor: [0, 0, 0] }));
  expect(pixel(ringed, 20, 20)).toBe(pixelOf(RED));
  expect(pixel(ringed, 28, 20)).toBe(pixelOf([0, 0, 0]));
});

test("the rough picture shows the same points in the same places", () => {
  const raster = createRaster(SIDE, SIDE);
  clearRaster(raster, new Uint32Array(SIDE * SIDE).fill(WHITE));
  paintFast(raster, cloudOf([[0.25, 0.75], [0.75, 0.25]]), square, look());
  expect(pixel(raster, 10, 10)).toBe(pixelOf(RED));
  expect(pixel(raster, 30, 30)).toBe(pixelOf(GREEN));
  expect(raster.pixels.filter((p) => p === pixelOf(RED)).length).toBeLessThan(13);
});

test("density is darker where more points lie, and still tells whose pixel it is", () => {
  const many = cloudOf([...Array<readonly [number, number]>(50).fill([0.25, 0.75]), [0.75, 0.25]], { steps: null });
  const raster = createRaster(SIDE, SIDE);
  clearRaster(raster, new Uint32Array(SIDE * SIDE).fill(WHITE));
  const ramp = Array.from({ length: 256 }, (_, i) => [255 - i, 255 - i, 255 - i] as const);
  paintDensity(raster, many, square, look(), { ramp, amounts: true });
  expect(pixel(raster, 10, 10) & 255).toBe(0);
  expect(pixel(raster, 30, 30) & 255).toBeGreaterThan(150);
  expect(pointAt(raster, 30, 30, 3)).toBe(50);
});

test("density shows the mean of amounts and the kind of what is no amount", () => {
  const steps = Uint8Array.of(0, 100);
  const twice = cloudOf([[0.5, 0.5], [0.5, 0.5]], { steps, colors: Array.from({ length: 256 }, (_, i) => [i, i, i] as const) });
  const shade = (amounts: boolean) => {
    const raster = createRaster(SIDE, SIDE);
    clearRaster(raster, new Uint32Array(SIDE * SIDE).fill(WHITE));
    paintDensity(raster, twice, square, look(), { ramp: null, amounts });
    return pixel(raster, 20, 20) & 255;
  };
  expect([shade(true), shade(false)]).toEqual([50, 100]);
});

test.each(SYMBOLS.map((name, i) => [name, i] as const))("%s covers about the area of a circle, and its path agrees with its pixels", (name, symbol) => {
  const { offsets, covers } = stampOf(symbol, 10, 0, 1000);
  const area = covers.reduce((sum, cover) => sum + cover / 256, 0);
  expect(area / (Math.PI * 100)).toBeGreaterThan(name === "ring" ? 0.4 : 0.55);
  expect(area / (Math.PI * 100)).toBeLessThan(1.35);
  expect(offsets.length).toBe(new Set(offsets).size);
  for (const [x, y] of cornersOf(symbol) ?? []) expect(distanceTo(symbol, x, y)).toBeCloseTo(0, 6);
  expect(pathOf(symbol, 5, 5, 2)).toMatch(/^M[\d.,-]+.*Z$/);
});

test("stamps never reach beyond the raster's margin", () => {
  for (let symbol = 0; symbol < SYMBOLS.length; symbol++) expect(stampOf(symbol, 30 * Math.SQRT2, 2, 1000).reach).toBeLessThan(MARGIN);
});

test("the lasso chooses what lies inside and is shown", () => {
  const cloud = cloudOf([[0.25, 0.75], [0.75, 0.25], [0.26, 0.74]], { states: Uint8Array.of(2, 2, HIDDEN) });
  expect([...withinLasso(cloud, square, boxCorners([5, 5], [15, 15]))]).toEqual([1, 0, 0]);
  expect([...withinLasso(cloud, square, [[0, 0], [40, 0], [0, 39]])]).toEqual([1, 0, 0]);
  expect([...withinLasso(cloud, square, [[0, 0], [40, 40]])]).toEqual([0, 0, 0]);
  expect([...withinStretch(cloud, cloud.x, 1, 0, 0.7, 0.8)]).toEqual([0, 1, 0]);
});

test("choices are added to and taken from each other", () => {
  const [a, b] = [Uint8Array.of(1, 1, 0), Uint8Array.of(0, 1, 1)];
  expect([...joined(a, b, "new")]).toEqual([0, 1, 1]);
  expect([...joined(a, b, "add")]).toEqual([1, 1, 1]);
  expect([...joined(a, b, "remove")]).toEqual([1, 0, 0]);
  expect([...joined(null, b, "remove")]).toEqual([0, 0, 0]);
});

test.each(["linear", "log", "sqrt", "inverse"] as const)("the %s scale is undone by its inverse", (mode) => {
  for (const value of [0.01, 1, 7.5, 1e6]) expect(inverseOf(mode)(transformOf(mode)(value))).toBeCloseTo(value, 6);
});

test("values that a scale has no place for are counted, missing ones are not", () => {
  const values = Float64Array.of(-1, 0, 1, NaN, 10);
  expect(lostBy(values, transformOf("log"))).toBe(2);
  expect(lostBy(values, transformOf("sqrt"))).toBe(1);
  expect(lostBy(values, transformOf("inverse"))).toBe(1);
  expect(rangeOf(values)).toEqual([-1, 10]);
  expect(rangeOf(Float64Array.of(NaN, NaN))).toBeNull();
  expect([...stepsOf(values, [-1, 10], (x) => x)]).toEqual([0, 23, 46, MISSING, 253]);
  expect([...stepsOf(Float64Array.of(-9, 99), [0, 1], (x) => x)]).toEqual([0, 253]);
  expect([...stepsOfCodes(Uint8Array.of(0, 2, 3), 3)]).toEqual([0, 2, MISSING]);
});

test("constant values stand in the middle", () => {
  const channel = axisChannel(pageScene(), "structure", { property: "constant", scale: "linear", min: null, max: null }, 5);
  expect([...channel.places]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  expect(channel.extent[0]).toBeLessThan(channel.extent[1]);
});

test("a logarithmic axis leaves out and reports what is not above zero", () => {
  const channel = axisChannel(pageScene(), "structure", { property: "signed", scale: "log", min: null, max: null }, 5);
  expect(channel.lost).toBe(2);
  expect([...channel.places].map(Number.isNaN)).toEqual([true, true, false, false, false]);
});

test("colors beyond the range take its ends, gaps are gray", () => {
  const color = { ...defaultMap(pageScene(), "structure").color, property: "gaps", min: 1, max: 2 };
  const { steps, range } = colorChannel(pageScene(), "structure", color, RED);
  expect(range).toEqual([1, 2]);
  expect([...steps!]).toEqual([0, 0, MISSING, 253, 253]);
});

test("all of chemiscope's palettes are there, and reversing turns them around", () => {
  expect(PALETTE_NAMES.slice(0, 16)).toEqual([
    "inferno", "magma", "plasma", "viridis", "cividis", "seismic", "brg", "bwr", "rwg", "twilight (periodic)",
    "twilight dark (periodic)", "hsv (periodic)", "tab10", "tab20", "tab20b", "tab20c",
  ]);
  for (const name of PALETTE_NAMES) expect(sampled(name, 9, true)).toEqual([...sampled(name, 9, false)].reverse());
  expect(cssOf(sampled("bwr", 3, false)[1]!)).toBe("#ffffff");
  expect(new Set(colorsOfCategories("tab20", 20, false).map(cssOf)).size).toBe(20);
  expect(colorsOfCategories("viridis", 3, false).map(cssOf)).toEqual(["#440154", "#21918c", "#fde725"]);
});

test("a window's corners are the area's corners", () => {
  const [x, y] = ["constant", "signed"].map((property) => axisChannel(pageScene(), "structure", { property, scale: "linear", min: null, max: null }, 5));
  const area = { left: 0, top: 0, width: 200, height: 100 };
  const placement = planePlacement(x!, y!, { x: x!.extent, y: [-2, 2], z: null }, area);
  expect(applyRow(placement.across, [0, 0, 0])).toBeCloseTo(0);
  expect(applyRow(placement.across, [1, 0, 0])).toBeCloseTo(200);
  // signed runs from -2 to 4: its half is 1, three quarters up the window.
  expect(applyRow(placement.down, [0, 0.5, 0])).toBeCloseTo(25);
});

test("a camera written and read is the same gaze", () => {
  const gaze = { ...START_GAZE, zoom: 2.5, shift: [0.2, -0.1] as const };
  const back = gazeOf(cameraOf(gaze));
  expect(back.zoom).toBe(2.5);
  back.shift.forEach((value, i) => expect(value).toBeCloseTo(gaze.shift[i]!, 10));
  const sign = Math.sign(back.rotation[3] * gaze.rotation[3]);
  back.rotation.forEach((value, i) => expect(sign * value).toBeCloseTo(gaze.rotation[i]!, 10));
});

test("the middle of the box stands in the middle of the area", () => {
  const rows = boxRows(START_GAZE, { left: 0, top: 0, width: 300, height: 200 });
  expect(applyRow(rows.across, [0.5, 0.5, 0.5])).toBeCloseTo(150);
  expect(applyRow(rows.down, [0.5, 0.5, 0.5])).toBeCloseTo(100);
});

test("filters gray or hide, choices stand out", () => {
  const mask = Uint8Array.of(1, 0, 1);
  const selection = { mask: Uint8Array.of(1, 1, 0), count: 2 };
  expect(statesOf(3, null, null, "gray")).toBeNull();
  expect([...statesOf(3, mask, null, "hide")!]).toEqual([2, HIDDEN, 2]);
  expect([...statesOf(3, mask, selection, "gray")!]).toEqual([3, GRAY, 2]);
});

test("points shrink as they become many, and factor 50 is the size that fits", () => {
  const radii = [10, 1e3, 1e5, 1e6].map((count) => radiusOf(count, 50));
  expect([...radii].sort((a, b) => b - a)).toEqual(radii);
  expect(radiusOf(100, 100) / radiusOf(100, 50)).toBeCloseTo(6);
  expect(areaAt(0, "proportional")).toBeLessThan(0.05);
  expect(areaAt(0, "flip-linear")).toBe(areaAt(1, "linear"));
});
