// Chromium with WebGL and without, and pages that keep every complaint and every request that they make.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const options = { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] };

export const openBrowser = () => chromium.launch(options);

// Where no graphics card helps, WebGL is slow; only few claims are about it.
export const openPlainBrowser = () => chromium.launch({ ...options, args: [...options.args, "--disable-3d-apis"] });

// Acts on a new page, which must not complain and not ask for anything beyond what is allowed.
export async function withNewPage(browser, settings, act, allowed = /^(about|blob|data|file):/) {
  const context = await browser.newContext(settings);
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => requests.push(request.url().slice(0, 100)));
  try {
    await act(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests.filter((url) => !allowed.test(url)), []);
  } finally {
    await context.close();
  }
}
