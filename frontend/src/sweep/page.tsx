/** The dashboard of a sweep as one page. */

import { type ComponentChild, Fragment } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Host } from "../host";
import { StudyText } from "../report/models";
import { Comparison } from "./comparison";
import { ContourPanel } from "./contour";
import { AdviceList, SweepHeader } from "./header";
import { History } from "./history";
import { Importance } from "./importance";
import { follow } from "./follow";
import { pageKeeper } from "./keeper";
import { LossCurves } from "./loss-curves";
import { ParallelPanel } from "./parallel";
import { PanelPlace } from "./panel-place";
import { Pareto } from "./pareto";
import { Projection } from "./projection";
import { RunsTable } from "./runs-table";
import { SameForLess } from "./same-for-less";
import { SettingScatter } from "./setting-scatter";
import { Slices } from "./slices";
import { DeskContext, openDesk, useSweep } from "./state";
import type { Sweep } from "./sweep";
import { AddText, TextSlot } from "./text-slot";
import { Timeline } from "./timeline";
import { Toolbar } from "./toolbar";

/** Panels in their order, and whether they take the whole width; a text of the reader may stand above each. */
const PANELS: readonly (readonly [name: string, panel: () => ComponentChild, wide: boolean])[] = [
  ["parallel", ParallelPanel, true],
  ["runs", RunsTable, true],
  ["importance", Importance, false],
  ["scatter", SettingScatter, false],
  ["curves", LossCurves, false],
  ["contour", ContourPanel, false],
  ["pareto", Pareto, false],
  ["same", SameForLess, false],
  ["projection", Projection, false],
  ["history", History, false],
  ["comparison", Comparison, true],
  ["slices", Slices, true],
  ["timeline", Timeline, true],
];

export function SweepPage({ sweep, host }: { readonly sweep: Sweep; readonly host: Host }) {
  const desk = useMemo(() => openDesk(sweep, host.sweep?.keeper ?? pageKeeper), [sweep, host]);
  useEffect(() => (host.sweep === undefined ? undefined : follow(desk, host.sweep)), [desk, host]);
  return (
    <DeskContext.Provider value={desk}>
      <main class="report sweep">
        <SweepHeader />
        <AdviceList />
        <Toolbar />
        <div class="grid">
          {PANELS.map(([name, Panel, wide]) => (
            <Fragment key={name}>
              <TextSlot panel={name} />
              <PanelPlace wide={wide}>
                <AddText panel={name} />
                <Panel />
              </PanelPlace>
            </Fragment>
          ))}
          <TextSlot panel="end" />
          <PanelPlace wide>
            <AddText panel="end" />
            <Study />
          </PanelPlace>
        </div>
      </main>
    </DeskContext.Provider>
  );
}

function Study() {
  const { study } = useSweep();
  return <StudyText toml={study.toml} command={study.command} />;
}
