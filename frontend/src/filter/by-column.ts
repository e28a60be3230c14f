/** Filters of single columns, as few signs in a small field: `> 3`, `1..2`, `water`; parts of the whole filter. */

import { FilterError, quotedName, quotedText, type Word, wordsOf } from "./words";

export type ColumnKind = "number" | "category";

/** The conditions that a filter joins by `and`; one alone where it is anything else; null where it cannot be read. */
function conditionsIn(filter: string): readonly string[] | null {
  let words: readonly Word[];
  try {
    words = wordsOf(filter);
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const { kind, text, at, quoted } of words) {
    const keyword = kind === "name" && !quoted ? text.toLowerCase() : text;
    if (kind === "sign" && text === "(") depth++;
    if (kind === "sign" && text === ")") depth--;
    const bare = (kind === "name" && !quoted) || kind === "sign";
    if (depth === 0 && bare && (keyword === "or" || keyword === "||")) return [`(${filter.trim()})`];
    const cut = kind === "end" || (depth === 0 && bare && (keyword === "and" || keyword === "&&"));
    if (!cut) continue;
    parts.push(filter.slice(from, at).trim());
    from = at + text.length;
  }
  return parts.filter((part) => part !== "");
}

/** What a condition says of one column alone: its name, a sign and a value; null for any other condition. */
function simple(condition: string): { readonly name: string; readonly sign: string; readonly value: string } | null {
  const [name, sign, ...rest] = wordsOf(condition);
  if (name?.kind !== "name" || sign?.kind !== "sign" || !/^(<=?|>=?|!?=|==|~|[≤≥≠])$/.test(sign.text)) return null;
  const literal = rest.filter(({ kind }) => kind !== "end");
  const value = literal.map(({ text }) => text).join("");
  const isLiteral = literal.length === 1 ? literal[0]!.kind === "number" || literal[0]!.kind === "text" : literal.length === 2 && literal[0]!.text === "-" && literal[1]!.kind === "number";
  return isLiteral ? { name: name.text, sign: sign.text, value } : null;
}

/** What the field of a column shows of a filter. */
export function fieldOf(filter: string, name: string): string {
  const own = (conditionsIn(filter) ?? []).map(simple).filter((one) => one?.name === name);
  const [first, second] = own;
  if (own.length === 2 && first!.sign === ">=" && second!.sign === "<=") return `${first!.value}..${second!.value}`;
  return own.map((one) => (one!.sign === "~" ? one!.value : `${one!.sign} ${one!.value}`)).join(", ");
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const STRETCH = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.|…)\\s*(${NUMBER})$`);
const BOUND = new RegExp(`^(<=?|>=?|!?=|[≤≥≠])?\\s*(${NUMBER})$`);

/** What is written in a field as conditions; null where it means nothing for this kind of column. */
function conditionsOf(written: string, name: string, kind: ColumnKind): readonly string[] | null {
  const text = written.trim();
  const column = quotedName(name);
  if (text === "") return [];
  if (kind === "category") {
    const [, sign, value] = /^(!?=|≠)?\s*(.*)$/s.exec(text)!;
    return [`${column} ${sign ?? "~"} ${quotedText(value!)}`];
  }
  const stretch = STRETCH.exec(text);
  if (stretch !== null) return [`${column} >= ${plain(stretch[1]!)}`, `${column} <= ${plain(stretch[2]!)}`];
  const bounds = text.split(",").map((part) => BOUND.exec(part.trim()));
  return bounds.every((bound) => bound !== null) ? bounds.map((bound) => `${column} ${bound[1] ?? "="} ${plain(bound[2]!)}`) : null;
}

function plain(number: string): string {
  return number.replace(/^\+/, "");
}

/** A filter with other conditions on one column; null where what is written means nothing. */
export function withField(filter: string, name: string, kind: ColumnKind, written: string): string | null {
  const conditions = conditionsOf(written, name, kind);
  if (conditions === null) return null;
  // A filter that cannot be read filters nothing, and gives way.
  const others = (conditionsIn(filter) ?? []).filter((one) => simple(one)?.name !== name);
  const all = [...others, ...conditions];
  // Alone, what `or` joins needs no parentheses.
  return all.length === 1 && others.length === 1 && all[0] === `(${filter.trim()})` ? filter.trim() : all.join(" and ");
}
