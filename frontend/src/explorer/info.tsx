/** What is known: of the point shown, and of all points in a table. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { TablePanel } from "../table/table";
import { Curves } from "./curves";
import { pointName, valueText } from "../map/hover";
import { Icon, IconButton } from "./icons";
import { centerOf, pointsOfStructure, type Scene, type Target } from "./scene";
import { Search } from "./search";
import { plainProperties, pointCount } from "./settings";
import { changeViewer, showPoint, useActivePoint, useDesk, useExplorer, useFilter } from "./state";
import { unitPer } from "../words";

export function InfoPanel() {
  const { scene } = useDesk();
  const target = useExplorer(({ view }) => view.target);
  const filter = useExplorer(({ view }) => view.maps[view.target].filter);
  const { mask } = useFilter(filter, target);
  const points = useMemo(() => (mask === null ? null : pointsIn(mask)), [mask]);
  return (
    <section class="explorer-panel info-panel" aria-label="Information">
      <Steps scene={scene} target={target} points={points} />
      <div class="info-body">
        <Values scene={scene} target={target} />
        <TablePanel mask={mask} />
      </div>
    </section>
  );
}

/** The points that a mask leaves, in their order. */
export function pointsIn(mask: Uint8Array): Uint32Array {
  const out = new Uint32Array(mask.reduce((sum, one) => sum + one, 0));
  for (let i = 0, at = 0; i < mask.length; i++) if (mask[i] === 1) out[at++] = i;
  return out;
}

interface StepsProps {
  readonly scene: Scene;
  readonly target: Target;
  /** The points to step through; null for all. */
  readonly points: Uint32Array | null;
}

/** A slider over all points, or over structures and the atoms in them; playing; looking for one. */
function Steps({ scene, target, points }: StepsProps) {
  const desk = useDesk();
  const point = useActivePoint();
  const total = points?.length ?? pointCount(scene, target);
  const at = points === null ? point : placeIn(points, point);
  const go = (place: number, tag = "step") => {
    if (total === 0) return;
    const wrapped = ((place % total) + total) % total;
    showPoint(desk, points === null ? wrapped : points[wrapped]!, tag);
  };
  usePlaying(() => go(at + 1, "play"));
  return (
    <header class="panel-tools steps">
      <PlayButton />
      <IconButton icon="previous" label="Previous point" onClick={() => go(at - 1)} />
      <IconButton icon="next" label="Next point" onClick={() => go(at + 1)} />
      <NumberField label={target === "structure" ? "Structure" : "Point"} value={point} most={pointCount(scene, target) - 1} onChange={(chosen) => showPoint(desk, chosen)} />
      <input
        type="range" class="step-slider" min={0} max={Math.max(0, total - 1)} value={at} aria-label={target === "structure" ? "Structure" : "Environment"}
        aria-valuetext={pointName(scene, target, point)} onInput={(event) => go(Number(event.currentTarget.value))}
      />
      {target === "atom" && scene.structures.count > 0 && <AtomSteps scene={scene} point={point} />}
      <Search />
    </header>
  );
}

/** Through the atoms of one structure. */
function AtomSteps({ scene, point }: { readonly scene: Scene; readonly point: number }) {
  const desk = useDesk();
  const { structure, atom } = centerOf(scene, point);
  const siblings = pointsOfStructure(scene, structure);
  const at = Math.max(0, siblings.indexOf(point));
  const toStructure = (wanted: number) => {
    const [first] = pointsOfStructure(scene, wanted);
    if (first !== undefined) showPoint(desk, first);
  };
  return (
    <>
      <NumberField label="Structure" value={structure} most={scene.structures.count - 1} onChange={toStructure} />
      <span class="step-label">Atom {atom}</span>
      <input
        type="range" class="step-slider short" min={0} max={siblings.length - 1} value={at} aria-label="Atom in the structure"
        onInput={(event) => showPoint(desk, siblings[Number(event.currentTarget.value)]!)}
      />
    </>
  );
}

function NumberField({ label, value, most, onChange }: { label: string; value: number; most: number; onChange: (value: number) => void }) {
  return (
    <label class="step-number">
      <span>{label}</span>
      <input
        type="number" min={0} max={most} step={1} value={value}
        onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          if (Number.isInteger(wanted) && wanted >= 0 && wanted <= most) onChange(wanted);
          else event.currentTarget.value = String(value);
        }}
      />
    </label>
  );
}

/** The last place at which a point could stand among sorted points. */
function placeIn(points: Uint32Array, point: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]! < point) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, Math.max(0, points.length - 1));
}

const SPEEDS = [33, 50, 100, 200, 400, 700, 1500] as const;

function PlayButton() {
  const desk = useDesk();
  const playing = useExplorer((state) => state.playing);
  const active = useExplorer(({ view }) => view.active);
  const delay = useExplorer(({ view }) => view.viewers[view.active]?.playbackDelay ?? 700);
  const speeds = [...new Set([...SPEEDS, delay])].sort((a, b) => a - b);
  return (
    <>
      <button
        type="button" class="icon-button" aria-pressed={playing} aria-label={playing ? "Stop playing" : "Play"} title={playing ? "Stop playing" : "Play"}
        onClick={() => desk.store.set({ playing: !playing })}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <select
        class="speed" aria-label="Points per second" title="Points per second" value={String(delay)}
        onChange={(event) => changeViewer(desk, active, { playbackDelay: Number(event.currentTarget.value) }, "speed")}
      >
        {speeds.map((one) => <option key={one} value={String(one)}>{one < 1000 ? Number((1000 / one).toPrecision(2)) : (1000 / one).toFixed(1)}/s</option>)}
      </select>
    </>
  );
}

/** Milliseconds. What is due before the middle of the next frame is not put off to it. */
const EARLY = 8;

/** Steps on at the chosen pace; a step that takes longer is waited for. */
function usePlaying(step: () => void): void {
  const playing = useExplorer((state) => state.playing);
  const point = useActivePoint();
  const delay = useExplorer(({ view }) => view.viewers[view.active]?.playbackDelay ?? 700);
  const due = useRef(0);
  useEffect(() => {
    due.current = performance.now() + delay;
  }, [playing, delay]);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    const look = (time: number) => {
      if (time < due.current - EARLY) return void (frame = requestAnimationFrame(look));
      // By the clock: the time that a step takes is none that the next one waits.
      due.current = Math.max(due.current + delay, time);
      step();
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [playing, point, delay]);
}

function Values({ scene, target }: { readonly scene: Scene; readonly target: Target }) {
  const point = useActivePoint();
  const [other, setOther] = useState(false);
  if (pointCount(scene, target) === 0) return null;
  const structure = target === "atom" && scene.structures.count > 0 ? centerOf(scene, point).structure : null;
  const alsoStructure = structure !== null && plainProperties(scene, "structure").length > 0;
  return (
    <div class="values" tabIndex={0} role="region" aria-label="Properties of what is shown">
      <h3 aria-live="polite">{pointName(scene, target, point)}</h3>
      <List scene={scene} target={target} point={point} />
      {alsoStructure && (
        <>
          <button type="button" class="quiet" aria-expanded={other} onClick={() => setOther(!other)}>Structure {structure}</button>
          {other && <List scene={scene} target="structure" point={structure} />}
        </>
      )}
      <Curves target={target} point={point} />
    </div>
  );
}

function List({ scene, target, point }: { readonly scene: Scene; readonly target: Target; readonly point: number }) {
  return (
    <dl>
      {plainProperties(scene, target).map((property) => (
        <div key={property.name} title={property.description}>
          <dt>{property.name}</dt>
          <dd>{valueText(property, point, 7)} {property.unit !== "" && <small>{unitPer(property.unit, "structure")}</small>}</dd>
        </div>
      ))}
    </dl>
  );
}
