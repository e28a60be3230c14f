/** Where a page stands and its data come from; the only part that knows. */

import type { BlockSource } from "./explorer/blocks";
import type { Desk } from "./explorer/state";
import type { SweepService } from "./sweep/follow";
import { fromBase64, unpack, unzipped } from "./packed";

export interface Host {
  /** What light and dark apply to. */
  readonly themed: HTMLElement;
  /** At once, or when bytes have come and are unpacked. */
  readonly payload: () => unknown;
  /** Fetches structures that did not travel with the payload; null where everything did. */
  readonly structures: BlockSource | null;
  /** Keeps a view for others to open, and tells which was asked for: the part of an address after #. */
  readonly address: Address | null;
  readonly licenses: string;
  /** Keeps a notebook in step with what the reader does; returns how to stop that. */
  readonly notebook?: (desk: Desk) => () => void;
  /** A server that follows a sweep and keeps the notes on it. */
  readonly sweep?: SweepService;
}

export interface Address {
  readonly get: () => string;
  readonly set: (text: string) => void;
  /** Calls back when the reader goes back or forth; returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A single HTML file that carries everything. */
export function fileHost(): Host {
  return {
    ...themedPage(),
    payload: () => {
      const element = document.getElementById("atomarium-payload");
      if (element?.getAttribute("type") !== "application/octet-stream") return read("atomarium-payload");
      return unpacked(element.textContent ?? "");
    },
    structures: null,
    address: pageAddress(),
  };
}

/** What every page of our own has: its whole document, and the licenses in it. */
export function themedPage(): Pick<Host, "themed" | "licenses"> {
  return { themed: document.documentElement, licenses: String(read("atomarium-licenses") ?? "") };
}

function read(id: string): unknown {
  const text = document.getElementById(id)?.textContent;
  return text === undefined || text === null ? undefined : JSON.parse(text);
}

async function unpacked(base64: string): Promise<unknown> {
  return unpack(await unzipped(fromBase64(base64.trim())));
}

/** A text as the part of an address after #, with its parts still to be told apart. */
export function encodedPart(text: string): string {
  return encodeURIComponent(text).replaceAll("%3D", "=").replaceAll("%26", "&");
}

export function pageAddress(): Address {
  return {
    get: () => decodeURIComponent(location.hash.slice(1)),
    set: (text) => history.replaceState(null, "", text === "" ? location.pathname + location.search : `#${encodedPart(text)}`),
    subscribe: (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
  };
}
