/** Views kept and handed on, as a link, a file, a call of Python; files opened. */

import { useRef, useState } from "preact/hooks";
import { save } from "../chart/download";
import { encodedPart } from "../host";
import { addressOf, settledView } from "./address";
import { writeSettings } from "./chemiscope";
import { Icon } from "./icons";
import { pythonCall } from "./python-call";
import { openFile } from "./open-file";
import { changeView, useDesk } from "./state";
import { viewText } from "./view-file";

export function ShareMenu() {
  const desk = useDesk();
  const menu = useRef<HTMLDetailsElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const close = () => menu.current?.removeAttribute("open");
  const base = () => settledView(desk.scene).view;
  const view = () => desk.store.get().view;
  const copy = async (text: string, what: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(`${what} copied`);
    } catch {
      // Pages from files may not write there in every browser; a file always works.
      save(text, "view.txt");
      setSaid(`${what} saved as a file`);
    }
    close();
  };
  const items: readonly (readonly [string, () => void])[] = [
    ...(desk.host.address === null ? [] : [["Copy link to this view", () => void copy(`${location.href.split("#")[0]}#${encodedPart(addressOf(view(), base(), desk.host.address?.get() ?? ""))}`, "Link")] as const]),
    ["Copy as call of Python", () => void copy(pythonCall(view(), base()), "Call")],
    ["Save view …", () => { save(viewText(view(), base(), 2), "view.json"); close(); }],
    ["Save as settings of chemiscope …", () => { save(JSON.stringify(writeSettings(view()), null, 2), "settings.json"); close(); }],
    ["Open data, view or settings …", () => chooser.current?.click()],
    ["Begin anew", () => { changeView(desk, base()); close(); }],
  ];
  return (
    <details class="menu share-menu" ref={menu} onKeyDown={(event) => event.key === "Escape" && close()} onFocusOut={(event) => !menu.current?.contains(event.relatedTarget as Node | null) && event.relatedTarget !== null && close()}>
      <summary aria-label="Save, share and open" title="Save, share and open"><Icon name="share" /></summary>
      <div class="menu-items">
        {items.map(([label, act]) => <button key={label} type="button" onClick={act}>{label}</button>)}
      </div>
      <input
        ref={chooser} type="file" accept=".json,.gz,.bin,.xyz,.extxyz,application/json,application/gzip" hidden
        onChange={async (event) => {
          const chosen = event.currentTarget;
          const file = chosen.files?.[0];
          if (file !== undefined) await openFile(desk, file);
          // The same file may be chosen again, changed.
          chosen.value = "";
          close();
        }}
      />
      <span class="visually-hidden" role="status">{said}</span>
    </details>
  );
}
