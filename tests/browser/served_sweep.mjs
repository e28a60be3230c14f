// A served dashboard: tells what it shows, waits for a word while the sweep goes on, writes notes.
import { once } from "node:events";
import { openPlainBrowser, withNewPage } from "./chromium.mjs";

const browser = await openPlainBrowser();
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const rows = (page) => page.locator(".run-lines tbody tr[aria-rowindex]");
try {
  await withNewPage(browser, { viewport: { width: 1280, height: 900 } }, async (page) => {
    await page.goto(process.env.ADDRESS);
    await rows(page).first().waitFor();
    tell({ runs: await rows(page).count(), live: (await page.locator(".kicker").innerText()).includes("follows as it goes") });
    await once(process.stdin, "data");
    await rows(page).filter({ has: page.getByRole("button", { name: "Star run 6" }) }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Star run 6" }).click();
    await page.getByRole("textbox", { name: "Note on run 6" }).fill("late");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Add a text above curves" }).click();
    await page.getByRole("textbox", { name: /Text above curves/ }).fill("A **text**");
    await page.keyboard.press("Control+Enter");
    await page.locator(".text-slot strong").waitFor();
    await page.getByText("Notes are kept in the study's folder").waitFor();
    await page.getByRole("row", { name: /^Star run 0 / }).locator("th").click();
    // Panels out of sight change when they come into sight.
    await page.locator('[data-chart="comparison"]').scrollIntoViewIfNeeded();
    const parity = page.locator('[data-chart="parity"] svg text', { hasText: "run 0" });
    await parity.waitFor();
    tell({ runs: await rows(page).count(), curve: (await page.locator('[data-chart="compared-curves"]').count()) === 1, parity: await parity.textContent() });
  }, /^(about|blob|data|http:\/\/127\.0\.0\.1)/);
} finally {
  await browser.close();
}
process.exit(0);
