/** Which columns a table shows. */

import { useRef } from "preact/hooks";
import { Checkbox } from "../explorer/fields";
import type { Quantity } from "./sweep";

interface Props {
  readonly columns: readonly Quantity[];
  readonly hidden: ReadonlySet<string>;
  readonly setHidden: (hidden: ReadonlySet<string>) => void;
}

export function ColumnsMenu({ columns, hidden, setHidden }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  return (
    <details
      class="menu columns-menu" ref={menu}
      onKeyDown={(event) => { if (event.key === "Escape") { menu.current!.removeAttribute("open"); menu.current!.querySelector("summary")!.focus(); } }}
      onFocusOut={(event) => event.relatedTarget !== null && !menu.current?.contains(event.relatedTarget as Node) && menu.current?.removeAttribute("open")}
    >
      <summary class="wide-summary">Columns</summary>
      <div class="menu-items">
        {columns.map((one) => <Checkbox key={one.key} label={one.label} value={!hidden.has(one.key)} onChange={() => toggle(one.key)} />)}
        <button type="button" onClick={() => setHidden(new Set())}>Show all</button>
      </div>
    </details>
  );
}
