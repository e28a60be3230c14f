/** The buttons of a viewer. */

import type { StructureViewProps } from "../explorer/panels";
import type { SceneStructure } from "../explorer/scene";
import { save } from "../chart/download";
import { aligned, AXES } from "./alignment";
import { FilmMenu } from "./film-menu";
import { ownCutoff } from "./looking";
import { Menu } from "./menu";
import { pictureOf } from "./filming";
import { Icon, Popup } from "./popup";
import type { Surface } from "./surface";
import type { View } from "./view";
import { xyzOf } from "./xyz";

interface ToolbarProps extends StructureViewProps {
  readonly shown: SceneStructure;
  readonly surface: () => Surface;
  readonly turn: (view: View) => void;
  readonly measuring: boolean;
  readonly measure: (on: boolean) => void;
}

const ICONS = {
  settings: "M2 4.5h6m4 0h2M2 11.5h2m4 0h6M10 2.8v3.4M6 9.8v3.4",
  align: "M3 13V4m0 9h9M3 13l4.5-4.5M3 4 1.6 5.6M3 4l1.4 1.6M12 13l-1.6-1.4M12 13l-1.6 1.4",
  measure: "M2 11 11 2l3 3-9 9-3-3Zm2.4-2.4 1.4 1.4m.8-3.6 1.4 1.4m.8-3.6 1.4 1.4",
  download: "M8 2v8m0 0L4.8 6.8M8 10l3.2-3.2M3 13.5h10",
} as const;

export function Toolbar(props: ToolbarProps) {
  const { scene, shown, surface, turn, name, measuring, measure } = props;
  const hasCell = shown.cell !== null && shown.cell.some((x) => x !== 0);
  const file = fileName(name);
  return (
    <div class="viewer-tools" role="toolbar" aria-label={`${name}: view`}>
      <button type="button" class="tool" aria-pressed={measuring} aria-label="Measure" title="Measure distances, angles and dihedrals (m)" onClick={() => measure(!measuring)}>
        <Icon path={ICONS.measure} />
      </button>
      <Popup label="Look along" icon={ICONS.align}>
        {(close) => (
          <div class="popup-items">
            {AXES.filter((axis) => hasCell || "xyz".includes(axis)).map((axis) => (
              <button
                key={axis}
                type="button"
                onClick={() => {
                  const view = aligned(surface(), axis);
                  if (view !== null) turn(view);
                  close();
                }}
              >
                along {axis}
              </button>
            ))}
          </div>
        )}
      </Popup>
      <Popup label="Download" icon={ICONS.download}>
        {(close) => (
          <div class="popup-items">
            <button type="button" onClick={async () => (close(), save(await pictureOf(surface()), `${file}.png`))}>Picture (PNG)</button>
            <button type="button" onClick={() => (close(), save(xyzOf(shown, name), `${file}.xyz`))}>Structure (XYZ)</button>
            <FilmMenu {...props} file={file} close={close} />
          </div>
        )}
      </Popup>
      <Popup label="Settings" icon={ICONS.settings}>
        {() => <Menu {...props} hasCell={hasCell} hasBackbone={shown.residues !== null} ownCutoff={props.atom === null ? null : ownCutoff(scene, shown.index, props.atom)} />}
      </Popup>
    </div>
  );
}

function fileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80) || "structure";
}
