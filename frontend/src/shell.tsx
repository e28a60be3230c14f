/** The shell around every page: light or dark, which page, and words for what cannot be shown. */

import type { ComponentChild } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { ThemeContext } from "./chart/drawing";
import { ExplorerPage } from "./explorer/page";
import { readScene, SCENE_FORMAT, SCENE_VERSION } from "./explorer/read-scene";
import type { Host } from "./host";
import { header } from "./payload";
import { PayloadError } from "./reader";
import { ReportPage } from "./report/page";
import { readReport } from "./report/report";
import { SweepPage } from "./sweep/page";
import { readSweep, SWEEP_FORMAT, SWEEP_VERSION } from "./sweep/sweep";
import { applyTheme, DARK, LIGHT, type Theme } from "./theme";

interface Page {
  readonly version: number;
  readonly show: (payload: unknown, host: Host) => ComponentChild;
}

/** What can be shown, by the format that a payload says it has. */
const PAGES: Readonly<Record<string, Page>> = {
  "atomarium-report": { version: 1, show: (payload) => <ReportPage report={readReport(payload, "report")} /> },
  [SCENE_FORMAT]: {
    version: SCENE_VERSION,
    show: (payload, host) => <ExplorerPage scene={readScene(payload, host.structures)} host={host} />,
  },
  [SWEEP_FORMAT]: {
    version: SWEEP_VERSION,
    show: (payload, host) => <SweepPage sweep={readSweep(payload, "sweep")} host={host} />,
  },
};

export function Shell({ host }: { readonly host: Host }) {
  const [theme, choose] = useTheme();
  const page = usePage(host);
  useLayoutEffect(() => applyTheme(host.themed, theme), [host, theme]);
  return (
    <ThemeContext.Provider value={theme}>
      <div class="shell">
        <ThemeSwitch theme={theme} choose={choose} />
        {page}
        {host.licenses !== "" && <Colophon licenses={host.licenses} complete={host.structures === null && host.sweep === undefined} />}
      </div>
    </ThemeContext.Provider>
  );
}

/** What there is to show, or why there is nothing; bytes take a moment to unpack. */
function usePage(host: Host): ComponentChild {
  const [given] = useState(() => payloadOf(host));
  const [page, setPage] = useState<ComponentChild>(() =>
    given instanceof Promise ? <p class="waiting" role="status">Reading the data …</p> : pageOf(given, host));
  useEffect(() => {
    if (given instanceof Promise) void given.then((payload) => setPage(pageOf(payload, host)));
  }, [given, host]);
  return page;
}

/** The payload, or the fault that kept it from being read. */
function payloadOf(host: Host): unknown {
  try {
    const payload = host.payload();
    return payload instanceof Promise ? payload.catch((error: unknown) => new Fault(error)) : payload;
  } catch (error) {
    return new Fault(error);
  }
}

class Fault {
  constructor(readonly error: unknown) {}
}

function pageOf(payload: unknown, host: Host): ComponentChild {
  try {
    if (payload instanceof Fault) throw payload.error;
    const { format, version } = header(payload, "payload");
    const page = Object.hasOwn(PAGES, format) ? PAGES[format] : undefined;
    if (page === undefined) return <Sorry reason={`This page knows nothing of the format “${format}”.`} />;
    if (version !== page.version) {
      const older = version < page.version ? "an older" : "a newer";
      return <Sorry reason={`These data are of ${older} version (${version}) than this page (${page.version}).`} />;
    }
    return page.show(payload, host);
  } catch (error) {
    if (error instanceof PayloadError || error instanceof SyntaxError) return <Sorry reason={error.message} />;
    throw error;
  }
}

function Sorry({ reason }: { readonly reason: string }) {
  return (
    <main class="sorry">
      <h1>This cannot be shown</h1>
      <p>{reason}</p>
      <p>Write the page anew with the version of atomarium that you have.</p>
    </main>
  );
}

type Mode = "light" | "dark" | null;

/** What the system prefers until the reader chooses; always light on paper. */
function useTheme() {
  const [mode, setMode] = useState<Mode>(null);
  const dark = useMedia("(prefers-color-scheme: dark)");
  const printing = useMedia("print");
  const theme = !printing && (mode ?? (dark ? "dark" : "light")) === "dark" ? DARK : LIGHT;
  return [theme, setMode] as const;
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches;
}

function ThemeSwitch({ theme, choose }: { readonly theme: Theme; readonly choose: (mode: Mode) => void }) {
  const other = theme.name === "light" ? "dark" : "light";
  return (
    <button type="button" class="theme-switch" aria-label={`Switch to ${other}`} title={`Switch to ${other}`} onClick={() => choose(other)}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {theme.name === "light"
          ? <path d="M16.5 12.3A7 7 0 1 1 7.7 3.5a5.6 5.6 0 0 0 8.8 8.8Z" />
          : <><circle cx="10" cy="10" r="3.6" /><path d="M10 1.6v2m0 12.8v2M1.6 10h2m12.8 0h2M4 4l1.5 1.5m9 9L16 16m0-12-1.5 1.5m-9 9L4 16" /></>}
      </svg>
    </button>
  );
}

function Colophon({ licenses, complete }: { readonly licenses: string; readonly complete: boolean }) {
  return (
    <footer class="colophon">
      <p>Made with atomarium.{complete && " This file is complete: it needs no network and sends nothing."}</p>
      <details>
        <summary>Licenses of what this page is built with</summary>
        <pre>{licenses}</pre>
      </details>
    </footer>
  );
}
