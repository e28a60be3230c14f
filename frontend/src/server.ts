/** A page of our own server: a scene and its structures when they are looked at, or a sweep that goes on. */

import { type Host, pageAddress, themedPage } from "./host";
import { unpack, unzipped } from "./packed";
import { PayloadError } from "./reader";
import { type Ask, sweepService } from "./sweep/service";

/** The server's word, handed over in the part of the address that browsers keep to themselves. */
const TOKEN = /(?:^|&)token=([\w-]+)/;
const UNCHANGED = 304;

/** Fetches `scene` and `structures/0`, `structures/1` … beside the page, or `sweep`, all packed. */
export function serverHost(kind: string): Host {
  const address = pageAddress();
  const token = TOKEN.exec(address.get())?.[1] ?? "";
  const ask: Ask = async (path, { headers, ...options } = {}) => {
    const answer = await fetch(path, { ...options, headers: { ...headers, Authorization: `Bearer ${token}` }, cache: "no-store" }).catch(() => null);
    if (answer === null) throw new PayloadError(`${path}: the server does not answer; is it still running?`);
    // What the server refuses, it explains.
    if (!answer.ok && answer.status !== UNCHANGED) throw new PayloadError(`${path}: ${(await answer.text()).slice(0, 500) || `answered with ${answer.status}`}`);
    return answer;
  };
  if (kind === "sweep") {
    const service = sweepService(ask);
    return { ...themedPage(), payload: service.payload, structures: null, address, sweep: service };
  }
  const bytes = async (path: string) => new Uint8Array(await (await ask(path)).arrayBuffer());
  return {
    ...themedPage(),
    payload: async () => unpack(await unzipped(await bytes("scene"))),
    structures: (block) => bytes(`structures/${block}`),
    address,
  };
}
