/** The safe part of Markdown: no HTML, no pictures, links to the web alone; everything else is text. */

import type { ComponentChild } from "preact";

export function Markdown({ text }: { readonly text: string }) {
  return <div class="markdown">{blocksOf(text).map((block, i) => <Block key={i} lines={block} />)}</div>;
}

/** Paragraphs and lists, as their lines. */
function blocksOf(text: string): readonly (readonly string[])[] {
  return text.split(/\n\s*\n/).map((block) => block.split("\n").filter((line) => line.trim() !== "")).filter((block) => block.length > 0);
}

function Block({ lines }: { readonly lines: readonly string[] }) {
  if (lines.every((line) => /^\s*[-*+]\s+/.test(line))) {
    return <ul>{lines.map((line, i) => <li key={i}><Inline text={line.replace(/^\s*[-*+]\s+/, "")} /></li>)}</ul>;
  }
  if (lines.every((line) => /^\s*\d+[.)]\s+/.test(line))) {
    return <ol>{lines.map((line, i) => <li key={i}><Inline text={line.replace(/^\s*\d+[.)]\s+/, "")} /></li>)}</ol>;
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0]!);
  if (heading !== null) {
    return (
      <>
        <h4><Inline text={heading[2]!} /></h4>
        {lines.length > 1 && <Block lines={lines.slice(1)} />}
      </>
    );
  }
  return <p><Inline text={lines.join(" ")} /></p>;
}

interface Rule {
  readonly pattern: RegExp;
  readonly make: (found: RegExpExecArray) => ComponentChild;
}

const RULES: readonly Rule[] = [
  { pattern: /`([^`]+)`/, make: (found) => <code>{found[1]}</code> },
  { pattern: /\[([^\]]*)\]\(\s*([^\s)]+)\s*\)/, make: (found) => <Link address={found[2]!} text={found[1]!} /> },
  { pattern: /<(https?:\/\/[^\s>]+)>/, make: (found) => <Link address={found[1]!} text={found[1]!} /> },
  { pattern: /https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"]/, make: (found) => <Link address={found[0]} text={found[0]} /> },
  { pattern: /\*\*(.+?)\*\*/, make: (found) => <strong><Inline text={found[1]!} /></strong> },
  { pattern: /__(.+?)__/, make: (found) => <strong><Inline text={found[1]!} /></strong> },
  { pattern: /\*([^*\s](?:[^*]*[^*\s])?)\*/, make: (found) => <em><Inline text={found[1]!} /></em> },
  { pattern: /(?<![\p{L}\p{N}])_([^_\s](?:[^_]*[^_\s])?)_(?![\p{L}\p{N}])/u, make: (found) => <em><Inline text={found[1]!} /></em> },
];

/** A line: the first rule that applies, and what stands before and after it. */
function Inline({ text }: { readonly text: string }): ComponentChild {
  const found = RULES.map(({ pattern, make }) => ({ found: pattern.exec(text), make }))
    .filter((one): one is { found: RegExpExecArray; make: Rule["make"] } => one.found !== null)
    .sort((a, b) => a.found.index - b.found.index)[0];
  if (found === undefined) return text;
  const { index } = found.found;
  return (
    <>
      {text.slice(0, index)}
      {found.make(found.found)}
      <Inline text={text.slice(index + found.found[0].length)} />
    </>
  );
}

/** Only addresses of the web and of mail are links; any other stays text. */
function Link({ address, text }: { readonly address: string; readonly text: string }) {
  if (!isSafe(address)) return <>{text} ({address})</>;
  return <a href={address} target="_blank" rel="noopener noreferrer nofollow">{text}</a>;
}

export function isSafe(address: string): boolean {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
