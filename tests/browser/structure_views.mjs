// Claims about the viewers of structures, each tried in Chromium. Run by test_structure_views.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { openBrowser, openPlainBrowser, withNewPage } from "./chromium.mjs";

const [script, style] = ["js", "css"].map((kind) => readFileSync(`${process.env.PAGE}.${kind}`, "utf8"));

let browser;
let plain;
before(async () => {
  [browser, plain] = [await openBrowser(), await openPlainBrowser()];
});
after(() => Promise.all([browser.close(), plain.close()]));

function withPage(act, { from = browser, touch = false } = {}) {
  return withNewPage(from, { viewport: { width: 700, height: 500 }, hasTouch: touch }, async (page) => {
    await page.addInitScript(() => {
      window.contexts = [];
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        const context = original.call(this, kind, ...rest);
        if (kind === "webgl2") window.contexts.push(context);
        return context;
      };
    });
    await page.goto("about:blank");
    await page.setContent(`<!doctype html><style>${style}</style><body></body>`);
    await page.addScriptTag({ content: script, type: "module" });
    await page.waitForFunction(() => window.addViewer);
    await act(page);
  });
}

const add = async (page, asked) => {
  await page.evaluate((one) => (window.told = window.addViewer(one)), { width: 320, height: 320, ...asked });
  await settled(page);
};
const settings = (page) => page.evaluate(() => window.told.settings);
const change = async (page, part) => {
  await page.evaluate((one) => window.told.change(one), part);
  await settled(page);
};
// Long enough for the quick picture and the fine one after it.
const settled = (page) => page.waitForTimeout(450);
const canvas = (page) => page.locator(".structure-view canvas").last();
const pixels = (page) => canvas(page).evaluate((element) => element.toDataURL());

async function inked(page, color = null) {
  return canvas(page).evaluate((element, wanted) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 0) continue;
      const [r, g, b] = data.subarray(i, i + 3);
      if (wanted === null || (wanted === "red" && r > 1.6 * g && r > 1.6 * b) || (wanted === "blue" && b > 1.4 * r && b > 1.3 * g)) sum++;
    }
    return sum / (data.length / 4);
  }, color);
}

const at = async (page, x, y) => {
  const box = await canvas(page).boundingBox();
  return [box.x + x * box.width, box.y + y * box.height];
};

// Carbon monoxide along the picture's x: carbon left of the middle, oxygen right of it.
const PAIR = { structures: [{ size: 2, names: ["C", "O"], x: [-0.6, 0.6], y: [0, 0], z: [0, 0] }] };
const FRONT = { eye: { x: 0, y: 0, z: 30 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 1, z: 0 }, zoom: 1 };
const facing = (file, more = {}) => ({ file, settings: { camera: FRONT, perspective: false, ...more } });
const cubic = (a, names, fractions, more = {}) => ({
  structures: [{ size: names.length, names, x: fractions.map((f) => f[0] * a), y: fractions.map((f) => f[1] * a), z: fractions.map((f) => f[2] * a), cell: [a, 0, 0, 0, a, 0, 0, 0, a], ...more }],
});
const CHAIN = cubic(6, ["C", "O"], [[0.1, 0.5, 0.5], [0.9, 0.5, 0.5]]);

for (const [name, get] of [["with WebGL", () => browser], ["without WebGL", () => plain]]) {
  test(`draws and turns ${name}, by dragging, wheel and keys, and resets`, () =>
    withPage(async (page) => {
      await add(page, { file: CHAIN });
      assert.ok((await inked(page)) > 0.02);
      const start = await pixels(page);
      const [x, y] = await at(page, 0.5, 0.5);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 50, y + 30, { steps: 4 });
      await page.mouse.up();
      await settled(page);
      const dragged = await pixels(page);
      assert.notEqual(dragged, start);
      assert.notEqual((await settings(page)).camera, null);
      await page.mouse.wheel(0, -300);
      await settled(page);
      const { zoom } = (await settings(page)).camera;
      assert.ok(zoom > 1.2, `the zoom is ${zoom}`);
      await page.keyboard.press("Shift+ArrowLeft");
      await page.keyboard.press("z");
      await settled(page);
      assert.notEqual(await pixels(page), dragged);
      await page.keyboard.press("0");
      await page.mouse.move(0, 0);
      await settled(page);
      assert.equal((await settings(page)).camera, null);
      assert.equal(await pixels(page), start);
    }, { from: get() }));
}

test("what moves is drawn by the processor as it will be drawn finely", () =>
  withPage(async (page) => {
    const sites = Array.from({ length: 1000 }, (_, i) => [(i % 10) / 10 + 0.05, (Math.floor(i / 10) % 10) / 10 + 0.05, Math.floor(i / 100) / 10 + 0.05]);
    const file = cubic(20, sites.map((_, i) => (i % 3 ? "H" : "O")), sites);
    for (const settings of [{}, { spaceFilling: true }, { atoms: false }]) {
      const { rough, fine, difference } = await page.evaluate((one) => window.compareRough(one), { file, settings });
      assert.ok(Math.abs(rough / fine - 1) < 0.2, `ink ${rough} and ${fine} with ${JSON.stringify(settings)}`);
      // Of 255; half a pixel off and without smooth edges.
      assert.ok(difference < 14 && difference > 0, `pixels differ by ${difference} with ${JSON.stringify(settings)}`);
    }
  }));

test("sixteen viewers and a preview share one WebGL context", () =>
  withPage(async (page) => {
    for (let i = 0; i < 16; i++) await page.evaluate((one) => (window.told = window.addViewer(one)), { file: CHAIN, width: 100, height: 100 });
    await page.evaluate((one) => window.addPreview(one), { file: CHAIN, atom: 1 });
    await settled(page);
    assert.equal(await page.evaluate(() => window.contexts.length), 1);
    const empty = await page.locator("canvas").evaluateAll((all) =>
      all.filter((one) => !one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((x) => x > 0)).length);
    assert.equal(empty, 0);
  }));

test("draws again when the graphics card has forgotten everything", () =>
  withPage(async (page) => {
    await add(page, { file: CHAIN });
    const before = await pixels(page);
    await page.evaluate(async () => {
      const card = window.contexts[0].getExtension("WEBGL_lose_context");
      card.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 100));
      document.querySelector("canvas").getContext("2d").reset();
      card.restoreContext();
    });
    await settled(page);
    assert.equal(await pixels(page), before);
  }));

test("names the atom under the pointer, and a click selects it", () =>
  withPage(async (page) => {
    await add(page, facing(PAIR));
    await page.mouse.move(...(await at(page, 0.36, 0.5)));
    await page.waitForTimeout(60);
    assert.equal(await page.locator(".viewer-says").innerText(), "C 0");
    assert.equal(await page.evaluate(() => window.told.hovered), 0);
    await page.mouse.click(...(await at(page, 0.64, 0.5)));
    await page.mouse.move(...(await at(page, 0.02, 0.02)));
    await page.waitForTimeout(60);
    assert.deepEqual(await page.evaluate(() => window.told.selected), [1]);
    assert.equal(await page.evaluate(() => window.told.hovered), null);
    await canvas(page).focus();
    await page.keyboard.press(".");
    await page.waitForTimeout(60);
    assert.deepEqual(await page.evaluate(() => window.told.selected), [1, 0]);
  }));

test("measures a distance between two atoms that are clicked, also to the nearest image", () =>
  withPage(async (page) => {
    await add(page, facing(PAIR));
    await canvas(page).focus();
    await page.keyboard.press("m");
    await page.mouse.click(...(await at(page, 0.36, 0.5)));
    await page.mouse.click(...(await at(page, 0.64, 0.5)));
    await page.waitForTimeout(100);
    assert.equal(await page.locator(".viewer-says").innerText(), "C 0 – O 1: Distance 1.200 Å");
    assert.deepEqual(await page.evaluate(() => window.told.selected), []);
    await page.keyboard.press("Escape");
    await page.waitForTimeout(60);
    assert.match(await page.locator(".viewer-says").innerText(), /Click two to four/);
  }));

test("every style draws another picture, and nothing is nothing", () =>
  withPage(async (page) => {
    await add(page, facing(PAIR));
    const seen = [];
    for (const style of ["balls-sticks", "sticks", "balls", "space", "none"]) {
      await page.locator(".structure-view").hover();
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByLabel("Style").selectOption(style);
      await page.keyboard.press("Escape");
      await page.mouse.move(0, 0);
      await settled(page);
      seen.push(await inked(page));
    }
    const [ballsAndSticks, sticks, balls, space, none] = seen;
    assert.equal(none, 0);
    assert.ok(space > ballsAndSticks && ballsAndSticks > balls && ballsAndSticks > sticks && sticks > 0, seen.join(" "));
  }));

test("the settings change cell, supercell, labels, axes and polyhedra", () =>
  withPage(async (page) => {
    const perovskite = cubic(4, ["Ti", "O", "O", "O", "Sr"], [[0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0, 0, 0]]);
    await add(page, { file: perovskite });
    let before = await pixels(page);
    for (const part of [{ unitCell: false }, { supercell: [2, 1, 1] }, { atomLabels: true }, { axes: "abc" }, { polyhedra: true }, { perspective: false }]) {
      await change(page, part);
      const now = await pixels(page);
      assert.notEqual(now, before, JSON.stringify(part));
      before = now;
    }
    await page.locator(".structure-view").hover();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("spinbutton", { name: "b", exact: true }).fill("3");
    await page.getByRole("spinbutton", { name: "b", exact: true }).blur();
    assert.deepEqual((await settings(page)).supercell, [2, 3, 1]);
    await page.getByRole("button", { name: "One cell" }).click();
    assert.deepEqual((await settings(page)).supercell, [1, 1, 1]);
  }));

test("stated bonds stay when the supercell changes", () =>
  withPage(async (page) => {
    // Too far apart for bonds by distance.
    const file = cubic(8, ["O", "O"], [[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]], { bonds: [[0, 1, 2]] });
    await add(page, { file, settings: { unitCell: false, atoms: false } });
    const one = await inked(page, "red");
    await change(page, { supercell: [1, 3, 1] });
    const many = await inked(page, "red");
    assert.ok(one > 0.002 && many > 0.002, `${one} ${many}`);
  }));

test("colors atoms by a property, with a bar", () =>
  withPage(async (page) => {
    const file = { ...PAIR, properties: { charge: { target: "atom", values: [-1, 1], units: "e" } } };
    await add(page, facing(file));
    assert.ok((await inked(page, "blue")) < 0.002);
    const { color } = await settings(page);
    await change(page, { color: { ...color, property: "charge", palette: "bwr" } });
    assert.ok((await inked(page, "blue")) > 0.02);
    await change(page, { color: { ...color, property: "charge", palette: "bwr", min: -9, max: -1 } });
    assert.ok((await inked(page, "red")) > 0.04);
  }));

test("shows an environment through the wall, and hides what surrounds it", () =>
  withPage(async (page) => {
    const file = cubic(6, ["C", "O", "N"], [[0.02, 0.5, 0.5], [0.84, 0.5, 0.5], [0.5, 0.5, 0.5]]);
    await add(page, { ...facing(file, { unitCell: false }), atom: 0 });
    const { environments } = await settings(page);
    const grey = await inked(page, "red");
    await change(page, { environments: { ...environments, cutoff: 1.3, bgStyle: "hide" } });
    const close = [await inked(page, "red"), await inked(page, "blue")];
    await change(page, { environments: { ...environments, cutoff: 3.2, bgStyle: "hide" } });
    assert.ok(close[0] > 0.005 && close[1] < 0.001, close.join(" "));
    assert.ok((await inked(page, "blue")) > 0.005);
    assert.ok(grey > 0.005);
  }));

test("draws a backbone as a ribbon", () =>
  withPage(async (page) => {
    const wound = Array.from({ length: 12 }, (_, i) => [2.3 * Math.cos((i * 5 * Math.PI) / 9), 2.3 * Math.sin((i * 5 * Math.PI) / 9), 1.5 * i]);
    const one = {
      size: 12, names: wound.map(() => "CA"), elements: wound.map(() => "C"), x: wound.map((p) => p[0]), y: wound.map((p) => p[1]), z: wound.map((p) => p[2]),
      resnames: wound.map(() => "ALA"), resids: wound.map((_, i) => i), chains: wound.map(() => "A"), hetatom: wound.map(() => false),
    };
    await add(page, { file: { structures: [one] }, settings: { atoms: false, bonds: false } });
    assert.equal(await inked(page), 0);
    await page.locator(".structure-view").hover();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Cartoon").check();
    await settled(page);
    assert.ok((await inked(page)) > 0.03);
  }));

const SHAPES = {
  ball: { kind: "sphere", parameters: { global: { radius: 0.8, position: [0, 2, 0], color: "#2040ff" } } },
  egg: { kind: "ellipsoid", parameters: { global: { semiaxes: [1.5, 0.5, 0.5], position: [0, 2, 0], color: "#2040ff80" } } },
  rod: { kind: "cylinder", parameters: { global: { vector: [2, 0, 0], radius: 0.3, position: [0, 2, 0], color: "blue" } } },
  forces: { kind: "arrow", parameters: { global: { baseRadius: 0.3, headRadius: 0.6, headLength: 0.8, color: "#2040ff" }, atom: [{ vector: [0, 2, 0] }, { vector: [0, -2, 0] }] } },
  rods: { kind: "cylinders", parameters: { global: { vectors: [[2, 0, 0], [0, 2, 0]], radii: 0.2, colors: "#2040ff" } } },
  balls: { kind: "spheres", parameters: { global: { centers: [[0, 2, 0], [1, 2, 0]], radii: [0.5, 0.7], colors: "#2040ff" } } },
  mesh: { kind: "custom", parameters: { global: { vertices: [[0, 1, 0], [2, 1, 0], [0, 3, 0], [0, 1, 2]], color: "#2040ffc0" } } },
};
SHAPES.together = { kind: "combined", shapes: [SHAPES.ball, SHAPES.rod] };

for (const name of Object.keys(SHAPES)) {
  test(`draws the shape ${name}`, () =>
    withPage(async (page) => {
      await add(page, { file: { ...PAIR, shapes: SHAPES }, settings: { shape: name } });
      assert.ok((await inked(page, "blue")) > 0.004);
    }));
}

test("frames of a trajectory move the atoms and nothing else", () =>
  withPage(async (page) => {
    const frames = [0, 0.2, 0.4].map((x) => ({ ...CHAIN.structures[0], x: [0.6 + x, 5.4 - x] }));
    await add(page, { file: { structures: frames } });
    const camera = () => page.evaluate(() => JSON.stringify(window.told.settings.camera));
    const before = [await pixels(page), await camera()];
    await page.evaluate(() => window.told.show(2, null, true));
    await settled(page);
    assert.notEqual(await pixels(page), before[0]);
    await page.evaluate(() => window.told.show(0, null, true));
    await settled(page);
    assert.equal(await pixels(page), before[0]);
    assert.equal(await camera(), before[1]);
  }));

async function download(page, name) {
  await page.locator(".structure-view").hover();
  await page.getByRole("button", { name: "Download" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("saves a picture, a structure and films", () =>
  withPage(async (page) => {
    await add(page, { file: { structures: [PAIR.structures[0], PAIR.structures[0]] }, width: 160, height: 120 });
    const png = await download(page, /PNG/);
    assert.deepEqual([png.name, png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], ["test-viewer.png", 320, 240]);
    const xyz = (await download(page, /XYZ/)).bytes.toString("utf8").split("\n");
    assert.deepEqual([xyz[0], xyz[2].slice(0, 2)], ["2", "C "]);
    for (const [film, frames] of [[/One turn/, 60], [/2 structures/, 2]]) {
      const gif = (await download(page, film)).bytes;
      assert.equal(gif.subarray(0, 6).toString("latin1"), "GIF89a");
      assert.equal(gif.toString("latin1").split("\x21\xf9\x04").length - 1, frames);
    }
  }));

test("turns by itself until it is told not to", () =>
  withPage(async (page) => {
    await add(page, { file: CHAIN });
    const start = await pixels(page);
    await page.evaluate(() => window.told.change({ rotation: true }));
    await page.waitForTimeout(300);
    await change(page, { rotation: false });
    const after = await pixels(page);
    assert.notEqual(after, start);
    assert.notEqual((await settings(page)).camera, null);
    await settled(page);
    assert.equal(await pixels(page), after);
  }));

test("two fingers zoom", () =>
  withPage(async (page) => {
    await add(page, { file: CHAIN });
    const [x, y] = await at(page, 0.5, 0.5);
    const session = await page.context().newCDPSession(page);
    const touch = (type, spread) => session.send("Input.dispatchTouchEvent", {
      type, touchPoints: spread === null ? [] : [{ x: x - spread, y, id: 1 }, { x: x + spread, y, id: 2 }],
    });
    await touch("touchStart", 20);
    for (const spread of [25, 30, 40, 50]) await touch("touchMove", spread);
    await touch("touchEnd", null);
    await settled(page);
    const { zoom } = (await settings(page)).camera;
    assert.ok(zoom > 1.5, `the zoom is ${zoom}`);
  }, { touch: true }));

test("fits its element when that changes its size", () =>
  withPage(async (page) => {
    await add(page, { file: CHAIN });
    await page.locator(".shell").evaluate((element) => (element.style.width = "200px"));
    await settled(page);
    assert.equal(await canvas(page).evaluate((element) => element.width), 200);
    assert.ok((await inked(page)) > 0.01);
  }));
