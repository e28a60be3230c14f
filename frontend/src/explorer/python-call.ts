/** A view as the call of Python that shows it. */

import { isRecord } from "../reader";
import { changesOf } from "./view-file";
import type { View } from "./settings";

/** `atomarium.show(structures, properties=properties, settings={…})`. */
export function pythonCall(view: View, base: View): string {
  const changed = changesOf(view, base);
  const settings = changed === undefined ? "" : `,\n    settings={"view": ${literal(changed, 4)}}`;
  return `import atomarium\n\natomarium.show(\n    structures,\n    properties=properties${settings},\n)\n`;
}

/** A value as Python writes it. */
export function literal(value: unknown, indent: number): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  // JSON's escapes are Python's as well, but for letters beyond the first plane, which stay as they are.
  if (typeof value === "string") return JSON.stringify(value);
  const inner = " ".repeat(indent + 4);
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, indent + 4));
    return items.join(", ").length < 60 && !items.some((item) => item.includes("\n")) ? `[${items.join(", ")}]` : `[\n${items.map((item) => `${inner}${item},\n`).join("")}${" ".repeat(indent)}]`;
  }
  if (!isRecord(value)) return "None";
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, indent + 4)}`);
  return entries.length === 0 ? "{}" : `{\n${entries.map((entry) => `${inner}${entry},\n`).join("")}${" ".repeat(indent)}}`;
}
