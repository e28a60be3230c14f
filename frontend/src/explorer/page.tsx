/** The explorer: a map, structures, and a table of what is known about them. */

import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Host } from "../host";
import { useChosen } from "../store";
import { MapPanel } from "../map/panel";
import { TopBar } from "./bar";
import { InfoPanel } from "./info";
import { Layout } from "./layout";
import { Notices } from "./notices";
import { useAddress } from "./address";
import { openPage } from "./desk";
import { takeDrops } from "./open-file";
import type { Scene } from "./scene";
import { hasMap } from "./settings";
import { type Desk, DeskContext, redo, undo, useExplorer } from "./state";
import { ViewersPanel } from "./viewers";

export function ExplorerPage({ scene, host }: { readonly scene: Scene; readonly host: Host }) {
  const page = useMemo(() => openPage(scene, host), [scene, host]);
  const { shown } = useChosen(page, (all) => all);
  const [hanging, setHanging] = useState(false);
  useEffect(() => host.notebook?.(page.get().desks[0]!), [page]);
  // A notebook takes files of its own beside ours.
  const ours = host.notebook === undefined ? document : host.themed;
  useEffect(() => takeDrops(ours, shown[0]!, setHanging), [ours, shown]);
  return (
    <div class="explorers" data-shown={shown.length}>
      {shown.map((desk) => (
        <DeskContext.Provider key={desk.serial} value={desk}>
          <Explorer desk={desk} />
        </DeskContext.Provider>
      ))}
      {hanging && <div class="drop-hint" role="status"><p>Drop the file to open it<small>chemiscope, extended XYZ, views, settings</small></p></div>}
    </div>
  );
}

function Explorer({ desk }: { readonly desk: Desk }) {
  const { scene } = desk;
  const holder = useRef<HTMLElement>(null);
  const target = useExplorer(({ view }) => view.target);
  useAddress(desk);
  useHistoryKeys(desk, holder);
  return (
    <div class="explorer-frame">
      <main class="explorer" data-target={target} ref={holder}>
        <TopBar />
        <Notices />
        <Layout
          map={hasMap(scene, target) ? <MapPanel key={target} /> : null}
          structures={scene.structures.count > 0 ? <ViewersPanel /> : null}
          info={<InfoPanel key={target} />}
        />
      </main>
    </div>
  );
}

/** Ctrl or ⌘ with Z and Y steps through views, except where text is written; of two data sets, in the one with the focus. */
function useHistoryKeys(desk: Desk, holder: RefObject<HTMLElement | null>): void {
  const [act] = useState(() => (event: KeyboardEvent) => {
    // Within a notebook's shadow the event's own target is the shadow's host.
    const path = event.composedPath();
    const [origin] = path;
    const [first, second] = desk.page.get().shown;
    const meant = second === undefined || path.includes(holder.current!) || (desk === first && origin === document.body);
    if (!meant) return;
    const writes = origin instanceof HTMLInputElement && /text|search|number/.test(origin.type);
    if (writes || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) undo(desk);
    else if (key === "y" || (key === "z" && event.shiftKey)) redo(desk);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    document.addEventListener("keydown", act);
    return () => document.removeEventListener("keydown", act);
  }, [act]);
}
