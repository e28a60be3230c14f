/** Mounts the page in every element that asks for it. */

import { render } from "preact";
import { fileHost } from "./host";
import { Shell } from "./shell";
import "./style/page.css";
import "./style/report.css";

for (const root of document.querySelectorAll<HTMLElement>("[data-atomarium]")) {
  root.replaceChildren();
  render(<Shell host={fileHost()} />, root);
}
