/** A structure that can be turned, zoomed and asked about its atoms. */

import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { rgb } from "../theme";
import { symbolOf } from "./elements";
import { listen, viewAfterKey } from "./gestures";
import { BALLS_AND_STICKS } from "./model";
import type { Structure } from "./structure";
import { Surface } from "./surface";
import { projection, type View } from "./view";

interface ViewerProps {
  readonly structure: Structure;
  readonly name: string;
  /** Receives the canvas, for saving the picture. */
  readonly onCanvas?: (canvas: HTMLCanvasElement) => void;
}

interface Label {
  readonly atom: number;
  readonly x: number;
  readonly y: number;
}

export function StructureViewer({ structure, name, onCanvas }: ViewerProps) {
  const theme = useContext(ThemeContext);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<Surface | null>(null);
  const [label, setLabel] = useState<Label | null>(null);
  const look = (view: View, moving = true) => {
    setLabel(null);
    surface.current!.turnTo(view, moving);
  };

  useLayoutEffect(() => {
    const shown = new Surface(canvas.current!);
    surface.current = shown;
    const stop = listen(shown, {
      view: look,
      hover: (image) => setLabel(image < 0 ? null : labelOf(shown, image)),
      reset: () => look(shown.begin(), false),
    }, true);
    const observer = new ResizeObserver(() => shown.request(false));
    observer.observe(canvas.current!);
    onCanvas?.(canvas.current!);
    return () => {
      observer.disconnect();
      stop();
      shown.dispose();
    };
  }, []);

  useEffect(() => {
    const [r, g, b] = rgb(theme.muted);
    surface.current!.show(structure, { ...BALLS_AND_STICKS, lines: [r, g, b, 255] });
    surface.current!.paintAs(theme);
  }, [structure, theme]);

  useEffect(() => {
    setLabel(null);
    surface.current!.view = surface.current!.begin();
  }, [structure]);

  return (
    <div class="viewer">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${name}: ${structure.numbers.length} atoms. Arrow keys turn it, plus and minus zoom, 0 resets.`}
        onKeyDown={(event) => {
          const reset = event.key === "0";
          const view = reset ? surface.current!.begin() : viewAfterKey(surface.current!, event);
          if (view === null) return;
          event.preventDefault();
          look(view, !reset);
        }}
      />
      {label && (
        <span class="atom-label" style={{ left: `${label.x}px`, top: `${label.y}px` }}>
          {symbolOf(structure.numbers[label.atom]!)}
          <small>{label.atom}</small>
        </span>
      )}
    </div>
  );
}

function labelOf({ model, view, size }: Surface, image: number): Label {
  const { x, y } = projection(model, view, ...size)(model.positionOf(image));
  return { atom: model.images.atoms[image]!, x, y };
}
