/** One structure for each pin, side by side. */

import { viewerColor } from "../map/pins";
import { pointName } from "../map/hover";
import { StructureView } from "../structure/panel";
import { IconButton } from "./icons";
import { centerOf, pointOfAtom, type Scene, type Target } from "./scene";
import { MOST_VIEWERS } from "./settings";
import { addViewer, changeView, changeViewer, type Desk, removeViewer, showAtom, useDesk, useExplorer } from "./state";

export function ViewersPanel() {
  const desk = useDesk();
  const count = useExplorer(({ view }) => view.viewers.length);
  const columns = count <= 1 ? 1 : count <= 4 ? 2 : count <= 9 ? 3 : 4;
  const rows = Math.ceil(count / columns);
  return (
    <section class="explorer-panel viewers-panel" aria-label="Structures" style={{ "--columns": columns, "--rows": rows }}>
      <div class="viewers">
        {Array.from({ length: count }, (_, viewer) => <Viewer key={viewer} desk={desk} viewer={viewer} many={count > 1} span={viewer === count - 1 ? rows * columns - count + 1 : 1} />)}
      </div>
    </section>
  );
}

interface ViewerProps {
  readonly desk: Desk;
  readonly viewer: number;
  readonly many: boolean;
  /** Columns; the last viewer takes what is left of its row. */
  readonly span: number;
}

function Viewer({ desk, viewer, many, span }: ViewerProps) {
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  const point = useExplorer(({ view }) => view.pinned[view.target][viewer] ?? 0);
  const active = useExplorer(({ view }) => view.active === viewer);
  const settings = useExplorer(({ view }) => view.viewers[viewer]);
  const playing = useExplorer((state) => state.playing);
  if (settings === undefined) return null;
  const { structure, atom } = placeOf(scene, target, point);
  const activate = () => active || changeView(desk, { active: viewer });
  return (
    <article class="viewer-cell" data-active={many && active} style={{ "--pin": viewerColor(viewer), gridColumn: `span ${span}` }} onPointerDownCapture={activate} onFocusCapture={activate}>
      <header>
        {many && <span class="viewer-number">{viewer + 1}</span>}
        <span class="viewer-name">{titleOf(scene, target, point)}</span>
        {viewer === desk.store.get().view.viewers.length - 1 && viewer + 1 < MOST_VIEWERS && (
          <IconButton icon="add" label="Add a viewer" onClick={() => addViewer(desk)} />
        )}
        {many && <IconButton icon="close" label={`Remove viewer ${viewer + 1}`} onClick={() => removeViewer(desk, viewer)} />}
      </header>
      <div class="viewer-body">
        <StructureView
          scene={scene} structure={structure} atom={atom} settings={settings} name={titleOf(scene, target, point)} playing={playing && active}
          onSettings={(change) => changeViewer(desk, viewer, change, `viewer ${viewer} ${Object.keys(change).join(" ")}`)}
          onSelectAtom={(chosen) => showAtom(desk, structure, chosen)}
          onHoverAtom={(hovered) => desk.store.set({ hovered: target === "atom" && hovered !== null ? pointOfAtom(scene, structure, hovered) : null })}
        />
      </div>
    </article>
  );
}

function placeOf(scene: Scene, target: Target, point: number): { readonly structure: number; readonly atom: number | null } {
  if (target === "structure") return { structure: point, atom: null };
  const { structure, atom } = centerOf(scene, point);
  return { structure, atom };
}

/** The structure's formula and number, and the atom's. */
function titleOf(scene: Scene, target: Target, point: number): string {
  const { structure } = placeOf(scene, target, point);
  const { formulas } = scene.structures;
  const formula = formulas?.categories[formulas.codes[structure]!] ?? "";
  const name = pointName(scene, target, point);
  return formula === "" ? name : `${formula}, ${name[0]!.toLowerCase()}${name.slice(1)}`;
}
