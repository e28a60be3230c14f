/** Where a page stands and its data come from; the only part that knows. */

export interface Host {
  /** What light and dark apply to. */
  readonly themed: HTMLElement;
  readonly payload: () => unknown;
  readonly licenses: string;
}

/** A single HTML file that carries everything. */
export function fileHost(): Host {
  const read = (id: string): unknown => {
    const text = document.getElementById(id)?.textContent;
    return text === undefined || text === null ? undefined : JSON.parse(text);
  };
  return {
    themed: document.documentElement,
    payload: () => read("atomarium-payload"),
    licenses: String(read("atomarium-licenses") ?? ""),
  };
}
