/** What is drawn for an element, by atomic number; 0 is a ghost. */

const SYMBOLS = `
  X H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As
  Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd
  Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am
  Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
`.trim().split(/\s+/);

// pm. Source: B. Cordero et al., Dalton Trans. 2832 (2008); later elements take curium's.
const RADII = `
  20 31 28 128 96 84 76 71 66 57 58 166 141 121 111 107 105 102 106 203 176 170 160 153 139
  139 132 126 124 132 122 122 120 119 120 120 116 220 195 190 175 164 154 147 146 142 139 145
  144 142 139 139 138 139 140 244 215 207 204 203 201 199 198 198 196 194 192 192 189 190 187
  187 175 170 162 151 144 141 136 136 132 145 146 148 140 150 150 260 221 215 206 200 196 190
  187 180 169
`.trim().split(/\s+/).map((pm) => Number(pm) / 100);

// pm; 0 where none is known. Source: S. Alvarez, Dalton Trans. 42, 8617 (2013).
const VAN_DER_WAALS = `
  0 120 143 212 198 191 177 166 150 146 158 250 251 225 219 190 189 182 183 273 262 258 246
  242 245 245 244 240 240 238 239 232 229 188 182 186 225 321 284 275 252 256 245 244 246
  244 215 253 249 243 242 247 199 204 206 348 303 298 288 292 295 0 290 287 283 279 287 281
  283 279 280 274 263 253 257 249 248 241 229 232 245 247 260 254 0 0 0 0 0 280 293 288 271
  282 281 283 305 340 305 270
`.trim().split(/\s+/).map((pm) => Number(pm) / 100);

// Jmol's hues, less glaring, and neither too light for white nor too dark for black.
const COLORS = `
  c060c0 f4f4f2 9ce8e8 c798e7 a9cf30 e89c9c 50565c 3f6ff0 e8352e 5fc85a a5cfdf a979d5 86cf30
  baabab ddc2a6 cf8030 e6c229 2bb673 93c5d0 8d5cb8 56cf30 c2c2c2 bfc1c4 a7a7aa 969fbb 9e89b8
  bf7354 dea2ac 68b868 ac7f4f 8789a6 b89999 6e8787 b993d0 cf9430 934343 72abbb 704797 30cf30
  9ce8e8 a2d2d2 83b4b9 66a3a3 4e8b8b 439393 3297a5 2992ae c0c0c0 e8ce9c 9c7e7d 6b7b7b 9773a5
  ae7529 ae29ae 57909b 6e3b9b 29ae29 8bc9e4 e8e89c b4e89c 9ce89c 9ce8ba 9ce8c2 7fe1be 68dcb9
  57d8b5 4ad4b2 30cf91 2cba74 29ae5c 29ae50 29ae45 6fb7dd 6fa6dd 438bb4 417895 447193 3c6f9a
  babaca d5b94d babaca 95625e 67696f 9362a2 ae7029 7c615a 527a86 7f29ae 29ae29 8aafe0 30a4cf
  3094cf 3089cf 3080cf 3073cf 7277d4 8776c9 906bc7 9654b6 9d41b2 983c9d a5329c a53181 ae296d
  ae2963 ae295b b02954 b52b4d ba2c48 be2d44
`.trim().split(/\s+/).map((hex) => `#${hex}`);

export function symbolOf(z: number): string {
  return SYMBOLS[z] ?? "?";
}

export function numberOf(symbol: string): number {
  return Math.max(0, SYMBOLS.indexOf(symbol));
}

/** The atomic numbers of symbols in a text, in any order and with any signs between them; null for none. */
export function numbersIn(text: string): ReadonlySet<number> | null {
  const numbers = (text.match(/[A-Za-z]+/g) ?? []).map(numberOf).filter((number) => number > 0);
  return numbers.length === 0 ? null : new Set(numbers);
}

/** Covalent radius in Å. */
export function radiusOf(z: number): number {
  return RADII[z] ?? RADII[RADII.length - 1]!;
}

/** Van der Waals radius in Å; 2 where none is known. */
export function vanDerWaalsRadius(z: number): number {
  return VAN_DER_WAALS[z] || 2;
}

export function colorOfElement(z: number): string {
  return COLORS[z] ?? COLORS[COLORS.length - 1]!;
}

/** Metals here are what bonds to non-metals rather than to its like in a compound. */
export function isMetal(z: number): boolean {
  return !NONMETALS.has(z);
}

const NONMETALS = new Set([
  0, 1, 2, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 32, 33, 34, 35, 36, 51, 52, 53, 54, 85, 86,
]);
