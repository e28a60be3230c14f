/** What a point is, beside it: its number, its mapped values, a small picture. */

import { useEffect, useRef } from "preact/hooks";
import type { PaintPreview } from "../explorer/panels";
import { centerOf, type PlainProperty, type Scene, type Target } from "../explorer/scene";
import { useDesk } from "../explorer/state";
import { digits, titled } from "../words";

/** A value with as many digits as given; whole numbers as they are. */
export function valueText(property: PlainProperty, point: number, significant = 5): string {
  if (property.kind === "category") return property.categories[property.codes[point]!] ?? "–";
  const value = property.values[point]!;
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? String(value).replace("-", "−") : digits(value, significant);
}

/** What a point is called: counted from 0, as in the data. */
export function pointName(scene: Scene, target: Target, point: number): string {
  if (target === "structure") return `Structure ${point}`;
  if (scene.structures.count === 0) return `Atom ${point}`;
  const { structure, atom } = centerOf(scene, point);
  return `Atom ${atom} of structure ${structure}`;
}

interface HoverProps {
  readonly point: number;
  readonly target: Target;
  readonly properties: readonly PlainProperty[];
  readonly at: readonly [number, number];
  readonly room: readonly [width: number, height: number];
  readonly preview: PaintPreview | null;
}

export function HoverCard({ point, target, properties, at: [x, y], room: [width, height], preview }: HoverProps) {
  const { scene } = useDesk();
  const formulas = scene.structures.formulas;
  const structure = scene.structures.count === 0 ? null : target === "structure" ? point : centerOf(scene, point).structure;
  const side = {
    ...(x > width / 2 ? { right: `${width - x + 14}px` } : { left: `${x + 14}px` }),
    ...(y > height / 2 ? { bottom: `${height - y + 10}px` } : { top: `${y + 10}px` }),
  };
  return (
    <div class="hover-card" role="status" style={side}>
      <strong>{pointName(scene, target, point)}</strong>
      {structure !== null && formulas !== null && <span class="faint"> {formulas.categories[formulas.codes[structure]!]}</span>}
      {structure !== null && preview !== null && <Preview structure={structure} point={point} target={target} paint={preview} />}
      <dl>
        {properties.map((property) => (
          <div key={property.name}>
            <dt>{titled(property)}</dt>
            <dd>{valueText(property, point)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Milliseconds that a pointer rests before a structure is fetched for it. */
const REST = 70;

function Preview({ structure, point, target, paint }: { structure: number; point: number; target: Target; paint: PaintPreview }) {
  const { scene } = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const later = setTimeout(() => {
      const atom = target === "atom" ? centerOf(scene, point).atom : null;
      // A picture that does not come is no reason to disturb; the structure panel says why.
      if (canvas.current !== null) paint(canvas.current, scene, structure, atom).catch(() => undefined);
    }, REST);
    return () => clearTimeout(later);
  }, [scene, structure, point, target]);
  return <canvas ref={canvas} class="preview" width={264} height={176} aria-hidden="true" />;
}
