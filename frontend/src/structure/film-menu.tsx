/** Films in the download menu: how far they are, and a way to give up. */

import { useContext, useRef, useState } from "preact/hooks";
import { save } from "../chart/download";
import { ThemeContext } from "../chart/drawing";
import type { StructureViewProps } from "../explorer/panels";
import type { SceneStructure } from "../explorer/scene";
import { counted } from "../words";
import { filmOfFrames, filmOfTurn, type Progress, trajectoryAround } from "./filming";
import type { Surface } from "./surface";

interface FilmMenuProps extends Pick<StructureViewProps, "scene" | "settings"> {
  readonly shown: SceneStructure;
  readonly surface: () => Surface;
  readonly file: string;
  readonly close: () => void;
}

export function FilmMenu({ scene, settings, shown, surface, file, close }: FilmMenuProps) {
  const theme = useContext(ThemeContext);
  const [done, setDone] = useState<number | null>(null);
  const wanted = useRef(true);
  const film = async (make: (progress: Progress) => Promise<Blob | null>) => {
    wanted.current = true;
    const blob = await make((share) => {
      setDone(share);
      return wanted.current;
    });
    setDone(null);
    if (blob === null) return;
    save(blob, `${file}.gif`);
    close();
  };
  if (done !== null) {
    return (
      <div class="film">
        <progress value={done} aria-label="Film" />
        <button type="button" class="quiet" onClick={() => (wanted.current = false)}>Stop</button>
      </div>
    );
  }
  const frames = trajectoryAround(scene, shown);
  return (
    <>
      <button type="button" onClick={() => void film((progress) => filmOfTurn(surface(), theme, progress))}>One turn (GIF)</button>
      {frames.length > 1 && (
        <button type="button" onClick={() => void film((progress) => filmOfFrames(surface(), { scene, settings, theme, frames }, progress))}>
          {counted(frames.length, "structure")} (GIF)
        </button>
      )}
    </>
  );
}
