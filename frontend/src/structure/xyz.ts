/** Structures as extended XYZ, for other programs. */

import { symbolOf } from "./elements";
import { positionOf, type Structure } from "./structure";

export function xyzOf(structure: Structure, id: string): string {
  const { numbers, cell, periodic } = structure;
  const lattice = periodic.some(Boolean) && cell !== null ? `Lattice="${[...cell].map(shortest).join(" ")}" ` : "";
  const pbc = periodic.map((yes) => (yes ? "T" : "F")).join(" ");
  const quoted = id.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll(/[\r\n]/g, " ");
  const atoms = [...numbers].map((z, i) => `${symbolOf(z)} ${positionOf(structure, i).map((x) => x.toFixed(6)).join(" ")}`);
  return `${numbers.length}\n${lattice}Properties=species:S:1:pos:R:3 pbc="${pbc}" id="${quoted}"\n${atoms.join("\n")}\n`;
}

/** Single precision in as few digits as give it back: 5.64, not 5.639999866485596. */
function shortest(x: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const fewer = Number(x.toPrecision(digits));
    if (Math.fround(fewer) === x) return String(fewer);
  }
  return String(x);
}
