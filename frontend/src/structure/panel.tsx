/** One viewer of the explorer: a structure with everything that can be shown, asked and saved of it. */

import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import type { StructureViewProps } from "../explorer/panels";
import type { Scene, SceneStructure } from "../explorer/scene";
import { PayloadError } from "../reader";
import { counted } from "../words";
import { cameraOf, viewOf } from "./camera";
import { listen } from "./gestures";
import { keyed, NO_KEYS } from "./keys";
import { lookingAt, nameOf, writingOf } from "./looking";
import { inWords, measured } from "./measure";
import { writeOver } from "./overlay";
import { Surface } from "./surface";
import { Toolbar } from "./toolbar";
import { compose, rotationAbout } from "./vectors";
import type { View } from "./view";

/** Radians each second. */
const SPIN = 0.6;

export function StructureView(props: StructureViewProps) {
  const { scene, settings, atom, name, playing = false } = props;
  const theme = useContext(ThemeContext);
  const { shown, fault } = useStructure(scene, props.structure);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<Surface | null>(null);
  const [hovered, setHovered] = useState(-1);
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  const looking = useMemo(
    () => (shown === null ? null : lookingAt(scene, shown, atom, settings, theme)),
    [scene, shown, atom, theme, ...lookSettings(settings)],
  );
  const now = useRef({ props, shown, picked });
  now.current = { props, shown, picked };

  const hands = useMemo(() => handsOf(() => surface.current!, () => now.current, setHovered, setPicked), []);
  useLayoutEffect(() => {
    const made = new Surface(canvas.current!);
    surface.current = made;
    const stop = listen(made, hands, false);
    const observer = new ResizeObserver(() => made.request(false));
    observer.observe(canvas.current!);
    return () => {
      observer.disconnect();
      stop();
      made.dispose();
    };
  }, []);

  useShowing(surface, looking, shown, props);
  useLayoutEffect(() => surface.current!.paintAs(theme), [theme]);
  usePicks(shown, JSON.stringify([settings.supercell, settings.environments, atom]), setPicked);
  useSpin(surface, settings.rotation, hands.settled);

  const center = looking?.look.environment?.center ?? null;
  // Before the picture is drawn: afterwards it would be drawn a second time, and finely.
  useLayoutEffect(() => {
    if (looking !== null) surface.current!.ring(center === null ? null : surface.current!.model.homeOf(center));
  }, [looking, center, shown]);
  useLayoutEffect(() => {
    if (looking === null) return;
    surface.current!.overlay = (pen, on, ratio) => writeOver(pen, on, ratio, writingOf(looking, settings, theme, picked ?? [], hovered));
    surface.current!.rewrite();
  }, [looking, settings.axes, picked, hovered, theme]);

  const said = shown === null ? "" : saying(surface.current, shown, hovered, picked);
  const what = shown === null ? "loading" : counted(shown.numbers.length, "atom");
  return (
    <div class={playing ? "structure-view playing" : "structure-view"}>
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${name}: ${what}. ${NO_KEYS}`}
        onKeyDown={(event) => {
          if (keyed(event, surface.current!, now.current.props, hands, picked, setPicked)) event.preventDefault();
        }}
      />
      {shown !== null && (
        <Toolbar {...props} shown={shown} surface={() => surface.current!} turn={hands.turn} measuring={picked !== null} measure={(on) => setPicked(on ? [] : null)} />
      )}
      {(fault ?? looking?.fault) && <p class="viewer-fault" role="alert">{fault ?? looking?.fault}</p>}
      <p class="viewer-says" aria-live="polite">{said}</p>
    </div>
  );
}

/** What the settings change of the look; cameras and labels change without anything being built anew. */
function lookSettings(settings: StructureViewProps["settings"]): readonly unknown[] {
  const { camera: _camera, rotation: _rotation, keepOrientation: _keep, playbackDelay: _delay, perspective: _perspective, axes: _axes, ...rest } = settings;
  // Settings come as new objects at every change of any of them.
  return [JSON.stringify(rest)];
}

interface Now {
  readonly props: StructureViewProps;
  readonly shown: SceneStructure | null;
  readonly picked: readonly number[] | null;
}

export interface Hands {
  readonly view: (view: View) => void;
  readonly settled: () => void;
  readonly click: (image: number, event: PointerEvent) => void;
  readonly hover: (image: number) => void;
  readonly reset: () => void;
  /** Turns to a view and keeps it. */
  readonly turn: (view: View) => void;
  readonly pick: (image: number) => void;
}

/** What hands and keys do; they always see the newest properties. */
function handsOf(
  surface: () => Surface, now: () => Now, setHovered: (image: number) => void, setPicked: (picked: readonly number[]) => void,
): Hands {
  let last = -1;
  const settled = () => now().props.onSettings({ camera: cameraOf(surface().view, surface().model) });
  const pick = (image: number) => {
    const { picked } = now();
    const old = picked === null || picked.length >= 4 ? [] : picked;
    setPicked(old.includes(image) ? old.filter((one) => one !== image) : [...old, image]);
  };
  return {
    settled,
    pick,
    view: (view) => surface().turnTo(view),
    hover: (image) => {
      if (image === last) return;
      last = image;
      setHovered(image);
      now().props.onHoverAtom?.(image < 0 ? null : surface().model.images.atoms[image]!);
    },
    click: (image, event) => {
      if (now().picked !== null || event.shiftKey) return image < 0 ? setPicked([]) : pick(image);
      if (image >= 0) now().props.onSelectAtom(surface().model.images.atoms[image]!);
    },
    reset: () => {
      surface().turnTo(surface().begin(), false);
      now().props.onSettings({ camera: null });
    },
    turn: (view) => {
      surface().turnTo(view);
      settled();
    },
  };
}

/** The structure to show; the one before stays until the next has come. */
function useStructure(scene: Scene, index: number): { readonly shown: SceneStructure | null; readonly fault: string | null } {
  const [state, setState] = useState<{ readonly shown: SceneStructure | null; readonly fault: string | null }>({ shown: null, fault: null });
  const ready = scene.structures.peek(index);
  useEffect(() => {
    if (ready !== null) return undefined;
    let wanted = true;
    scene.structures.load(index).then(
      (shown) => wanted && setState({ shown, fault: null }),
      (error: unknown) => {
        if (!wanted) return;
        if (!(error instanceof PayloadError)) throw error;
        setState((old) => ({ ...old, fault: error.message }));
      },
    );
    return () => {
      wanted = false;
    };
  }, [scene, index, ready]);
  const kept = useRef<SceneStructure | null>(null);
  kept.current = ready ?? state.shown ?? kept.current;
  return { shown: kept.current, fault: ready === null ? state.fault : null };
}

/** Fills the surface, and chooses from where it is looked at. */
function useShowing(
  surface: { readonly current: Surface | null }, looking: ReturnType<typeof lookingAt> | null, shown: SceneStructure | null, props: StructureViewProps,
): void {
  const { settings: { camera, perspective, keepOrientation }, playing = false, onSettings } = props;
  const before = useRef<SceneStructure | null>(null);
  const seen = useRef(camera);
  useLayoutEffect(() => {
    if (looking === null || shown === null) return;
    const on = surface.current!;
    on.show(shown, looking.look, playing);
    const first = before.current === null;
    const other = before.current !== shown && !sameAtoms(before.current, shown);
    before.current = shown;
    if (first) on.view = (camera && viewOf(camera, perspective)) ?? { ...on.begin(), perspective };
    else if (other && !keepOrientation) {
      on.view = on.begin();
      if (camera !== null) onSettings({ camera: null });
    } else if (other) on.view = { ...on.view, pan: [0, 0] };
  }, [looking, shown, playing]);
  useLayoutEffect(() => {
    const on = surface.current!;
    if (before.current === null) return;
    const mine = JSON.stringify(camera) === JSON.stringify(cameraOf(on.view, on.model));
    if (camera !== seen.current && !mine) on.turnTo((camera && viewOf(camera, perspective)) ?? { ...on.begin(), perspective }, false);
    else if (on.view.perspective !== perspective) on.turnTo({ ...on.view, perspective }, false);
    seen.current = camera;
  }, [camera, perspective]);
}

/** Clicked images mean the same as long as the same atoms are shown. */
function usePicks(shown: SceneStructure | null, images: string, setPicked: (change: (old: readonly number[] | null) => readonly number[] | null) => void): void {
  const before = useRef({ shown, images });
  useEffect(() => {
    const same = before.current.images === images && shown !== null && sameAtoms(before.current.shown, shown);
    before.current = { shown, images };
    if (!same) setPicked((old) => (old === null ? null : []));
  }, [shown, images]);
}

/** Frames of one trajectory: the same elements in the same order. */
function sameAtoms(a: SceneStructure | null, b: SceneStructure): boolean {
  return a !== null && a.numbers.length === b.numbers.length && a.numbers.every((z, i) => z === b.numbers[i]);
}

function useSpin(surface: { readonly current: Surface | null }, spinning: boolean, settled: () => void): void {
  const turned = useRef(false);
  useEffect(() => {
    if (!spinning) {
      if (turned.current) settled();
      turned.current = false;
      return undefined;
    }
    turned.current = true;
    let frame = 0;
    let last = performance.now();
    const step = (time: number) => {
      const on = surface.current!;
      const angle = SPIN * Math.min(0.1, Math.max(0, (time - last) / 1000));
      last = time;
      on.turnTo({ ...on.view, rotation: compose(rotationAbout([0, 1, 0], angle), on.view.rotation) });
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [spinning]);
}

/** The line below the picture: the atom under the pointer, or what was measured. */
function saying(surface: Surface | null, shown: SceneStructure, hovered: number, picked: readonly number[] | null): string {
  if (surface === null) return "";
  const { model } = surface;
  const atom = model.images?.atoms[hovered];
  if (picked !== null && picked.every((image) => image < model.images.count)) {
    const result = measured(model, picked);
    const names = picked.map((image) => `${nameOf(shown, model.images.atoms[image]!)} ${model.images.atoms[image]}`).join(" – ");
    if (result !== null) return `${names}: ${inWords(result)}`;
    return picked.length === 0 ? "Click two to four atoms to measure" : `${names} – …`;
  }
  return atom === undefined ? "" : `${nameOf(shown, atom)} ${atom}`;
}
