/** Colors, in one place: the page's style sheet and the charts take them from here. */

export interface Theme {
  readonly name: "light" | "dark";
  readonly ground: string;
  readonly paper: string;
  readonly raised: string;
  readonly ink: string;
  readonly muted: string;
  readonly faint: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  /** Distinguishable with every common kind of color vision, in this order. */
  readonly series: readonly string[];
  /** For models that are there to be beaten. */
  readonly baseline: string;
}

// Series after M. Okabe and K. Ito (2008), darkened on white and lightened on black until each
// has a contrast of at least 3 : 1 with the paper.
export const LIGHT: Theme = {
  name: "light",
  ground: "#f6f5f2",
  paper: "#ffffff",
  raised: "#f1f0ec",
  ink: "#1d2126",
  muted: "#5c636b",
  faint: "#8a9098",
  line: "#e3e1dc",
  grid: "#eceae6",
  accent: "#0b62a4",
  good: "#1a7f5a",
  warning: "#a15c00",
  bad: "#b3261e",
  series: ["#0b6fb8", "#d1570b", "#0a8f6c", "#b8568f", "#a97c00", "#3b95c9", "#7b5cc4", "#7a6a55"],
  baseline: "#7b828a",
};

export const DARK: Theme = {
  name: "dark",
  ground: "#121518",
  paper: "#1a1e22",
  raised: "#23282d",
  ink: "#e9e7e2",
  muted: "#a3aab2",
  faint: "#747c85",
  line: "#2d3338",
  grid: "#262b30",
  accent: "#6cb6ee",
  good: "#56c99a",
  warning: "#f0b45b",
  bad: "#ff8a80",
  series: ["#5aaeec", "#f2884b", "#3cc79c", "#e08fbd", "#e3bb4a", "#9ad4f2", "#b39df0", "#c4b39a"],
  baseline: "#98a0a8",
};

/** Tells the style sheet which colors hold from here down. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  root.style.colorScheme = theme.name;
  root.dataset.theme = theme.name;
  for (const [name, color] of Object.entries(theme)) {
    if (typeof color === "string" && color.startsWith("#")) root.style.setProperty(`--${name}`, color);
  }
}

type Rgb = readonly [number, number, number];

export function rgb(hex: string): Rgb {
  const n = parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

/** The color a share of the way from one color to another. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [rgb(from), rgb(to)];
  const channel = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * share);
  return `rgb(${channel(0)},${channel(1)},${channel(2)})`;
}
