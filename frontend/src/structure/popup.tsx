/** A button with a small window that the button opens over everything else. */

import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";

interface PopupProps {
  readonly label: string;
  readonly icon: string;
  readonly children: (close: () => void) => ComponentChildren;
}

const GAP = 6;

export function Popup({ label, icon, children }: PopupProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => box.current?.hidePopover();
  return (
    <>
      <button ref={button} type="button" class="tool" popovertarget={id} aria-label={label} title={label} aria-expanded={open}>
        <Icon path={icon} />
      </button>
      <div
        ref={box}
        id={id}
        class="popup"
        popover="auto"
        role="dialog"
        aria-label={label}
        onToggle={(event) => {
          const now = (event as unknown as ToggleEvent).newState === "open";
          setOpen(now);
          if (now) requestAnimationFrame(() => place(box.current, button.current));
        }}
      >
        {open && children(close)}
      </div>
    </>
  );
}

/** Below the button, or wherever there is room. */
function place(box: HTMLElement | null, button: HTMLElement | null): void {
  if (box === null || button === null) return;
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP));
  const below = at.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : Math.max(GAP, Math.min(at.top, innerHeight - height - GAP));
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

export function Icon({ path }: { readonly path: string }) {
  return <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>;
}
