/** Palettes: chemiscope's sixteen by its names, and some more whose steps look alike. */

// Sources: matplotlib (BSD-style license); batlow to romaO are F. Crameri's scientific color maps
// (MIT license, doi 10.5281/zenodo.1243862); okabe-ito is M. Okabe and K. Ito (2008).
const ANCHORS = {
  "inferno": "0000040403120b0724150b37210c4a2f0a5b3d09654a0c6b57106e64156e71196e7d1e6d8a226a972766a32c61b0315bbc3754c73e4cd24644db503be45a31eb6628f1731df68013f98e09fb9d07fcac11fbbc21f9cb35f5db4cf2ea69f3f68afcffa4",
  "magma": "0000040303120a0822130d341d114729115a36106b440f7651127c5d177f6a1c81762181832681902a819c2e7faa337db73779c43c75d0416fdc4869e75263ef5d5ef56b5cf9795dfc8961fd9869fea772feb67cfec488fed395fde2a3fcf0b2fcfdbf",
  "plasma": "0d08872206903105973f049c4c02a15901a56600a77201a87e03a88a09a59511a1a01a9caa2395b32c8ebc3587c43e7fcc4778d35171da5a6ae06363e66c5ceb7655f0804ef58b47f89540fba139fdac33feb82cfdc527fcd225f8df25f4ed27f0f921",
  "viridis": "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e23898e21918c1f988b1fa08822a78528ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23d8e219ece51bfde725",
  "cividis": "00224e00285b002e6a0533711a386f273e6e32436d3b496c434e6c4b546c535a6d5a5f6e61656f686a716f70737676767d7c788482798c8878938e789b9476a39a74aba072b4a76fbcae6cc4b468cdbb63d5c25edec958e7d150f0d846f9e03afee838",
  "seismic": "00004c0000a60101ff8181fffffdfdff7d7dfe0000be0000800000",
  "brg": "0000ff4000bf80007fc0003ffe0100be41007e81003ec10000ff00",
  "bwr": "0000ffffffffff0000",
  "rwg": "ff0000ffffff008000",
  "twilight (periodic)": "e2d9e2d7d7ddc4ced4acc2cc95b5c781a6c37297c16887be6276ba5f64b55e51ad5d3da1592a8f511b7745135c3811452f14363a113a4a13425f174a741e4f872750983550a64550b25652bb6958c27c63c89073cca389d1b6a3d8c7bedfd4d6e2d9e2",
  "twilight dark (periodic)": "30143738114545135c511b77592a8f5d3da15e51ad5f64b56276ba6887be7297c181a6c395b5c7acc2ccc4ced4d7d7dde2d9e2dfd4d6d8c7bed1b6a3cca389c89073c27c63bb6958b25652a64550983550872750741e4f5f174a4a13423a113a2f1436",
  "hsv (periodic)": "ff0000ff2f00ff5f00ff8e00ffbd00ffec00e2ff00b3ff0084ff0055ff0025ff0002ff0c00ff3900ff6800ff9700ffc700fff600d9ff00aaff007aff004bff001cff1300ff4300ff7200ffa100ffd000fffa00f9ff00cfff00a0ff0071ff0041ff0018",
  "tab10": "1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbcbd2217becf",
  "tab20": "1f77b4aec7e8ff7f0effbb782ca02c98df8ad62728ff98969467bdc5b0d58c564bc49c94e377c2f7b6d27f7f7fc7c7c7bcbd22dbdb8d17becf9edae5",
  "tab20b": "393b795254a36b6ecf9c9ede6379398ca252b5cf6bcedb9c8c6d31bd9e39e7ba52e7cb94843c39ad494ad6616be7969c7b4173a55194ce6dbdde9ed6",
  "tab20c": "3182bd6baed69ecae1c6dbefe6550dfd8d3cfdae6bfdd0a231a35474c476a1d99bc7e9c0756bb19e9ac8bcbddcdadaeb636363969696bdbdbdd9d9d9",
  "batlow": "01195908255b0d315d0f3b5f114360134b611752621b59622260612b655e356a59416f534d734d5a7745677b3e747e3882823191862da18a2bb18d2fc09036cf9340dd954de9995cf29d6df9a380fca993fdafa5fdb4b6fdbac7fcc0d8fbc6eafaccfa",
  "lajolla": "191900201c04271e082f210d3724114127164d2b1c592f2267342a763931853e3996423fa64644b74a48c54f4ad1564cd9604ede6b4fe17550e37f50e58851e79252e99b52eba453edae54efb856f1c25af4ce63f7da74fae68afcf0a2fef8b8fffecb",
  "oslo": "010101050a100a121b0d18240e1e2e0f2439112b4413324f15395b1940671c4873214f8026578c2e5f993767a64371b2507bbc5c84c3688cc77393c97d99ca869fca90a5c999abc9a3b1caadb8cbb8bfcdc3c8d1cfd2d8dbdde0e8e9eaf4f4f5ffffff",
  "vik": "001261021f69022b710237790344810551890c5e921c6d9c307da6488db2619ebd7aaec894bed2adcdddc6dbe6dee6e9ece5e0eed9cde9cab8e2baa2dbaa8dd59b79cf8c66c97e53c27041bc622fb2511da33e0d912d06811f06731406650907590008",
  "roma": "7e1700862c068f3c0c964b129d5818a3651ea97223b07f2ab68c32bd9b3cc4aa4acbba5dd0ca72d2d78ad1e2a1cbe8b4c0eac3b1e9ce9fe4d48bdcd776d1d762c4d451b7d043a9cb389cc6308fc12b82bb2676b62269b01d5bab184da40f3f9e033198",
  "romaO (periodic)": "73395779384c7e3942843d3a8b4433924d2f99582ca2662caa752fb48636bd9842c6aa52cfbc66d4cb7bd6d790d3dea3cbe1b3bfe1bfafdcc89dd5cd8bcbcf78bece68b1cb5ca2c65393bf4f84b74f75ac53669f595891604c816743726d3d64723959",
  "turbo": "30123b392a734040a24456c7466be34680f64294ff37a8fa28bceb1ccdd818ddc21fe9af32f2984ef97d6dfe628bff4ba4fc3cb9f635cdec34dfdf37eecf3af8be39fdac34fe962bfb7e21f46617eb500edf3f08d02f05be2102a91601920b017a0403",
  "okabe-ito": "0072b2d55e00009e73cc79a7e69f0056b4e9f0e442999999",
} as const satisfies Readonly<Record<string, string>>;

export type PaletteName = keyof typeof ANCHORS;
export const PALETTE_NAMES = Object.keys(ANCHORS) as readonly PaletteName[];
/** Distinguishable with every kind of color vision. */
export const DEFAULT_PALETTE: PaletteName = "viridis";

/** Palettes of single colors, for kinds rather than amounts. */
const DISTINCT: ReadonlySet<string> = new Set(["tab10", "tab20", "tab20b", "tab20c", "okabe-ito"]);

export type Color = readonly [red: number, green: number, blue: number];

export function isPalette(name: unknown): name is PaletteName {
  return typeof name === "string" && Object.hasOwn(ANCHORS, name);
}

export function isDistinct(name: PaletteName): boolean {
  return DISTINCT.has(name);
}

function anchorsOf(name: PaletteName): readonly Color[] {
  const hex = ANCHORS[name];
  return Array.from({ length: hex.length / 6 }, (_, i) => {
    const n = parseInt(hex.slice(6 * i, 6 * i + 6), 16);
    return [n >> 16, (n >> 8) & 255, n & 255] as const;
  });
}

/** A number of colors along a palette, from its first to its last. */
export function sampled(name: PaletteName, count: number, reverse: boolean): readonly Color[] {
  const anchors = anchorsOf(name);
  const colors = Array.from({ length: count }, (_, i) => colorAt(anchors, count === 1 ? 0 : i / (count - 1), isDistinct(name)));
  return reverse ? colors.reverse() : colors;
}

/** One color for each category: single colors in turn, or steps along a palette of amounts. */
export function colorsOfCategories(name: PaletteName, count: number, reverse: boolean): readonly Color[] {
  if (!isDistinct(name)) return sampled(name, count, reverse);
  const anchors = reverse ? [...anchorsOf(name)].reverse() : anchorsOf(name);
  return Array.from({ length: count }, (_, i) => anchors[i % anchors.length]!);
}

function colorAt(anchors: readonly Color[], share: number, steps: boolean): Color {
  if (steps) return anchors[Math.min(anchors.length - 1, Math.floor(share * anchors.length))]!;
  const at = share * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(at));
  const [a, b] = [anchors[low]!, anchors[low + 1]!];
  const channel = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low));
  return [channel(0), channel(1), channel(2)];
}

export function cssOf([red, green, blue]: Color): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
}

/** A color as the four bytes of a picture's pixel on a little-endian machine. */
export function pixelOf([red, green, blue]: Color, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The palette as a CSS gradient, upward. */
export function gradientOf(name: PaletteName, reverse: boolean, direction = "to top"): string {
  return `linear-gradient(${direction}, ${sampled(name, 24, reverse).map(cssOf).join(", ")})`;
}
