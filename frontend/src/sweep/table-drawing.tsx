/** Tables as pictures, for those who want all panels in one kind of file. */

import { csvOf, drawingForPaper, pngOf, save, svgOf, type Table } from "../chart/download";
import type { Drawing } from "../chart/drawing";
import { digits } from "../words";

const FONT = 12;
/** Rows and letters of a picture; a CSV file has all. */
const MOST_ROWS = 60;
const MOST_LETTERS = 28;

/** The kinds of files that a table is offered in. */
export function tableDownloads(name: string, table: () => Table): readonly (readonly [string, () => void | Promise<void>])[] {
  const picture = () => {
    const { columns, rows } = table();
    const texts = [columns, ...rows.slice(0, MOST_ROWS).map((row) => row.map(cellText))].map((row) => row.map(shortened));
    const widths = columns.map((_, k) => Math.max(...texts.map((row) => row[k]!.length)) * FONT * 0.6 + FONT * 1.5);
    const width = Math.ceil(widths.reduce((sum, one) => sum + one, FONT));
    const height = Math.ceil((texts.length + (rows.length > MOST_ROWS ? 2 : 1)) * FONT * 1.75);
    const drawing: Drawing = { ...drawingForPaper(1), width, height };
    return { drawing, draw: () => <Cells texts={texts} widths={widths} left={rows.length - MOST_ROWS} drawing={drawing} isNumber={columns.map((_, k) => rows.every((row) => typeof row[k] !== "string"))} /> };
  };
  return [
    ["SVG", () => { const { draw, drawing } = picture(); save(svgOf(draw, drawing), `${name}.svg`); }],
    ["PNG", async () => { const { draw, drawing } = picture(); save(await pngOf(svgOf(draw, drawing), drawing), `${name}.png`); }],
    ["CSV", () => save(csvOf(table()), `${name}.csv`)],
  ];
}

function cellText(cell: Table["rows"][number][number]): string {
  if (typeof cell === "number") return Number.isInteger(cell) ? String(cell) : digits(cell, 4);
  return cell ?? "–";
}

function shortened(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

interface CellsProps {
  readonly texts: readonly (readonly string[])[];
  readonly widths: readonly number[];
  readonly isNumber: readonly boolean[];
  /** Rows that are not drawn. */
  readonly left: number;
  readonly drawing: Drawing;
}

function Cells({ texts, widths, isNumber, left, drawing }: CellsProps) {
  const { theme, width } = drawing;
  const edges = widths.map((_, k) => FONT / 2 + widths.slice(0, k).reduce((sum, one) => sum + one, 0));
  const line = (row: number) => (row + 1) * FONT * 1.75;
  return (
    <g font-size={FONT}>
      {texts.map((row, i) => (
        <g key={i} fill={i === 0 ? theme.muted : theme.ink} font-weight={i === 0 ? 600 : 400}>
          {row.map((text, k) => (
            <text key={k} x={isNumber[k] ? edges[k]! + widths[k]! - FONT : edges[k]! + FONT / 2} y={line(i) - FONT * 0.3} text-anchor={isNumber[k] ? "end" : "start"}>{text}</text>
          ))}
          <line x1={0} x2={width} y1={line(i) + FONT * 0.25} y2={line(i) + FONT * 0.25} stroke={theme.line} />
        </g>
      ))}
      {left > 0 && <text x={FONT} y={line(texts.length) - FONT * 0.3} fill={theme.muted}>and {left} more rows</text>}
    </g>
  );
}
