/** The explorer: a map, structures, and a table of what is known about them. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Host } from "../host";
import { MapPanel } from "../map/panel";
import { TopBar } from "./bar";
import { InfoPanel } from "./info";
import { Layout } from "./layout";
import { Notices } from "./notices";
import { useAddress } from "./address";
import { openDesk } from "./desk";
import { takeDrops } from "./open-file";
import type { Scene } from "./scene";
import { hasMap } from "./settings";
import { type Desk, DeskContext, redo, undo, useExplorer } from "./state";
import { ViewersPanel } from "./viewers";

export function ExplorerPage({ scene, host }: { readonly scene: Scene; readonly host: Host }) {
  const [{ opened, serial }, setOpened] = useState<{ opened: Scene | null; serial: number }>({ opened: null, serial: 0 });
  const [open] = useState(() => (another: Scene) => setOpened((old) => ({ opened: another, serial: old.serial + 1 })));
  // The address and the notebook speak of the scene that the page was made for, not of one opened later.
  const desk = useMemo(() => (opened === null ? openDesk(scene, host, open) : openDesk(opened, { ...host, address: null }, open)), [scene, host, opened]);
  useEffect(() => (opened === null ? host.notebook?.(desk) : undefined), [desk]);
  useEffect(() => takeDrops(document, desk), [desk]);
  return (
    <DeskContext.Provider value={desk}>
      <Explorer key={serial} desk={desk} />
    </DeskContext.Provider>
  );
}

function Explorer({ desk }: { readonly desk: Desk }) {
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  useAddress(desk);
  useHistoryKeys(desk);
  return (
    <main class="explorer" data-target={target}>
      <TopBar />
      <Notices />
      <Layout
        map={hasMap(scene, target) ? <MapPanel key={target} /> : null}
        structures={scene.structures.count > 0 ? <ViewersPanel /> : null}
        info={<InfoPanel key={target} />}
      />
    </main>
  );
}

/** Ctrl or ⌘ with Z and Y steps through views, except where text is written. */
function useHistoryKeys(desk: Desk): void {
  const [act] = useState(() => (event: KeyboardEvent) => {
    // Within a notebook's shadow the event's own target is the shadow's host.
    const [origin] = event.composedPath();
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
