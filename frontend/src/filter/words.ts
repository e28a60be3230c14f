/** A filter's text as words: numbers, quoted texts, names, signs. */

export interface Word {
  readonly kind: "number" | "text" | "name" | "sign" | "end";
  readonly text: string;
  /** Where it begins in the filter. */
  readonly at: number;
  /** A name in backquotes is never a keyword. */
  readonly quoted: boolean;
}

/** A filter that cannot be read; the message says what was expected, and where. */
export class FilterError extends Error {
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

const PATTERNS: readonly (readonly [Word["kind"], RegExp])[] = [
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["text", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y],
  ["name", /`(?:[^`]|``)+`/y],
  ["name", /[\p{L}_][\p{L}\p{N}_.]*(?:\[[\p{L}\p{N}_.:-]*\])*/uy],
  ["sign", /<=|>=|!=|==|&&|\|\||\*\*|[<>=!~()+\-*/^,%≤≥≠]/y],
];

/** Cuts a filter into words; the last one is the end. */
export function wordsOf(filter: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(filter[at] ?? "")) at++;
    if (at >= filter.length) return [...words, { kind: "end", text: "", at, quoted: false }];
    const word = wordAt(filter, at);
    words.push(word);
    at = word.at + lengthOf(word);
  }
}

const lengths = new WeakMap<Word, number>();

function lengthOf(word: Word): number {
  return lengths.get(word)!;
}

function wordAt(filter: string, at: number): Word {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(filter)?.[0];
    if (found === undefined) continue;
    const quoted = found.startsWith("`");
    const text = kind === "text" ? found.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : quoted ? found.slice(1, -1).replaceAll("``", "`") : found;
    const word: Word = { kind, text, at, quoted };
    lengths.set(word, found.length);
    return word;
  }
  const sign = filter[at]!;
  const unclosed = sign === '"' || sign === "'" || sign === "`";
  throw new FilterError(unclosed ? `${sign} is opened here and never closed` : `“${sign}” has no meaning here`, at);
}

/** A property's name as a filter has it: in backquotes where it is no single word. */
export function quotedName(name: string): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_.]*(?:\[[\p{L}\p{N}_.:-]*\])*$/u.test(name) && !KEYWORDS.has(name.toLowerCase());
  return plain ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** A text as a filter has it. */
export function quotedText(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "missing"]);
