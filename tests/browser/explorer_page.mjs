// Claims about the explorer, each tried in Chromium. Run by test_explorer_page.py.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openBrowser, openPlainBrowser, withNewPage } from "./chromium.mjs";

const { PAGES, BUNDLE } = process.env;
let browser;
let plain;
before(async () => { [browser, plain] = await Promise.all([openBrowser(), openPlainBrowser()]); });
after(() => Promise.all([browser.close(), plain.close()]));

// Opens a page, waits until its map is drawn, and acts.
const withPage = (name, { width = 1300, height = 850, scheme = "light", from = plain, view, touch = false } = {}, act) =>
  withNewPage(from, { viewport: { width, height }, colorScheme: scheme, hasTouch: touch }, async (page) => {
    const hash = view === undefined ? "" : `#view=${encodeURIComponent(JSON.stringify(view))}`;
    await page.goto(pathToFileURL(`${PAGES}/${name}.html`).href + hash);
    await page.locator("canvas.map-points[data-way], main.sorry").first().waitFor();
    await act(page);
  });

const structureMap = (settings) => ({ maps: { structure: settings } });
const drawn = (page) => page.locator("canvas.map-points").evaluate((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, canvas.width);
});
const label = (page, text) => page.getByLabel(text, { exact: true }).first();
const axes = (page) => page.locator(".map-lines .axes").textContent();

// Waits until a claim holds; the page draws when the browser finds time.
async function eventually(claim, seconds = 5) {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

async function place(page, x, y) {
  const box = await page.locator(".map-pointer").boundingBox();
  return [box.x + x * box.width, box.y + y * box.height];
}

// Where the first pin points at, and its point therefore lies.
async function tipOf(page) {
  const { x, y, width, height } = await page.locator(".pin").first().boundingBox();
  return [x + width / 2, y + height + 1];
}

async function drag(page, ...corners) {
  const places = await Promise.all(corners.map(([x, y]) => place(page, x, y)));
  await page.mouse.move(...places[0]);
  await page.mouse.down();
  for (const to of places.slice(1)) await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}

async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const path = `${PAGES}/saved-${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

test("says what the data are, with safe Markdown", () =>
  withPage("molecules", {}, async (page) => {
    await page.getByRole("button", { name: "Molecules of the G2 test set" }).click();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), /162 molecules of G2 as ASE has them/);
    assert.equal(await dialog.locator("strong").innerText(), "G2");
    assert.equal(await dialog.locator("a").getAttribute("href"), "https://doi.org/10.1063/1.473182");
    await page.keyboard.press("Escape");
    assert.equal(await dialog.count(), 0);
  }));

test("runs nothing that a stranger wrote into names, units and texts", () =>
  withPage("hostile", {}, async (page) => {
    await page.locator(".title-button").click();
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator(".explorer img, .dialog img").count(), 0);
    const links = await page.locator(".dialog a").evaluateAll((all) => all.map((link) => link.protocol));
    assert.ok(links.every((protocol) => protocol === "https:"), String(links));
  }));

test("tells where a damaged scene is at fault", () =>
  withPage("damaged", {}, async (page) => {
    assert.match(await page.locator("main.sorry").innerText(), /scene\.properties\[0\]\.kind: expected/);
  }));

test("a click on a point shows its structure, its values and its row", () =>
  withPage("molecules", {}, async (page) => {
    const before = await page.locator(".viewer-name").innerText();
    await page.locator(".map-pointer").focus();
    await page.keyboard.press("n");
    await eventually(async () => assert.notEqual(await page.locator(".viewer-name").innerText(), before));
    assert.equal(await page.locator(".pin").getAttribute("data-point"), "1");
    assert.match(await page.locator(".values").innerText(), /Structure 1/);
    assert.equal(await page.locator("tr[aria-selected=true] th").innerText(), "1");
    const tip = await tipOf(page);
    await label(page, "Next point").click();
    await page.mouse.click(...tip);
    await eventually(async () => assert.equal(await page.locator("tr[aria-selected=true] th").innerText(), "1"));
  }));

test("the point under the pointer is told with all that is mapped, and a picture", () =>
  withPage("molecules", { view: structureMap({ symbol: "family", opacity: { property: "smallest inertia" } }) }, async (page) => {
    await page.mouse.move(...(await tipOf(page)));
    const card = page.locator(".hover-card");
    await card.waitFor();
    const said = await card.innerText();
    for (const name of ["Structure", "mass (u)", "radius (Å)", "atoms", "family", "smallest inertia"]) assert.ok(said.includes(name), said);
    await eventually(async () => {
      const inked = await card.locator("canvas").evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean));
      assert.ok(inked);
    });
  }));

test("moves, zooms and shows all again by pointer, wheel and key", () =>
  withPage("molecules", {}, async (page) => {
    const all = await axes(page);
    await drag(page, [0.5, 0.5], [0.7, 0.5]);
    const moved = await axes(page);
    assert.notEqual(moved, all);
    await page.mouse.wheel(0, -300);
    await eventually(async () => assert.notEqual(await axes(page), moved));
    await page.keyboard.press("0");
    await eventually(async () => assert.equal(await axes(page), all));
    await page.locator(".map-pointer").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("+");
    await eventually(async () => assert.notEqual(await axes(page), all));
    await page.mouse.dblclick(...(await place(page, 0.9, 0.1)));
    await eventually(async () => assert.equal(await axes(page), all));
  }));

test("zooms to a drawn box", () =>
  withPage("molecules", {}, async (page) => {
    await label(page, "Zoom to a box (Z)").click();
    await drag(page, [0.2, 0.2], [0.4, 0.6]);
    const ticks = (await page.locator(".map-lines .axes text").allTextContents()).map(Number).filter(Number.isFinite);
    assert.ok(Math.max(...ticks) < 80, String(ticks));
  }));

test("lasso, box and brush choose points, in the table as well", () =>
  withPage("molecules", {}, async (page) => {
    const chosen = async () => Number.parseInt(await page.locator(".selection-count").innerText(), 10);
    await label(page, "Choose points with a lasso (L)").click();
    await drag(page, [0.1, 0.05], [0.6, 0.05], [0.6, 0.6], [0.1, 0.6]);
    const first = await chosen();
    assert.ok(first > 10 && first < 162, String(first));
    await label(page, "Choose points in a box (B)").click();
    await page.keyboard.down("Shift");
    await drag(page, [0.02, 0.5], [0.98, 0.99]);
    await page.keyboard.up("Shift");
    const both = await chosen();
    assert.ok(both > first);
    await page.getByLabel("only chosen points").check();
    assert.match(await page.locator(".table-tools").innerText(), new RegExp(`${both} of 162 rows`));
    await page.locator(".map-pointer").focus();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".selection-count").count(), 0);
    await label(page, "Histograms beside the axes").click();
    const brush = await page.locator(".brush-area[data-axis=x]").boundingBox();
    await page.mouse.move(brush.x + 0.3 * brush.width, brush.y + 20);
    await page.mouse.down();
    await page.mouse.move(brush.x + brush.width, brush.y + 20, { steps: 3 });
    await page.mouse.up();
    assert.ok((await chosen()) > 5);
    assert.ok((await page.locator(".histogram-y rect").count()) > 10);
  }));

test("a filter leaves the points it means, and says what is wrong with itself", () =>
  withPage("molecules", {}, async (page) => {
    await label(page, "Filter points").click();
    const field = label(page, "Filter");
    await field.fill('atoms > 3 and (family = "organic" or mass < 20)');
    const meant = async () => Number.parseInt(await page.locator(".filter-said").innerText(), 10);
    await eventually(async () => assert.ok((await meant()) < 162));
    const count = await meant();
    assert.ok(count > 20);
    await eventually(async () => assert.match(await page.locator(".table-tools").innerText(), new RegExp(`${count} of 162`)));
    const gray = await drawn(page);
    await page.getByRole("button", { name: "Hidden" }).click();
    await eventually(async () => assert.notEqual(await drawn(page), gray));
    await field.fill("mas > 3");
    await eventually(async () => assert.match(await page.locator(".filter-said").innerText(), /At letter 1: there is no “mas” \(do you mean “mass”\?\)/));
    await field.fill("");
    await label(page, "Add a condition on a property").selectOption("family");
    await eventually(async () => assert.equal(await field.inputValue(), 'family = "inorganic"'));
  }));

test("every quality of points takes a property, with legends for each", () =>
  withPage("molecules", {}, async (page) => {
    let last = await drawn(page);
    await label(page, "Settings of the map").click();
    const changes = async (act) => {
      await act();
      await eventually(async () => assert.notEqual(await drawn(page), last));
      last = await drawn(page);
    };
    await changes(() => label(page, "Property of x").selectOption("inertia"));
    await changes(() => page.getByRole("group", { name: "Scale of x" }).getByText("log").click());
    assert.match(await page.locator(".map-note").innerText(), /14 points of x not above 0 and left out/);
    await changes(() => label(page, "Property of color").selectOption("family"));
    assert.equal(await label(page, "Palette").inputValue(), "okabe-ito");
    await changes(() => label(page, "Palette").selectOption("tab10"));
    await changes(() => label(page, "reversed").check());
    await changes(() => label(page, "size by").selectOption("mass"));
    await changes(() => label(page, "symbol by").selectOption("family"));
    await changes(() => label(page, "opacity by").selectOption("radius"));
    await changes(() => label(page, "outlines").uncheck());
    await changes(() => label(page, "join points in their order").check());
    const legend = await page.locator(".legend").textContent();
    assert.match(legend, /family.*inorganic.*organic.*mass \(u\)/);
    const boxes = await page.locator(".legend text").evaluateAll((all) => all.map((text) => text.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, x + width, y + height]));
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] + 3 || b[3] <= a[1] + 3, `${a} over ${b}`)));
    await changes(() => label(page, "Property of z").selectOption("radius"));
    assert.equal(await page.locator(".map-lines .axes > g").count(), 3);
    await changes(() => drag(page, [0.9, 0.9], [0.7, 0.8]));
  }));

test("a click on a category of the legend shows it alone", () =>
  withPage("molecules", { view: structureMap({ color: { property: "family" } }) }, async (page) => {
    await page.getByRole("button", { name: "Only organic", exact: true }).click();
    await eventually(async () => assert.match(await page.locator(".table-tools").innerText(), /of 162/));
  }));

test("the graphics card's picture is the processor's, and is picked alike", () =>
  withPage("molecules", { from: browser, width: 760, height: 560, view: structureMap({ symbol: "name", size: { property: "atoms" }, outline: true }) }, async (page) => {
    await label(page, "Settings of the map").click();
    const points = page.locator("canvas.map-points");
    assert.equal(await points.getAttribute("data-way"), "processor");
    const read = () => points.evaluate((canvas) => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]);
    const one = await read();
    await label(page, "drawn by").selectOption("card");
    await eventually(async () => assert.equal(await points.getAttribute("data-way"), "card"), 20);
    const other = await read();
    assert.equal(one.length, other.length);
    const far = one.reduce((sum, value, i) => sum + (Math.abs(value - other[i]) > 64 ? 1 : 0), 0);
    assert.ok(far / one.length < 0.01, `${far} of ${one.length} bytes differ`);
    await page.mouse.move(...(await tipOf(page)));
    await page.locator(".hover-card").waitFor({ timeout: 20_000 });
  }));

test("saves pixels, and vectors that hold every point as a shape", () =>
  withPage("molecules", {}, async (page) => {
    const menu = page.locator(".map-panel .menu summary");
    await menu.click();
    const png = readFileSync(await saved(page, () => page.getByRole("button", { name: "PNG", exact: true }).click()));
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(png.readUInt32BE(16) >= 1800);
    await menu.click();
    const svg = readFileSync(await saved(page, () => page.getByRole("button", { name: "SVG", exact: true }).click()), "utf8");
    assert.equal((svg.match(/<circle /g) ?? []).length, 162);
    assert.equal(svg.includes("<image"), false);
    assert.match(svg, /mass \(u\)/);
  }));

test("sorts the table by any column, and its keys go from row to row", () =>
  withPage("molecules", {}, async (page) => {
    const first = () => page.locator(".virtual-table tbody th").first().innerText();
    await page.getByRole("button", { name: "Sort by mass" }).click();
    await eventually(async () => assert.equal(await page.locator("th[aria-sort=ascending]").innerText().then((text) => text.includes("mass")), true));
    await page.locator(".virtual-table").evaluate((table) => { table.scrollTop = 0; });
    // Rows are drawn a moment after scrolling.
    const top = page.locator(".virtual-table tbody tr[aria-rowindex]").first();
    await eventually(async () => assert.equal(await top.getAttribute("aria-rowindex"), "1"));
    const light = await first();
    await page.getByRole("button", { name: "Sort by mass" }).click();
    await eventually(async () => assert.notEqual(await first(), light));
    await page.locator(".virtual-table").focus();
    await page.keyboard.press("End");
    await eventually(async () => assert.equal(await page.locator("tr[aria-selected=true] th").innerText(), light));
    assert.ok((await page.locator(".virtual-table tbody tr").count()) < 60);
  }));

test("begins with the shown point in sight, in the table as well", () =>
  withPage("molecules", { view: { pinned: { structure: [120], atom: [0] } } }, async (page) => {
    const row = page.locator(".virtual-table tr[aria-selected=true]");
    await eventually(async () => assert.equal(await row.getAttribute("aria-rowindex"), "121"));
    const [inside, around] = [await row.boundingBox(), await page.locator(".virtual-table").boundingBox()];
    assert.ok(inside.y > around.y && inside.y + inside.height < around.y + around.height);
  }));

test("finds points by number, formula and text", () =>
  withPage("molecules", {}, async (page) => {
    const field = page.getByLabel("Find a point by number, formula or text");
    await field.fill("C2H6");
    await page.locator(".search-found li").first().waitFor();
    await page.keyboard.press("Enter");
    assert.match(await page.locator(".viewer-name").innerText(), /^C2H6,/);
    await field.fill("42");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".pin").getAttribute("data-point"), "42");
  }));

test("plays from structure to structure until it is stopped", () =>
  withPage("molecules", {}, async (page) => {
    await page.getByLabel("Points per second").selectOption("33");
    await label(page, "Play").click();
    await eventually(async () => assert.ok(Number(await page.locator(".pin").getAttribute("data-point")) > 3));
    await label(page, "Stop playing").click();
    const at = await page.locator(".pin").getAttribute("data-point");
    await page.waitForTimeout(200);
    assert.ok(Number(await page.locator(".pin").getAttribute("data-point")) - Number(at) <= 1);
  }));

test("draws properties of many numbers as curves", () =>
  withPage("molecules", {}, async (page) => {
    const curve = page.locator(".curve polyline");
    const before = await curve.getAttribute("points");
    assert.ok(before.split(" ").length === 80);
    await label(page, "Next point").click();
    await eventually(async () => assert.notEqual(await curve.getAttribute("points"), before));
  }));

test("one pin for each viewer, each with its number and color", () =>
  withPage("molecules", {}, async (page) => {
    await label(page, "Add a viewer").click();
    await label(page, "Next point").click();
    assert.equal(await page.locator(".pin").count(), 2);
    assert.deepEqual(await page.locator(".pin").evaluateAll((pins) => pins.map((pin) => pin.dataset.point)), ["0", "1"]);
    await page.locator(".pin").first().click();
    await eventually(async () => assert.equal(await page.locator(".viewer-cell").first().getAttribute("data-active"), "true"));
    await label(page, "Remove viewer 1").click();
    assert.deepEqual(await page.locator(".pin").evaluateAll((pins) => pins.map((pin) => pin.dataset.point)), ["1"]);
  }));

test("turns from structures to atoms and back, each with its own map", () =>
  withPage("molecules", {}, async (page) => {
    const structures = await axes(page);
    await page.getByRole("button", { name: "Atoms", exact: true }).click();
    await eventually(async () => assert.match(await axes(page), /atomic number/));
    assert.match(await page.locator(".viewer-name").innerText(), /atom 0 of structure 0/);
    await page.getByRole("button", { name: "Structures", exact: true }).click();
    await eventually(async () => assert.equal(await axes(page), structures));
  }));

test("steps back and forth through views", () =>
  withPage("molecules", {}, async (page) => {
    const all = await axes(page);
    await drag(page, [0.5, 0.5], [0.7, 0.5]);
    await eventually(async () => assert.notEqual(await axes(page), all));
    const moved = await axes(page);
    await page.keyboard.press("Control+z");
    await eventually(async () => assert.equal(await axes(page), all));
    await page.keyboard.press("Control+y");
    await eventually(async () => assert.equal(await axes(page), moved));
  }));

test("keeps the view in the address and in files, both targets in it", () =>
  withPage("molecules", {}, async (page) => {
    await label(page, "Settings of the map").click();
    await label(page, "Property of y").selectOption("inertia");
    await page.getByRole("button", { name: "Atoms", exact: true }).click();
    await label(page, "Settings of the map").click();
    await label(page, "Property of y").selectOption("y");
    await eventually(async () => assert.match(decodeURIComponent(page.url()), /"inertia".*"y"/));
    await page.reload();
    await page.locator("canvas.map-points[data-way]").waitFor();
    assert.match(await axes(page), /y \(Å\)/);
    await page.getByRole("button", { name: "Structures", exact: true }).click();
    await eventually(async () => assert.match(await axes(page), /inertia/));
    const menu = label(page, "Save, share and open");
    await menu.click();
    const path = await saved(page, () => page.getByRole("button", { name: "Save view …" }).click());
    await menu.click();
    await page.getByRole("button", { name: "Begin anew" }).click();
    await eventually(async () => assert.match(await axes(page), /radius/));
    await page.locator("input[type=file]").setInputFiles(path);
    await eventually(async () => assert.match(await axes(page), /inertia/));
    writeFileSync(path, '{"map": {"x": {"property": "gone"}, "palette": "magma"}}');
    await page.locator("input[type=file]").setInputFiles(path);
    await eventually(async () => assert.match(await page.locator(".notices").innerText(), /settings\.map\.x\.property: expected the name of a property, got "gone"/));
  }));

test("a view is copied as a call of Python", () =>
  withPage("molecules", { view: structureMap({ joined: true }) }, async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await label(page, "Save, share and open").click();
    await page.getByRole("button", { name: "Copy as call of Python" }).click();
    await eventually(async () => assert.match(await page.evaluate(() => navigator.clipboard.readText()), /atomarium\.show\([\s\S]*"joined": True/));
  }));

test("can be used by key alone, and shows where the focus is", () =>
  withPage("molecules", {}, async (page) => {
    const visited = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const { activeElement: element } = document;
        const style = getComputedStyle(element);
        if (element === document.body) return null;
        return { name: element.getAttribute("aria-label") ?? element.textContent.slice(0, 30), ring: style.outlineStyle !== "none" || element.matches("input[type=range], summary") };
      });
      if (focused === null) continue;
      visited.add(focused.name);
      assert.ok(focused.ring, `${focused.name} does not show its focus`);
    }
    for (const name of ["Choose points with a lasso (L)", "Settings of the map", "Border between map and structures", "Play", "Sort by mass"]) {
      assert.ok(visited.has(name), `${name} of ${[...visited]}`);
    }
    const unnamed = await page.locator("button, input, select").evaluateAll((all) =>
      all.filter((one) => !one.hidden && !(one.getAttribute("aria-label") || one.textContent.trim() || one.closest("label"))).map((one) => one.outerHTML.slice(0, 90)));
    assert.deepEqual(unnamed, []);
  }));

test("panels change their size by pointer and key", () =>
  withPage("molecules", {}, async (page) => {
    const width = async () => (await page.locator(".map-panel").boundingBox()).width;
    const before = await width();
    await label(page, "Border between map and structures").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await eventually(async () => assert.ok((await width()) < before - 30));
  }));

for (const scheme of ["light", "dark"]) {
  test(`fits on a telephone, ${scheme}, by touch`, () =>
    withPage("molecules", { width: 390, height: 800, scheme, touch: true }, async (page) => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      assert.ok(await page.locator(".narrow-legend").isVisible());
      const tip = await tipOf(page);
      await label(page, "Next point").tap();
      await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
      await page.touchscreen.tap(...tip);
      await eventually(async () => assert.notEqual(await page.locator(".pin").getAttribute("data-point"), "1"));
      assert.equal(await page.locator("html").getAttribute("data-theme"), scheme);
    }));
}

test("a million points are all drawn, shades come above that, and any can be found", () =>
  withPage("many", {}, async (page) => {
    const points = page.locator("canvas.map-points");
    assert.equal(await page.locator(".map-panel").getAttribute("data-count"), "200000");
    assert.equal(await points.getAttribute("data-way"), "processor");
    await drag(page, [0.5, 0.5], [0.6, 0.5]);
    await eventually(async () => assert.equal(await points.getAttribute("data-rough"), "false"));
    await label(page, "Settings of the map").click();
    await label(page, "density").selectOption("on");
    await eventually(async () => assert.equal(await points.getAttribute("data-way"), "shades"));
    await page.mouse.move(...(await place(page, 0.5, 0.5)));
    await page.locator(".hover-card").waitFor();
    assert.equal(await page.locator(".viewers-panel").count(), 0);
  }));

test("opens files of chemiscope that are dropped or chosen, and names their first fault", () =>
  withPage("molecules", {}, async (page) => {
    const dataset = {
      meta: { name: "NaN in a name" },
      structures: [0, 1].map((i) => ({ size: 2, names: ["C", "O"], x: [0, 1.1 + i], y: [0, 0], z: [0, 0] })),
      properties: { a: { target: "structure", values: [1, 2] }, b: { target: "structure", values: [3, 4], units: "eV" } },
    };
    const drop = (name, text) => page.evaluate(([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, [name, text]);
    await drop("broken.json", JSON.stringify({ ...dataset, properties: { energy: { target: "structure", values: [1, null] } } }));
    await eventually(async () => assert.match(await page.locator(".notices").innerText(), /broken\.json: properties\.energy\.values\[1\]: expected number, got null/));
    assert.match(await page.locator("h1").innerText(), /G2/);
    await drop("good.json", JSON.stringify(dataset).replace("[3,4]", "[3,NaN]"));
    await eventually(async () => assert.equal(await page.locator("h1").innerText(), "NaN in a name"));
    assert.match(await axes(page), /b \(eV\)/);
    assert.match(await page.locator(".viewer-name").innerText(), /^CO, structure 0/);
  }));

const TWO_FRAMES = [0, 1].map((i) => `2
Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3:forces:R:3 energy=${i}.5
Na 0 0 0 1 0 0
Cl 2 2 2 0 ${i}.5 0
`).join("");

const give = (page, kind, name = "", text = "") => page.evaluate(([event, fileName, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([content], fileName));
  document.dispatchEvent(new DragEvent(event, { dataTransfer: data, bubbles: true, cancelable: true }));
}, [kind, name, text]);

test("extended XYZ opens beside what is shown, and both can be looked at", () =>
  withPage("molecules", {}, async (page) => {
    await give(page, "dragover");
    assert.match(await page.locator(".drop-hint").innerText(), /Drop the file to open it/);
    await give(page, "drop", "broken.extxyz", TWO_FRAMES.replace("Cl 2 2 2 0 1.5", "Cl 2 2 2 0 x"));
    await eventually(async () => assert.match(await page.locator(".notices").innerText(), /broken\.extxyz: line 8: expected a number for column forces, got "x"/));
    assert.equal(await page.locator(".drop-hint").count(), 0);
    await give(page, "drop", "salt.extxyz", TWO_FRAMES);
    await eventually(async () => assert.equal(await page.locator("h1").innerText(), "salt"));
    await label(page, "Data set").selectOption({ label: "1: Molecules of the G2 test set" });
    await eventually(async () => assert.match(await page.locator("h1").innerText(), /G2/));
    await label(page, "Two data sets side by side").click();
    assert.deepEqual(await page.locator("h1").allInnerTexts(), ["Molecules of the G2 test set", "salt"]);
    await page.locator(".explorer").nth(1).getByLabel("Close this data set").click();
    assert.deepEqual(await page.locator("h1").allInnerTexts(), ["Molecules of the G2 test set"]);
    assert.equal(await page.getByLabel("Data set", { exact: true }).count(), 0);
  }));

test("properties of three components are drawn as arrows", () =>
  withPage("molecules", {}, async (page) => {
    await give(page, "drop", "salt.extxyz", TWO_FRAMES);
    await eventually(async () => assert.equal(await page.locator("h1").innerText(), "salt"));
    const picture = () => page.locator(".structure-view canvas").evaluate((canvas) => canvas.toDataURL());
    await page.waitForTimeout(400);
    const before = await picture();
    await page.locator(".viewer-cell").getByRole("button", { name: "Settings" }).click();
    await page.getByRole("group", { name: "Arrows" }).getByText("forces").click();
    await eventually(async () => assert.notEqual(await picture(), before));
  }));

test("fields below the names of columns filter, and write the filter", () =>
  withPage("molecules", {}, async (page) => {
    await page.getByText("filter by column").click();
    await label(page, "Filter by mass").fill("20..30");
    await label(page, "Filter by family").fill("=organic");
    await eventually(async () => assert.match(await page.locator(".table-tools").innerText(), /^\d+ of 162 rows/));
    await label(page, "Filter points").click();
    await eventually(async () => assert.equal(await page.getByLabel("Filter", { exact: true }).inputValue(), 'mass >= 20 and mass <= 30 and family = "organic"'));
    await label(page, "Filter by mass").fill("heavy");
    assert.equal(await label(page, "Filter by mass").getAttribute("aria-invalid"), "true");
    await label(page, "Filter by mass").fill("");
    await eventually(async () => assert.equal(await page.getByLabel("Filter", { exact: true }).inputValue(), 'family = "organic"'));
  }));

test("choosing points is a step of the view, which its address keeps", () =>
  withPage("molecules", {}, async (page) => {
    await page.locator(".virtual-table tbody tr[aria-rowindex='3']").click({ modifiers: ["Control"] });
    await page.locator(".virtual-table tbody tr[aria-rowindex='4']").click({ modifiers: ["Control"] });
    await eventually(async () => assert.match(await page.locator(".selection-count").innerText(), /2 chosen/));
    await eventually(async () => assert.match(decodeURIComponent(page.url()), /"chosen":"2-3"/));
    await page.reload();
    await eventually(async () => assert.match(await page.locator(".selection-count").innerText(), /2 chosen/));
    await page.locator(".selection-count").click();
    await eventually(async () => assert.equal(await page.locator(".selection-count").count(), 0));
    await page.keyboard.press("Control+z");
    await eventually(async () => assert.match(await page.locator(".selection-count").innerText(), /2 chosen/));
  }));

// A server of the kind that Python runs: scene and structures for those who know the token.
async function withServer(html, act) {
  const asked = [];
  const server = createServer((request, answer) => {
    const path = request.url.slice(1);
    asked.push(path);
    if (path === "") return answer.setHeader("Content-Type", "text/html").end(html);
    if (path === "atomarium.js") return answer.setHeader("Content-Type", "text/javascript").end(readFileSync(`${BUNDLE}/atomarium.js`));
    if (path === "atomarium.css") return answer.setHeader("Content-Type", "text/css").end(readFileSync(`${BUNDLE}/atomarium.css`));
    if (request.headers.authorization !== "Bearer a-b_c" && path !== "widget.bin") return answer.writeHead(403).end("a wrong token");
    return answer.end(readFileSync(`${PAGES}/remote-${path.replace("/", "-")}.bin`));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const page = await plain.newPage({ viewport: { width: 1000, height: 700 } });
  try {
    await act(page, `http://127.0.0.1:${server.address().port}/`, asked);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}

const SERVED = '<!doctype html><link rel="stylesheet" href="atomarium.css"><div data-atomarium="server"></div><script type="module" src="atomarium.js"></script>';

test("a server sends the scene at once and structures when they are looked at", () =>
  withServer(SERVED, async (page, address, asked) => {
    await page.goto(`${address}#token=a-b_c`);
    await page.locator("canvas.map-points[data-way]").waitFor();
    await eventually(() => assert.deepEqual(asked.filter((path) => !/^favicon|css$/.test(path)), ["", "atomarium.js", "scene", "structures/0"]));
    await page.locator(".map-pointer").focus();
    await page.keyboard.press("n");
    await eventually(() => assert.match(page.url(), /#token=a-b_c&view=/));
    await page.reload();
    await eventually(async () => assert.equal(await page.locator(".pin").getAttribute("data-point"), "1"));
  }));

test("a server's refusal is told in its words", () =>
  withServer(SERVED, async (page, address) => {
    await page.goto(`${address}#token=other`);
    await page.locator("main.sorry").waitFor();
    assert.match(await page.locator("main.sorry").innerText(), /scene: a wrong token/);
  }));

const NOTEBOOK = `<!doctype html><div id="cell"></div><script type="module">
  import widget from "./atomarium.js";
  const traits = { payload: new DataView(await (await fetch("widget.bin")).arrayBuffer()), style: await (await fetch("atomarium.css")).text(), height: 500 };
  const listeners = {};
  window.said = [];
  window.model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; },
    save_changes: () => window.said.push(structuredClone({ selection: traits.selection, settings: traits.settings })),
    on: (event, listener) => { listeners[event] = listener; },
    off: (event) => { delete listeners[event]; },
    send: async (content) => {
      const bytes = await (await fetch("structures/" + content.block, { headers: { Authorization: "Bearer a-b_c" } })).arrayBuffer();
      listeners["msg:custom"](content, [new DataView(bytes)]);
    },
  };
  window.tell = (name, value) => { traits[name] = value; listeners["change:" + name](); };
  window.stop = widget.render({ model: window.model, el: document.getElementById("cell") });
</script>`;

test("a notebook and the page keep in step: selection, settings, structures", () =>
  withServer(NOTEBOOK, async (page, address) => {
    await page.goto(address);
    await page.locator("canvas.map-points[data-way]").waitFor();
    await page.locator(".map-pointer").focus();
    await page.keyboard.press("n");
    await eventually(async () => assert.deepEqual((await page.evaluate(() => window.said.at(-1))).selection.points, [1]));
    await page.evaluate(() => window.tell("selection", { points: [7], chosen: [1, 2, 3] }));
    await eventually(async () => assert.equal(await page.locator(".pin").getAttribute("data-point"), "7"));
    assert.match(await page.locator(".selection-count").innerText(), /3 chosen/);
    await page.evaluate(() => window.tell("settings", { map: { y: { property: "inertia" } } }));
    await eventually(async () => assert.match(await axes(page), /inertia/));
    await eventually(async () => assert.equal((await page.evaluate(() => window.said.at(-1))).settings.view.maps.structure.y.property, "inertia"));
    await page.evaluate(() => window.tell("settings", { map: { y: { property: "gone" } } }));
    await eventually(async () => assert.match(await page.locator(".notices").innerText(), /"gone"/));
    await page.evaluate(() => window.stop());
    assert.equal(await page.locator(".explorer").count(), 0);
  }));
