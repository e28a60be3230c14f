/** Mounts the page in every element that asks for it. */

import { render } from "preact";
import { fileHost } from "./host";
import { serverHost } from "./server";
import { Shell } from "./shell";
import "./style/page.css";
import "./style/controls.css";
import "./style/charts.css";
import "./style/report.css";
import "./style/structure.css";
import "./style/viewer.css";
import "./style/settings.css";
import "./style/explorer.css";
import "./style/dialogs.css";
import "./style/datasets.css";
import "./style/map.css";
import "./style/forms.css";
import "./style/table.css";
import "./style/sweep.css";
import "./style/runs.css";
import "./style/texts.css";
import "./style/sizes.css";
import "./style/print.css";

for (const root of document.querySelectorAll<HTMLElement>("[data-atomarium]")) {
  root.replaceChildren();
  const kind = root.dataset.atomarium ?? "";
  render(<Shell host={kind === "server" || kind === "sweep" ? serverHost(kind) : fileHost()} />, root);
}

export { default } from "./widget";
