/** The explorer: a map, structures, and a table of what is known about them. */

import type { Host } from "../host";
import type { Scene } from "./scene";

export function ExplorerPage({ scene }: { readonly scene: Scene; readonly host: Host }) {
  return <main class="explorer"><h1>{scene.about.name}</h1></main>;
}
