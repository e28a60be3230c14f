/** Numbers as a careful author would print them. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function count(n: number): string {
  return withDecimals(n, 0, 3);
}

const formats = new Map<string, Intl.NumberFormat>();

/** A number in figures; making a format takes long, so each is made once. */
function withDecimals(x: number, least: number, most = least): string {
  const key = `${least} ${most}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most })));
  return format.format(x);
}

/** `3 structures`, `1 structure`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A number with the given significant digits; powers of ten where digits would mislead. */
export function digits(x: number, significant = 3): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-4 || size >= 1e7) {
    const [mantissa, exponent] = x.toExponential(significant - 1).split("e") as [string, string];
    return `${minusSign(mantissa)} × ${power(Number(exponent))}`;
  }
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return minusSign(withDecimals(x, decimals));
}

export function power(exponent: number): string {
  return `10${exponent < 0 ? "⁻" : ""}${raised(String(Math.abs(exponent)))}`;
}

function raised(figures: string): string {
  return [...figures].map((figure) => SUPERSCRIPTS[Number(figure)]).join("");
}

/** `0.041 ± 0.003`: the deviation decides how many digits mean something. */
export function withDeviation(mean: number, deviation: number | null): string {
  // Below this it is rounding, not spread.
  if (deviation === null || !(deviation > 1e-9 * Math.abs(mean)) || !Number.isFinite(mean)) return digits(mean);
  const decimals = decimalsOf(deviation);
  if (decimals > 6 || Math.abs(mean) >= 1e7) return `${digits(mean)} ± ${digits(deviation, 1)}`;
  const print = (x: number) => minusSign(withDecimals(x, decimals));
  return `${print(mean)} ± ${print(deviation)}`;
}

/** One digit of the deviation, two when the first is a 1. */
function decimalsOf(deviation: number): number {
  const exponent = Math.floor(Math.log10(deviation));
  const leading = deviation / 10 ** exponent;
  return Math.max(0, -exponent + (leading < 1.95 ? 1 : 0));
}

export function seconds(s: number, significant = 2): string {
  if (s === 0) return "0 s";
  if (s < 1e-6) return `${digits(s * 1e9, significant)} ns`;
  if (s < 1e-3) return `${digits(s * 1e6, significant)} µs`;
  if (s < 1) return `${digits(s * 1e3, significant)} ms`;
  if (s < 120) return `${digits(s, s < 10 ? significant : 3)} s`;
  if (s < 7200) return `${digits(s / 60, significant)} min`;
  return `${digits(s / 3600, significant)} h`;
}

/** `eV`, `eV/atom`, `a₀³`; the unit of a number that is counted per something. */
export function unitPer(unit: string, per: string): string {
  const shown = unit
    .replace(/\^(-?)(\d+)/g, (_, sign: string, exponent: string) => (sign && "⁻") + raised(exponent))
    .replace(/\ba0(?=\W|$|[⁻²³¹])/g, "a₀");
  if (per === "structure" || unit === "" || unit.includes("/")) return shown;
  return `${shown}/${per}`;
}

/** A property and its unit as an axis has them: `polarizability (a₀³)`. */
export function titled({ name, unit }: { readonly name: string; readonly unit: string }): string {
  return labelled(name, unitPer(unit, "structure"));
}

/** `MAE (eV)`; no parentheses where there is no unit. */
export function labelled(name: string, unit: string): string {
  return unit === "" ? name : `${name} (${unit})`;
}

/** Settings and names with the underscores of code taken out. */
export function plain(name: string): string {
  return name.replaceAll("_", " ");
}

/** A number's text with the sign that printers use. */
export function minusSign(text: string): string {
  return text.replace("-", "−");
}
