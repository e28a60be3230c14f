/** The map with its tools, its settings, its filter, and what it has to say. */

import { useRef, useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { save } from "../chart/download";
import { Icon, IconButton } from "../explorer/icons";
import { propertyOf } from "../explorer/settings";
import { changeMap, select, useDesk, useExplorer, useFilter } from "../explorer/state";
import { count, counted } from "../words";
import { mapPng, mapSvg, type Shown } from "./export";
import { FilterBar } from "./filter-bar";
import { NarrowLegend } from "./narrow-legend";
import type { PainterChoice } from "./painter";
import { reset } from "./moves";
import type { Tool } from "./pointer";
import { MapSettingsForm } from "./settings-form";
import { MapSurface } from "./surface";
import { type Channels, useMapped } from "./use-cloud";

const TOOLS: readonly (readonly [Tool, string])[] = [
  ["move", "Move the map (M)"], ["zoom", "Zoom to a box (Z)"], ["box", "Choose points in a box (B)"], ["lasso", "Choose points with a lasso (L)"],
];

export function MapPanel() {
  const desk = useDesk();
  const { scene } = desk;
  const target = useExplorer(({ view }) => view.target);
  const map = useExplorer(({ view }) => view.maps[view.target]);
  const selection = useExplorer(({ view }) => view.chosen);
  const [tool, setTool] = useState<Tool>("move");
  const [settings, showSettings] = useState(false);
  const [filter, showFilter] = useState(map.filter !== "");
  const [painter, setPainter] = useState<PainterChoice>("auto");
  const { mask, error } = useFilter(map.filter, target);
  const mapped = useMapped(scene, target, map, mask, selection);
  const shown = useRef<Shown | null>(null);
  const inSpace = mapped.channels.z !== null;
  const name = `${scene.about.name || "map"}-map`.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80);
  const file = () => ({ shown: shown.current!, map, mapped, symbol: propertyOf(scene, target, map.symbol) });
  return (
    <section class="explorer-panel map-panel" aria-label="Map" data-count={mapped.cloud.count}>
      <header class="panel-tools">
        <div class="tool-group" role="group" aria-label="What dragging does">
          {TOOLS.filter(([one]) => one !== "zoom" || !inSpace).map(([one, label]) => (
            <IconButton key={one} icon={one} label={one === "move" && inSpace ? "Turn the map (M)" : label} pressed={tool === one} onClick={() => setTool(one)} />
          ))}
        </div>
        <IconButton icon="reset" label="Show all points (0)" onClick={() => changeMap(desk, reset(map))} />
        {!inSpace && <IconButton icon="histogram" label="Histograms beside the axes" pressed={map.histograms} onClick={() => changeMap(desk, { histograms: !map.histograms })} />}
        <IconButton icon="filter" label="Filter points" expanded={filter} onClick={() => showFilter(!filter)} />
        <span class="spring" />
        {selection !== null && (
          <button type="button" class="selection-count" title="Choose no points (Escape)" onClick={() => select(desk, null)}>
            {count(selection.count)} chosen <Icon name="close" />
          </button>
        )}
        <DownloadMenu
          kinds={[
            ["PNG", async () => save(await mapPng(file()), `${name}.png`)],
            ["SVG", () => save(mapSvg(file()), `${name}.svg`)],
          ]}
        />
        <IconButton icon="settings" label="Settings of the map" expanded={settings} onClick={() => showSettings(!settings)} />
      </header>
      {filter && <FilterBar map={map} mask={mask} error={error} total={mapped.cloud.count} />}
      <div class="map-body">
        <MapSurface map={map} mapped={mapped} tool={tool} setTool={setTool} painter={painter} onDrawn={(drawn) => { shown.current = drawn; }} />
        {settings && (
          <MapSettingsForm map={map} channels={mapped.channels} painter={painter} setPainter={setPainter} onClose={() => showSettings(false)} />
        )}
      </div>
      <NarrowLegend map={map} channels={mapped.channels} symbol={propertyOf(scene, target, map.symbol)} />
      <Lost channels={mapped.channels} colorMode={map.color.mode} />
    </section>
  );
}

/** Points that a logarithm, a root or an inverse has no place for. */
function Lost({ channels, colorMode }: { readonly channels: Channels; readonly colorMode: string }) {
  const axes = (["x", "y", "z"] as const).flatMap((axis) => {
    const channel = channels[axis];
    return channel === null || channel.lost === 0 ? [] : [`${counted(channel.lost, "point")} of ${axis} not above 0 and left out`];
  });
  const colors = channels.color.lost > 0 ? [`${counted(channels.color.lost, "point")} without a color on the ${colorMode} scale, in gray`] : [];
  const messages = [...axes, ...colors];
  return messages.length === 0 ? null : <p class="map-note" role="status">{messages.join(". ")}.</p>;
}
