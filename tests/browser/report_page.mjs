// Claims about the page of a report, each tried in Chromium. Run by test_report_page.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openBrowser, openPlainBrowser } from "./chromium.mjs";

const { PAGES } = process.env;
let browser;
let plain;
before(async () => { [browser, plain] = await Promise.all([openBrowser(), openPlainBrowser()]); });
after(() => Promise.all([browser.close(), plain.close()]));

// Opens a page, and keeps every complaint and every request that it makes.
async function open(name, { width = 1280, height = 900, scheme = "light", from = plain } = {}) {
  const page = await from.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.complaints = [];
  page.requests = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("request", (request) => page.requests.push(request.url().slice(0, 100)));
  await page.goto(pathToFileURL(`${PAGES}/${name}.html`).href);
  await page.locator("main h1").waitFor();
  return page;
}

async function withPage(name, settings, act) {
  const page = await open(name, settings);
  try {
    await act(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await page.close();
  }
}

const chart = (page, name) => page.locator(`[data-chart$="${name}"]`);
const heading = (page) => page.locator(".inspector h3").innerText();

// Fractions of a drawing to the page's coordinates.
async function inside(locator, x, y) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  return [box.x + x * box.width, box.y + y * box.height];
}

async function inked(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    let sum = 0;
    for (let i = 3; i < data.length; i += 4) sum += data[i] > 0 ? 1 : 0;
    return sum / (data.length / 4);
  });
}

const pixels = (canvas) => canvas.evaluate((element) => element.toDataURL());

test("asks for nothing but itself and complains about nothing", () =>
  withPage("report", { from: browser }, async (page) => {
    await page.waitForTimeout(300);
    assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:")), []);
    assert.equal(page.requests.filter((url) => url.startsWith("file:")).length, 1);
  }));

test("names the best model of each target in words", () =>
  withPage("report", {}, async (page) => {
    const cards = await page.locator(".target-card").allInnerTexts();
    assert.equal(cards.length, 2);
    assert.match(cards[0], /± 0\.\d+ eV MAE/);
    assert.match(cards[0], /soap-krr, 800 training structures, 3 repeats/);
    assert.match(cards[0], /times better than the mean/);
  }));

test("turns to another target by click and by key", () =>
  withPage("report", {}, async (page) => {
    await page.locator(".target-card").nth(1).click();
    assert.equal(await page.locator(".target-title h2").textContent(), "gap");
    assert.equal(await chart(page, "gap-parity").count(), 1);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator(".target-title h2").textContent(), "atomization energy");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "radio");
  }));

test("switches the score and the kind of time", () =>
  withPage("report", {}, async (page) => {
    const learning = chart(page, "learning-curves");
    assert.match(await learning.locator(".surface svg").textContent(), /MAE \(eV\)/);
    await learning.getByRole("button", { name: "RMSE" }).click();
    assert.match(await learning.locator(".surface svg").textContent(), /RMSE \(eV\)/);
    const cost = chart(page, "cost");
    await cost.getByRole("button", { name: "Fit" }).click();
    assert.match(await cost.locator(".surface svg").textContent(), /CPU time for fitting/);
    assert.equal(await cost.locator(".pareto").count(), 1);
  }));

test("tells the exponent of a learning curve under the pointer", () =>
  withPage("report", {}, async (page) => {
    const curve = chart(page, "learning-curves").locator('[data-model="soap-krr"] path').last();
    await page.mouse.move(...(await inside(curve, 0.5, 0.5)));
    const tip = await page.locator(".tip").innerText();
    assert.match(tip, /soap-krr/);
    assert.match(tip, /error ∝ n\s*−0\.\d\d/);
  }));

test("shows the structure of a point that is clicked, and its errors", () =>
  withPage("report", {}, async (page) => {
    const first = await heading(page);
    const surface = chart(page, "parity").locator(".surface svg");
    await surface.scrollIntoViewIfNeeded();
    await surface.focus();
    await page.keyboard.press("ArrowRight");
    const second = await heading(page);
    assert.notEqual(second, first);
    const ring = chart(page, "parity").locator(".selected-ring");
    const place = await inside(ring, 0.5, 0.5);
    await page.getByRole("button", { name: /Smaller error/ }).click();
    assert.notEqual(await heading(page), second);
    await page.mouse.move(...place);
    assert.match(await page.locator(".tip").innerText(), /reference .* eV/);
    await page.mouse.click(...place);
    assert.match(await page.locator(".numbers").innerText(), /Reference\s+−?[\d.]+ eV\s+soap-krr/);
  }));

test("begins with the largest error and steps through smaller ones", () =>
  withPage("report", {}, async (page) => {
    assert.match(await page.locator(".stepper span").innerText(), /^1 of \d+ by error/);
    await page.getByRole("button", { name: /Smaller error/ }).click();
    assert.match(await page.locator(".stepper span").innerText(), /^2 of/);
    assert.equal(await page.getByRole("button", { name: /Larger error/ }).isEnabled(), true);
  }));

test("draws points of several models, and always at least one", () =>
  withPage("report", {}, async (page) => {
    const parity = chart(page, "parity");
    await parity.getByRole("button", { name: "coulomb-krr" }).click();
    assert.match(await parity.locator(".tally").textContent(), /coulomb-krr: MAE .*soap-krr: MAE/);
    await parity.getByRole("button", { name: "coulomb-krr" }).click();
    await parity.getByRole("button", { name: "soap-krr" }).click();
    assert.match(await parity.locator(".tally").textContent(), /soap-krr: MAE/);
    assert.ok((await inked(parity.locator("canvas"))) > 0.001);
  }));

test("zooms into a dragged box and back", () =>
  withPage("report", {}, async (page) => {
    const surface = chart(page, "parity").locator(".surface svg");
    const ticks = () => chart(page, "parity").locator(".axes").textContent();
    const all = await ticks();
    await page.mouse.move(...(await inside(surface, 0.6, 0.2)));
    await page.mouse.down();
    await page.mouse.move(...(await inside(surface, 0.9, 0.5)), { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await ticks(), all);
    await page.getByRole("button", { name: "Show all" }).click();
    assert.equal(await ticks(), all);
  }));

for (const [name, get, has] of [["with WebGL", () => browser, true], ["without WebGL", () => plain, false]]) {
  test(`turns a structure ${name} by dragging and by keys, names its atoms, and resets`, () =>
    withPage("report", { from: get() }, async (page) => {
      const webgl = await page.evaluate(() => document.createElement("canvas").getContext("webgl2") !== null);
      assert.equal(webgl, has);
      await turnAbout(page);
    }));
}

async function turnAbout(page) {
  const canvas = page.locator(".viewer canvas");
  await canvas.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector(".viewer canvas").width > 300);
  assert.ok((await inked(canvas)) > 0.02);
  const start = await pixels(canvas);
  const [x, y] = await inside(canvas, 0.5, 0.5);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 20, { steps: 3 });
  await page.mouse.up();
  await page.waitForTimeout(100);
  const dragged = await pixels(canvas);
  assert.notEqual(dragged, start);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("+");
  await page.waitForTimeout(100);
  assert.notEqual(await pixels(canvas), dragged);
  await page.keyboard.press("0");
  await page.waitForTimeout(100);
  assert.equal(await pixels(canvas), start);
  let label = "";
  for (let step = 0.1; step < 0.9 && label === ""; step += 0.02) {
    await page.mouse.move(...(await inside(canvas, step, 0.5)));
    if (await page.locator(".atom-label").count()) label = await page.locator(".atom-label").innerText();
  }
  assert.match(label, /^[A-Z][a-z]?\s*\d+$/);
}

test("sorts the table both ways and back", () =>
  withPage("report", {}, async (page) => {
    const column = page.locator(".results th", { hasText: "RMSE" });
    const errors = () => page.locator(".results tbody tr td:nth-child(5)").allInnerTexts();
    const before = await errors();
    const values = async () => (await errors()).map((text) => parseFloat(text));
    await column.getByRole("button").click();
    assert.equal(await column.getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await values(), [...(await values())].sort((a, b) => a - b));
    await column.getByRole("button").click();
    assert.equal(await column.getAttribute("aria-sort"), "descending");
    assert.deepEqual(await values(), [...(await values())].sort((a, b) => b - a));
    await column.getByRole("button").click();
    assert.deepEqual(await errors(), before);
  }));

async function download(page, panel, kind) {
  await panel.locator("summary").click();
  const [file] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: kind, exact: true }).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("every chart is saved as SVG, PNG and CSV", () =>
  withPage("report", {}, async (page) => {
    const names = await page.locator("[data-chart]").evaluateAll((all) => all.map((one) => one.dataset.chart));
    assert.equal(names.length, 5);
    for (const name of names) {
      const panel = page.locator(`[data-chart="${name}"]`);
      const svg = await download(page, panel, "SVG");
      assert.equal(svg.name, `${name}.svg`);
      const sound = await page.evaluate((text) => {
        const read = new DOMParser().parseFromString(text, "image/svg+xml");
        return [read.querySelector("parsererror") === null, read.querySelectorAll("path, circle").length];
      }, svg.bytes.toString("utf8"));
      assert.equal(sound[0], true);
      assert.ok(sound[1] > 1, `${name} has shapes`);
      const png = await download(page, panel, "PNG");
      assert.deepEqual([...png.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      assert.equal(png.bytes.readUInt32BE(16), 2160);
      const csv = (await download(page, panel, "CSV")).bytes.toString("utf8").trim().split("\r\n");
      assert.match(csv[0], /^model,/);
      assert.ok(csv.length > 3);
    }
  }));

test("saves a structure as a picture and as extended XYZ", () =>
  withPage("report", {}, async (page) => {
    const panel = page.locator(".inspector");
    const xyz = (await download(page, panel, "XYZ")).bytes.toString("utf8").split("\n");
    assert.equal(xyz.length, Number(xyz[0]) + 3);
    assert.equal((await download(page, panel, "PNG")).bytes.readUInt32BE(0), 0x89504e47);
  }));

test("is light or dark as the system prefers, until the reader chooses", async () => {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await withPage("report", { scheme: "dark" }, async (page) => {
    assert.equal(await ground(page), "rgb(18, 21, 24)");
    await page.getByRole("button", { name: "Switch to light" }).click();
    assert.equal(await ground(page), "rgb(246, 245, 242)");
  });
});

test("is light on paper, with nothing to click on", () =>
  withPage("report", { scheme: "dark" }, async (page) => {
    await page.emulateMedia({ media: "print" });
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    assert.equal(await page.locator(".menu:visible").count(), 0);
    const pdf = await page.pdf({ format: "A4" });
    assert.equal(pdf.subarray(0, 4).toString(), "%PDF");
  }));

for (const width of [340, 768, 1280, 2560, 3840]) {
  test(`fits a window of ${width} pixels`, () =>
    withPage("report", { width, height: 1000 }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} wide`);
      const charts = await page.locator("[data-chart] .surface svg").evaluateAll((all) => all.map((one) => one.clientWidth));
      assert.ok(Math.min(...charts) > 240, `charts are ${charts} wide`);
      const over = await page.locator(".surface").evaluateAll((all) =>
        all.filter((one) => one.firstElementChild.getBoundingClientRect().bottom > one.getBoundingClientRect().bottom + 1).length);
      assert.equal(over, 0);
    }));
}

test("warns of failed trials and of what models warn of", () =>
  withPage("report", {}, async (page) => {
    const notes = await page.locator("#warnings").innerText();
    assert.match(notes, /2 trials failed .*kernel matrix is not positive definite/);
    assert.match(notes, /lies on the edge of its grid/);
  }));

test("every control is reached by tab and shows that it has the focus", () =>
  withPage("report", {}, async (page) => {
    const seen = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const [name, outline] = await page.evaluate(() => {
        const { tagName, ariaLabel, textContent } = document.activeElement;
        return [`${tagName} ${ariaLabel ?? textContent?.slice(0, 20)}`, getComputedStyle(document.activeElement).outlineStyle];
      });
      // After the last control the focus is the browser's own for one step.
      if (name.startsWith("BODY")) continue;
      assert.notEqual(outline, "none", `${name} shows its focus`);
      seen.add(name.split(" ")[0]);
    }
    for (const kind of ["BUTTON", "SUMMARY", "SELECT", "svg", "CANVAS"]) assert.ok(seen.has(kind), `${kind} has been reached`);
  }));

test("shows a study that has nothing finished yet", () =>
  withPage("running", {}, async (page) => {
    assert.match(await page.locator(".masthead").innerText(), /Running/);
    assert.match(await page.locator(".target-card").first().innerText(), /No finished trial yet/);
    assert.match(await page.locator(".inspector").innerText(), /No predictions yet/);
  }));

test("a stranger's report cannot run anything", () =>
  withPage("hostile", {}, async (page) => {
    for (const summary of await page.locator("summary").all()) await summary.click({ force: true });
    const panel = chart(page, "parity");
    await download(page, panel, "SVG");
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.match(await page.locator("h1").innerText(), /<img src=x onerror/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  }));

for (const [name, words] of [
  ["newer", /of a newer version \(2\) than this page \(1\)/],
  ["unknown", /knows nothing of the format “constructor”/],
  ["damaged", /report\.trials\[\d+\]\.n_train: expected a number, got "many"/],
]) {
  test(`says why ${name} data cannot be shown`, () =>
    withPage(name, {}, async (page) => {
      assert.match(await page.locator("main").innerText(), words);
    }));
}
