// Bundles the page into one module and one style sheet, and collects the licenses of its parts.
import { context } from "esbuild";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const target = new URL("../src/atomarium/explore/static/", import.meta.url);
const limit = 500_000;

const bundling = await context({
  entryPoints: { atomarium: "src/main.tsx" },
  outdir: fileURLToPath(target),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "dataurl" },
  legalComments: "none",
  charset: "utf8",
  logLevel: "info",
  metafile: true,
});

if (process.argv.includes("--watch")) {
  await bundling.watch();
} else {
  mkdirSync(target, { recursive: true });
  const { metafile } = await bundling.rebuild();
  await bundling.dispose();
  writeFileSync(new URL("licenses.txt", target), licensesOf(Object.keys(metafile.inputs)));
  const sizes = ["atomarium.js", "atomarium.css"].map((name) => gzipSync(readFileSync(new URL(name, target))).length);
  const total = sizes[0] + sizes[1];
  console.log(`gzipped: ${(sizes[0] / 1000).toFixed(0)} kB script, ${(sizes[1] / 1000).toFixed(0)} kB style sheet with font`);
  if (total > limit) {
    console.error(`the bundle has ${total} bytes gzipped, ${limit} are allowed`);
    process.exit(1);
  }
}

function licensesOf(inputs) {
  const packages = new Set(inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
  return [...packages].sort().map(licenseOf).join("\n\n");
}

function licenseOf(name) {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(new URL(file, folder), "utf8").trim()}`;
}
