/** Small signs for buttons, drawn with one line. */

const PATHS = {
  move: "M8 1.5v13M1.5 8h13M8 1.5 6 3.7M8 1.5l2 2.2M8 14.5l-2-2.2m2 2.2 2-2.2M1.5 8l2.2-2M1.5 8l2.2 2m10.8-2-2.2-2m2.2 2-2.2 2",
  zoom: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Zm3.4 7.9 3.6 3.6M7 5v4M5 7h4",
  box: "M2.5 2.5h11v11h-11z",
  lasso: "M8 2.5c3.6 0 6 1.7 6 4s-2.4 4-6 4-6-1.7-6-4 2.4-4 6-4Zm-3.2 7.6c-1.3.6-1.4 2.2 0 2.6 1.2.3 1.6 1.2.9 2",
  reset: "M2.5 6.5 8 2l5.5 4.5M4 5.8v7.7h8V5.8",
  settings: "M2 4.5h6m3.5 0H14M2 11.5h2.5m3.5 0h6M8 4.5a1.75 1.75 0 1 0 3.5 0A1.75 1.75 0 0 0 8 4.5Zm-3.5 7a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 0 0-3.5 0Z",
  filter: "M2 3h12L9.5 8.5v4.8l-3-1.6V8.5Z",
  histogram: "M2 14V9.5h3V14m0 0V4.5h3V14m0 0V7h3v7m0 0v-3h3v3M1 14h14",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  redo: "m10.5 3 3 3-3 3m3-3h-7a4 4 0 0 0 0 8H10",
  share: "M6.5 9.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-1 1m1.6 2.6a3 3 0 0 0-4.2 0L2.9 8.9a3 3 0 0 0 4.2 4.2l1-1",
  play: "M4.5 2.5v11l9-5.5Z",
  pause: "M5 3v10M11 3v10",
  add: "M8 3v10M3 8h10",
  close: "m4 4 8 8m0-8-8 8",
  beside: "M2 3h12v10H2zM8 3v10",
  info: "M8 7.2v4.3M8 4.5v.2M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z",
  previous: "m10 3-5 5 5 5",
  next: "m6 3 5 5-5 5",
  help: "M6 6a2 2 0 1 1 2.8 1.8c-.5.3-.8.7-.8 1.4m0 2.2v.2M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** A button that is a sign; what it does stands in its label. */
export function IconButton({ icon, label, pressed, expanded, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button" class="icon-button" aria-label={label} title={label} disabled={disabled} onClick={onClick}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      {...(expanded === undefined ? {} : { "aria-expanded": expanded })}
    >
      <Icon name={icon} />
    </button>
  );
}
