/** The report of a study as one page. */

import { useMemo } from "preact/hooks";
import { Elements } from "../alchemical/panel";
import { plain } from "../words";
import { Cite, Origin, Warnings } from "./about";
import { Comparisons, Exponents } from "./comparison";
import { CostVersusError } from "./cost";
import { DatasetCard, TargetsTable } from "./dataset";
import { Header, TargetCards } from "./header";
import { Inspector } from "./inspect";
import { Intervals } from "./intervals";
import { LearningCurves } from "./learning";
import { Models, StudyFile } from "./models";
import { Parity } from "./parity";
import type { Report } from "./report";
import { ResidualHistogram, ResidualScatter } from "./residuals";
import { DeskContext, openDesk, useDesk, useTarget } from "./state";
import { Results } from "./table";

export function ReportPage({ report }: { readonly report: Report }) {
  const desk = useMemo(() => openDesk(report), [report]);
  return (
    <DeskContext.Provider value={desk}>
      <main class="report">
        <Header />
        <TargetCards />
        <TargetTitle />
        <div class="grid">
          <LearningCurves />
          <CostVersusError />
          <Predictions />
          <ElementsOfTarget />
          <Comparisons />
          <Exponents />
          <Intervals />
          <Results />
          <Warnings />
          <Models />
          <h2 class="wide">Data</h2>
          <DatasetCard />
          <TargetsTable />
          <h2 class="wide">To do it again</h2>
          <StudyFile />
          <Cite />
          <Origin />
        </div>
      </main>
    </DeskContext.Provider>
  );
}

/** Point by point; classes have no distance from each other. */
function Predictions() {
  if (useTarget().classes !== null) return <Inspector />;
  return (
    <>
      <Parity />
      <Inspector />
      <ResidualHistogram />
      <ResidualScatter />
    </>
  );
}

function ElementsOfTarget() {
  const { report } = useDesk();
  const target = useTarget();
  return report.elements && <Elements maps={report.elements} target={target.name} />;
}

function TargetTitle() {
  const target = useTarget();
  return (
    <div class="target-title">
      <h2>{plain(target.name)}</h2>
      {target.description && <p>{target.description}</p>}
    </div>
  );
}
