/** A page of our own server: the scene at once, structures when they are looked at. */

import { type Host, pageAddress, themedPage } from "./host";
import { unpack, unzipped } from "./packed";
import { PayloadError } from "./reader";

/** The server's word, handed over in the part of the address that browsers keep to themselves. */
const TOKEN = /(?:^|&)token=([\w-]+)/;

/** Fetches `scene` and `structures/0`, `structures/1` … beside the page, both packed. */
export function serverHost(): Host {
  const address = pageAddress();
  const token = TOKEN.exec(address.get())?.[1] ?? "";
  const bytes = async (path: string) => {
    const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" }).catch(() => null);
    if (answer === null) throw new PayloadError(`${path}: the server does not answer; is it still running?`);
    // What the server refuses, it explains.
    if (!answer.ok) throw new PayloadError(`${path}: ${(await answer.text()).slice(0, 500) || `answered with ${answer.status}`}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  return {
    ...themedPage(),
    payload: async () => unpack(await unzipped(await bytes("scene"))),
    structures: (block) => bytes(`structures/${block}`),
    address,
  };
}
