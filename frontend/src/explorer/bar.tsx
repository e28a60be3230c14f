/** The line above everything: what it is, which points, views back and forth. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Switch } from "../chart/controls";
import { counted } from "../words";
import { DatasetChoice } from "./datasets";
import { IconButton } from "./icons";
import { Markdown } from "./markdown";
import { countOf, type Scene, type Target } from "./scene";
import { hasMap } from "./settings";
import { ShareMenu } from "./share";
import { chooseTarget, redo, undo, useDesk, useExplorer } from "./state";

export function TopBar() {
  const desk = useDesk();
  const { scene, history } = desk;
  const target = useExplorer(({ view }) => view.target);
  useExplorer(({ view }) => view);
  const [shown, setShown] = useState<"about" | "help" | null>(null);
  const both = hasMap(scene, "structure") && hasMap(scene, "atom");
  return (
    <header class="explorer-bar">
      <h1>
        <button type="button" class="title-button" title="About these data" onClick={() => setShown("about")}>
          {scene.about.name.trim() || "Structures"}
        </button>
      </h1>
      <span class="faint bar-count">{sizeOf(scene)}</span>
      <DatasetChoice />
      <span class="spring" />
      {both && (
        <Switch<Target> label="Points stand for" value={target} options={[["structure", "Structures"], ["atom", "Atoms"]]} onChange={(one) => chooseTarget(desk, one)} />
      )}
      <IconButton icon="undo" label="Undo (Ctrl+Z)" disabled={!history.canUndo()} onClick={() => undo(desk)} />
      <IconButton icon="redo" label="Redo (Ctrl+Y)" disabled={!history.canRedo()} onClick={() => redo(desk)} />
      <ShareMenu />
      <IconButton icon="help" label="Keys" onClick={() => setShown("help")} />
      {shown === "about" && <Dialog title={scene.about.name.trim() || "Structures"} onClose={() => setShown(null)}><About scene={scene} /></Dialog>}
      {shown === "help" && <Dialog title="Keys" onClose={() => setShown(null)}><Keys /></Dialog>}
    </header>
  );
}

function sizeOf(scene: Scene): string {
  const structures = counted(scene.structures.count, "structure");
  if (scene.structures.count === 0) return "";
  return scene.environments === null ? structures : `${structures}, ${counted(countOf(scene, "atom"), "environment")}`;
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A dialog that Escape and a click beside it close. */
function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-label={title} onClose={onClose} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div>
        <header>
          <h2>{title}</h2>
          <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

function About({ scene: { about, warnings } }: { readonly scene: Scene }) {
  return (
    <>
      {about.description.trim() === "" ? <p class="faint">There is no description.</p> : <Markdown text={about.description} />}
      {about.authors.length > 0 && <h3>Authors</h3>}
      {about.authors.length > 0 && <ul>{about.authors.map((author) => <li key={author}><Markdown text={author} /></li>)}</ul>}
      {about.references.length > 0 && <h3>References</h3>}
      {about.references.length > 0 && <ul>{about.references.map((one) => <li key={one}><Markdown text={one} /></li>)}</ul>}
      {warnings.length > 0 && <h3>Passed over</h3>}
      {warnings.length > 0 && <ul>{warnings.map((one) => <li key={one}>{one}</li>)}</ul>}
    </>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab", "from part to part; Enter or Space presses what has the focus"],
  ["← → ↑ ↓", "move the map, or turn it in space (with Shift: move it)"],
  ["+ −", "zoom"],
  ["0", "show all points"],
  ["N P", "next and previous point"],
  ["M Z B L", "move, zoom to a box, choose by box, choose by lasso"],
  ["Shift, Alt", "while choosing: add to or take from the points chosen; Shift alone draws a box"],
  ["Escape", "choose no points, close what is open"],
  ["Ctrl+Z, Ctrl+Y", "one view back, one forth"],
  ["Home, End, Page", "in the table: to the first, to the last, one screen on"],
];

function Keys() {
  return (
    <dl class="keys">
      {KEYS.map(([key, does]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div>)}
    </dl>
  );
}
