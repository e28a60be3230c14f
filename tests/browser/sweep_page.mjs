// Claims about the dashboard of a sweep, each tried in Chromium. Run by test_sweep_page.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openPlainBrowser, withNewPage } from "./chromium.mjs";

const { PAGES } = process.env;
let browser;
before(async () => { browser = await openPlainBrowser(); });
after(() => browser.close());

// Opens a page with all of its panels.
const withPage = (name, { width = 1280, height = 900, scheme = "light" }, act) =>
  withNewPage(browser, { viewport: { width, height }, colorScheme: scheme, acceptDownloads: true }, async (page) => {
    await page.goto(pathToFileURL(`${PAGES}/${name}.html`).href);
    await page.locator("main h1").waitFor();
    await page.waitForFunction(() => document.querySelector(".unmade") === null);
    await act(page);
  });

const chart = (page, name) => page.locator(`[data-chart="${name}"]`);
const rows = (page) => page.locator(".run-lines tbody tr[aria-rowindex]");
const said = (page) => page.locator("#focus-said").innerText();
const numberOf = async (row) => Number(await row.locator(".run-number").innerText());

async function filter(page, text) {
  await page.getByRole("textbox", { name: "Filter runs" }).fill(text);
  await page.waitForTimeout(400);
}

// Panels out of sight change when they come into sight.
async function compare(page) {
  for (const at of [0, 1]) await rows(page).nth(at).locator("th").click();
  await chart(page, "comparison").scrollIntoViewIfNeeded();
  await chart(page, "parity").waitFor();
  return chart(page, "comparison");
}

async function download(page, panel, kind) {
  await panel.locator("summary[aria-label='Download']").first().click();
  const [given] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: kind, exact: true }).first().click()]);
  return { name: given.suggestedFilename(), content: readFileSync(await given.path()) };
}

test("shows the best run, every panel, and complains about nothing", () =>
  withPage("sweep", {}, async (page) => {
    const best = await page.locator(".answers .target-card").first().innerText();
    assert.match(best, /Least val loss\s+0\.\d+/);
    assert.match(await page.locator(".facts").innerText(), /random search · 48 runs .*failed/);
    for (const name of ["parallel-coordinates", "runs", "importance", "val_loss-against-batch_size", "curves", "contour-batch_size-epochs", "pareto", "same-quality", "projection", "history", "comparison", "slices", "timeline"]) {
      assert.equal(await chart(page, name).count(), 1, name);
    }
    assert.ok((await page.locator(".advice li").count()) > 0);
    const first = await numberOf(rows(page).first());
    assert.match(best, new RegExp(`run ${first},`));
  }));

test("a filter narrows all panels, and a faulty one says why", () =>
  withPage("sweep", {}, async (page) => {
    await filter(page, 'batch_size <= 8 and state = "finished"');
    assert.match(await said(page), /^\d+ of 48 runs$/);
    const count = Number((await said(page)).split(" ")[0]);
    assert.ok(count > 3 && count < 48);
    await chart(page, "importance").scrollIntoViewIfNeeded();
    await chart(page, "importance").locator(".hint", { hasText: new RegExp(`^${count} finished runs`) }).waitFor();
    await filter(page, "bach_size < 3");
    assert.match(await said(page), /there is no “bach_size” \(do you mean “batch_size”\?\)/);
  }));

test("sorts, groups, hides columns, by click", () =>
  withPage("sweep", {}, async (page) => {
    await page.getByRole("button", { name: "Sort by number" }).click();
    assert.equal(await numberOf(rows(page).first()), 0);
    await page.getByLabel("Group by").selectOption("batch_size");
    const groups = page.locator(".group-line");
    assert.equal(await groups.count(), 5);
    assert.match(await groups.first().innerText(), /±/);
    await groups.first().click();
    assert.ok((await rows(page).count()) > 2);
    await chart(page, "runs").getByText("Columns").click();
    await chart(page, "runs").getByRole("checkbox", { name: "optimizer" }).uncheck();
    assert.equal(await page.getByRole("button", { name: "Sort by optimizer" }).count(), 0);
  }));

test("stars, notes and texts are kept in a copy of the page", () =>
  withPage("noted", {}, async (page) => {
    assert.equal(await page.locator(".text-slot h4").innerText(), "Seen");
    await filter(page, "number in (3, 5)");
    await page.getByRole("button", { name: "Star run 5" }).click();
    await page.getByRole("textbox", { name: "Note on run 5" }).fill("look <b>here</b>");
    await page.keyboard.press("Enter");
    await page.locator("summary[aria-label='Save notes']").click();
    const [given] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Page with notes" }).click()]);
    const path = `${PAGES}/copy.html`;
    await given.saveAs(path);
    const again = await page.context().newPage();
    await again.goto(pathToFileURL(path).href);
    await filter(again, 'starred = "yes"');
    assert.equal(await said(again), "2 of 48 runs");
    assert.equal(await again.locator(".star[aria-pressed='true']").count(), 2);
    assert.equal(await again.getByRole("textbox", { name: "Note on run 5" }).inputValue(), "look <b>here</b>");
    assert.equal(await again.locator(".text-slot h4").innerText(), "Seen");
    await again.close();
  }));

test("axes are brushed by keyboard and by pointer, and let go", () =>
  withPage("sweep", {}, async (page) => {
    const brush = page.getByRole("slider", { name: /Brush on learning rate/ });
    await brush.focus();
    await page.keyboard.press("ArrowUp");
    const narrowed = Number((await said(page)).split(" ")[0]);
    assert.ok(narrowed < 48 && narrowed > 0);
    assert.match(await brush.getAttribute("aria-valuetext"), /to/);
    await page.getByRole("button", { name: "Keep only these" }).click();
    assert.match(await page.getByRole("textbox", { name: "Filter runs" }).inputValue(), /<= learning_rate <=/);
    assert.equal(await said(page), `${narrowed} of 48 runs`);
    await filter(page, "");
    const box = await page.getByRole("slider", { name: /Brush on batch size/ }).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    assert.ok(Number((await said(page)).split(" ")[0]) < 48);
    await page.getByRole("button", { name: "Show all of batch_size again" }).click();
    assert.equal(await said(page), "48 of 48 runs");
  }));

test("axes move and turn logarithmic by keyboard", () =>
  withPage("sweep", {}, async (page) => {
    const names = () => page.locator(".axis-name text").allTextContents();
    assert.equal((await names())[0], "batch size (log)");
    const axis = page.getByRole("button", { name: /^Axis batch size/ });
    await axis.focus();
    await page.keyboard.press("Enter");
    assert.equal((await names())[0], "batch size");
    await page.keyboard.press("ArrowRight");
    assert.equal((await names())[1], "batch size");
  }));

test("a box in one panel narrows the others", () =>
  withPage("sweep", {}, async (page) => {
    const area = chart(page, "val_loss-against-batch_size").locator(".pointer-area");
    await area.scrollIntoViewIfNeeded();
    const box = await area.boundingBox();
    await page.mouse.move(box.x + 4, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height - 4, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    assert.match(await said(page), /in focus$/);
    assert.equal(await page.locator(".chip.removable").count(), 2);
    await chart(page, "val_loss-against-batch_size").locator("svg[tabindex]").focus();
    await page.keyboard.press("Escape");
    assert.equal(await said(page), "48 of 48 runs");
  }));

test("the line through runs is told with slope, unit, intercept, r, R², p and n", () =>
  withPage("sweep", {}, async (page) => {
    const panel = page.locator('[data-chart^="val_loss-against"]');
    await panel.scrollIntoViewIfNeeded();
    await panel.getByLabel("Setting").selectOption("learning_rate");
    const text = await page.locator(".fit-line", { hasText: "learning rate" }).innerText();
    assert.match(text, /slope .* per decade of learning rate, intercept .*, r = .*, R² = .*, p .*, n = \d+/);
    await panel.getByRole("button", { name: "log y" }).click();
    await panel.getByRole("button", { name: "log x" }).click();
    await page.locator(".fit-line", { hasText: /in val loss per unit of learning rate/ }).waitFor();
    assert.equal(await panel.locator(".regression").count(), 1);
    await panel.getByLabel("Setting").selectOption("batch_size");
    assert.equal(await panel.locator(".group-mean").count(), 5);
  }));

test("correlations have signs and intervals, of three kinds", () =>
  withPage("sweep", {}, async (page) => {
    const panel = chart(page, "importance");
    await panel.scrollIntoViewIfNeeded();
    await panel.locator(".hint", { hasText: "2,000 resamples" }).waitFor({ timeout: 60_000 });
    const title = (name) => panel.locator("g.factor-row title", { hasText: name }).textContent();
    assert.match(await title("batch size"), /r = 0\.\d+, 90 % interval 0\.\d+ … 0\.\d+; the interval is off zero, p = /);
    for (const kind of ["Spearman", "Partial"]) {
      await panel.getByRole("button", { name: kind }).click();
      await panel.locator(".hint", { hasText: kind }).or(panel.locator(".hint", { hasText: "partial" })).waitFor();
      await panel.locator("g.factor-row title", { hasText: /epochs: r = −0\.\d+, 90 % interval/ }).waitFor({ state: "attached", timeout: 60_000 });
    }
  }));

test("curves are averaged by a setting, smoothed, zoomed, along epochs, steps and time", () =>
  withPage("sweep", {}, async (page) => {
    const panel = chart(page, "curves");
    await panel.scrollIntoViewIfNeeded();
    await panel.getByLabel("Mean by").selectOption("batch_size");
    await panel.locator(".mean-curve").nth(4).waitFor();
    await panel.getByLabel("Mean by").selectOption("learning_rate");
    await panel.locator(".legend", { hasText: "…" }).waitFor();
    assert.equal(await panel.locator(".mean-curve").count(), 4);
    await panel.getByLabel("Smoothing").fill("0.5");
    assert.match(await panel.locator(".hint").innerText(), /each point counts 0.5 times/);
    for (const [name, label] of [["Step", "step"], ["Time", "time (s)"]]) {
      await panel.getByRole("button", { name, exact: true }).click();
      assert.ok((await panel.locator("svg text").allTextContents()).includes(label));
    }
    const box = await panel.locator(".pointer-area").boundingBox();
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, box.y + 120, { steps: 3 });
    await page.mouse.up();
    await panel.getByRole("button", { name: "Show all" }).click();
  }));

test("chosen runs stand side by side with curves and predictions", () =>
  withPage("sweep", {}, async (page) => {
    const table = await compare(page);
    assert.equal(await table.locator("thead th").count(), 3);
    assert.match(await table.innerText(), /val mae eV/);
    assert.equal(await chart(page, "compared-curves").count(), 1);
    assert.match((await chart(page, "parity").locator("svg text").allTextContents()).join(" "), /MAE 0\.\d+ eV/);
    assert.ok((await page.locator(".compared-ring").count()) > 4);
    await table.getByRole("button", { name: /^Take run/ }).first().click();
    assert.equal(await table.locator("thead th").count(), 2);
  }));

test("the cost of a setting is projected before it is run", () =>
  withPage("sweep", {}, async (page) => {
    const panel = chart(page, "projection");
    const before = await panel.locator(".projected b").innerText();
    await panel.getByLabel("epochs", { exact: true }).fill("160");
    await page.keyboard.press("Tab");
    assert.notEqual(await panel.locator(".projected b").innerText(), before);
    assert.match(await panel.innerText(), /Beyond what has been tried: epochs/);
    assert.match(await panel.innerText(), /twice the epochs × (?:1\.9|2\.0)/);
  }));

test("every panel downloads as SVG, PNG and CSV", () =>
  withPage("sweep", {}, async (page) => {
    await compare(page);
    const names = await page.locator("[data-chart]").evaluateAll((all) => all.map((one) => one.dataset.chart));
    assert.equal(names.length, 15);
    for (const name of names) {
      const panel = chart(page, name);
      const svg = await download(page, panel, "SVG");
      assert.match(svg.name, /\.svg$/);
      assert.match(svg.content.toString(), /^<svg .*<\/svg>$/s);
      assert.ok(!svg.content.includes("NaN"), `${name} draws NaN`);
      const png = await download(page, panel, "PNG");
      assert.deepEqual([...png.content.subarray(1, 4)], [0x50, 0x4e, 0x47]);
      const csv = (await download(page, panel, "CSV")).content.toString().trim().split("\r\n");
      assert.ok(csv.length > 1, `${name} has no rows`);
      assert.equal(new Set(csv.map((line) => line.split(",").length)).size === 1 || csv.some((line) => line.includes('"')), true);
    }
  }));

test("names and notes of strangers are text", () =>
  withPage("hostile", {}, async (page) => {
    await page.locator(".add-text").first().waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("img").count(), 0);
    assert.match(await page.locator(".text-slot .markdown").innerText(), /<img src=x/);
  }));

test("a sweep without runs says so", () =>
  withPage("empty", {}, async (page) => {
    assert.match(await page.locator("main").innerText(), /No run has ended yet/);
    assert.equal(await said(page), "0 of 0 runs");
  }));

test("thousands of runs are a table that scrolls and panels that answer", () =>
  withPage("many", {}, async (page) => {
    assert.match(await said(page), /3,000 of 3,000/);
    assert.ok((await rows(page).count()) < 80);
    await page.locator(".run-lines").focus();
    await page.keyboard.press("End");
    assert.equal(await page.locator(".run-lines tr[aria-selected='true']").getAttribute("aria-rowindex"), "3000");
  }));

for (const [width, height] of [[390, 844], [820, 1180], [3840, 2160]]) {
  test(`fits a window ${width} wide, light and dark`, async () => {
    for (const scheme of ["light", "dark"]) {
      await withPage("sweep", { width, height, scheme }, async (page) => {
        await rows(page).first().locator("th").click();
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), scheme);
      });
    }
  });
}

test("everything that can be pressed has a name", () =>
  withPage("sweep", {}, async (page) => {
    await rows(page).first().locator("th").click();
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea, summary, [role=slider], [role=button], svg[role=img]")].filter((one) => {
      const label = one.getAttribute("aria-label") ?? one.closest("label")?.textContent ?? one.textContent ?? "";
      return label.trim() === "";
    }).map((one) => one.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, []);
  }));
