/** A sweep that a server of ours hands out, and keeps the notes of. */

import { unpack, unzipped } from "../packed";
import type { SweepService } from "./follow";
import { readNotes } from "./notes";
import { prediction, readDetails, readSweep } from "./sweep";

/** Asks the server; `path` is relative to the page. */
export type Ask = (path: string, options?: { readonly method?: string; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }) => Promise<Response>;

const UNCHANGED = 304;
const NOTHING = 204;

export function sweepService(ask: Ask): SweepService & { readonly payload: () => Promise<unknown> } {
  let version = "";
  const payload = async (): Promise<unknown> => {
    const answer = await ask("sweep", version === "" ? {} : { headers: { "If-None-Match": version } });
    if (answer.status === UNCHANGED) return null;
    version = answer.headers.get("ETag") ?? "";
    return unpack(await unzipped(new Uint8Array(await answer.arrayBuffer())));
  };
  return {
    payload,
    latest: async () => {
      const given = await payload();
      return given === null ? null : readSweep(given, "sweep");
    },
    details: async () => readDetails(unpack(await unzipped(new Uint8Array(await (await ask("details")).arrayBuffer()))), "details"),
    keeper: {
      remote: true,
      start: ({ notes }) => notes,
      change: async (_, change) => {
        const answer = await ask("notes", { method: "PATCH", body: JSON.stringify(change), headers: { "Content-Type": "application/json" } });
        return readNotes(await answer.json(), "notes");
      },
      service: {
        predictions: async (number) => {
          const answer = await ask(`predictions/${number}`);
          if (answer.status === NOTHING) return null;
          const given = unpack(await unzipped(new Uint8Array(await answer.arrayBuffer()))) as { readonly prediction?: unknown };
          return prediction(given.prediction, "prediction");
        },
      },
    },
  };
}
