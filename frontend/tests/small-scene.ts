/** A scene without structures whose properties are awkward. */

import type { Scene } from "../src/explorer/scene";

export function pageScene(): Scene {
  const number = (name: string, values: readonly number[], target: "structure" | "atom" = "structure") =>
    ({ kind: "number", name, target, unit: "", description: "", values: Float64Array.from(values) }) as const;
  return {
    about: { name: "Awkward", description: "", authors: [], references: [] },
    structures: { count: 0, offsets: new Uint32Array(1), formulas: null, peek: () => null, load: () => Promise.reject(new Error("none")) },
    environments: null,
    properties: [
      number("constant", [7, 7, 7, 7, 7]),
      number("signed", [-2, 0, 1, 2, 4]),
      number("gaps", [0, 1, NaN, 2, 3]),
      { kind: "category", name: "kind", target: "structure", unit: "", description: "", codes: Uint8Array.of(0, 1, 0, 2, 1), categories: ["b", "a10", "a9"] },
      { kind: "category", name: "slash/name", target: "structure", unit: "", description: "", codes: Uint8Array.of(0, 1, 0, 0, 1), categories: ["a/b", "c"] },
      number("charge", [0.1, 0.2], "atom"),
      number("shift", [1, 2], "atom"),
    ],
    parameters: {},
    shapes: [],
    settings: {},
    warnings: [],
  };
}
