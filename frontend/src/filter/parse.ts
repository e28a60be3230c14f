/**
 * The filter language, from words to a tree:
 *
 *     filter     = and { ("or" | "||") and }
 *     and        = not { ("and" | "&&") not }
 *     not        = ("not" | "!") not | comparison
 *     comparison = sum { ("<" | "<=" | ">" | ">=" | "=" | "!=" | "~") sum } | sum ["not"] "in" "(" sum { "," sum } ")"
 *     sum        = product { ("+" | "-") product }
 *     product    = power { ("*" | "/" | "%") power }
 *     power      = sign [ "^" power ]
 *     sign       = "-" sign | value
 *     value      = number | text | name | name "(" sum { "," sum } ")" | "(" filter ")"
 */

import { FilterError, type Word, wordsOf } from "./words";

export type Comparison = "<" | "<=" | ">" | ">=" | "=" | "!=" | "~";
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^";

export type Tree =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "text"; readonly value: string; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "call"; readonly name: string; readonly given: readonly Tree[]; readonly at: number }
  | { readonly kind: "arithmetic"; readonly sign: Arithmetic; readonly left: Tree; readonly right: Tree; readonly at: number }
  | { readonly kind: "comparison"; readonly sign: Comparison; readonly left: Tree; readonly right: Tree; readonly at: number }
  | { readonly kind: "among"; readonly one: Tree; readonly many: readonly Tree[]; readonly at: number }
  | { readonly kind: "and" | "or"; readonly left: Tree; readonly right: Tree; readonly at: number }
  | { readonly kind: "not"; readonly of: Tree; readonly at: number };

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "=": "=", "==": "=", "!=": "!=", "≠": "!=", "~": "~",
};
/** Deep enough for people, shallow enough for the stack. */
const DEEPEST = 200;

/** Reads a filter; a FilterError says what is wrong where. */
export function parseFilter(filter: string): Tree {
  const words = wordsOf(filter);
  const parser = new Parser(words);
  const tree = parser.filter();
  parser.expectEnd();
  return tree;
}

class Parser {
  private next = 0;
  private depth = 0;

  constructor(private readonly words: readonly Word[]) {}

  filter(): Tree {
    let left = this.and();
    for (let word = this.takeAny("or", "||"); word; word = this.takeAny("or", "||")) left = { kind: "or", left, right: this.and(), at: word.at };
    return left;
  }

  expectEnd(): void {
    const { kind, text, at } = this.word;
    if (kind !== "end") throw new FilterError(`expected “and” or “or”, got “${text}”`, at);
  }

  private and(): Tree {
    let left = this.not();
    for (let word = this.takeAny("and", "&&"); word; word = this.takeAny("and", "&&")) left = { kind: "and", left, right: this.not(), at: word.at };
    return left;
  }

  private not(): Tree {
    const word = this.takeAny("not", "!");
    return word ? this.deeper(() => ({ kind: "not", of: this.not(), at: word.at })) : this.comparison();
  }

  private comparison(): Tree {
    let left = this.sum();
    const among = this.among(left);
    if (among) return among;
    let chain: Tree | null = null;
    for (let sign = this.sign(); sign; sign = this.sign()) {
      // 0 < gap < 3 means both at once.
      const right = this.sum();
      const one: Tree = { kind: "comparison", sign: COMPARISONS[sign.text]!, left, right, at: sign.at };
      chain = chain === null ? one : { kind: "and", left: chain, right: one, at: sign.at };
      left = right;
    }
    return chain ?? left;
  }

  private among(one: Tree): Tree | null {
    const { at } = this.word;
    const negated = this.isWord("not") && this.isWord("in", 1) && this.takeAny("not") !== null;
    if (!this.takeAny("in")) return null;
    this.expect("(");
    const tree: Tree = { kind: "among", one, many: this.list(), at };
    return negated ? { kind: "not", of: tree, at } : tree;
  }

  private sum(): Tree {
    let left = this.product();
    for (let word = this.takeAny("+", "-"); word; word = this.takeAny("+", "-")) left = arithmetic(word, left, this.product());
    return left;
  }

  private product(): Tree {
    let left = this.power();
    for (let word = this.takeAny("*", "/", "%"); word; word = this.takeAny("*", "/", "%")) left = arithmetic(word, left, this.power());
    return left;
  }

  private power(): Tree {
    const minus = this.takeAny("-");
    if (minus) return this.deeper(() => arithmetic(minus, { kind: "number", value: 0, at: minus.at }, this.power()));
    const left = this.value();
    const word = this.takeAny("^", "**");
    return word ? this.deeper(() => arithmetic({ ...word, text: "^" }, left, this.power())) : left;
  }

  private value(): Tree {
    const word = this.word;
    const { kind, text, at } = word;
    if (this.takeAny("(")) {
      const tree = this.deeper(() => this.filter());
      this.expect(")");
      return tree;
    }
    this.next++;
    if (kind === "number") return { kind, value: Number(text), at };
    if (kind === "text") return { kind, value: text, at };
    if (kind !== "name" || (!word.quoted && ["and", "or", "not", "in"].includes(text.toLowerCase()))) {
      throw new FilterError(`expected a property, a number or a text, got ${kind === "end" ? "nothing" : `“${text}”`}`, at);
    }
    return !word.quoted && this.takeAny("(") ? { kind: "call", name: text.toLowerCase(), given: this.list(), at } : { kind, name: text, at };
  }

  /** What stands within parentheses that are open already. */
  private list(): readonly Tree[] {
    const items = [this.deeper(() => this.sum())];
    while (this.takeAny(",")) items.push(this.deeper(() => this.sum()));
    this.expect(")");
    return items;
  }

  private get word(): Word {
    return this.words[Math.min(this.next, this.words.length - 1)]!;
  }

  private isWord(text: string, ahead = 0): boolean {
    const word = this.words[this.next + ahead];
    return word !== undefined && (word.kind === "sign" || (word.kind === "name" && !word.quoted)) && word.text.toLowerCase() === text;
  }

  private takeAny(...texts: readonly string[]): Word | null {
    return texts.some((text) => this.isWord(text)) ? this.words[this.next++]! : null;
  }

  private sign(): Word | null {
    return this.word.kind === "sign" && Object.hasOwn(COMPARISONS, this.word.text) ? this.words[this.next++]! : null;
  }

  private expect(text: string): void {
    const { kind, text: given, at } = this.word;
    if (!this.takeAny(text)) throw new FilterError(`expected “${text}”, got ${kind === "end" ? "nothing" : `“${given}”`}`, at);
  }

  private deeper<T>(read: () => T): T {
    if (++this.depth > DEEPEST) throw new FilterError("too many parentheses within each other", this.word.at);
    const result = read();
    this.depth--;
    return result;
  }
}

function arithmetic({ text, at }: Word, left: Tree, right: Tree): Tree {
  return { kind: "arithmetic", sign: text as Arithmetic, left, right, at };
}
