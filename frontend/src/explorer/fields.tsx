/** The few fields that forms are made of. */

import type { ComponentChildren } from "preact";

export function Field({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

/** One of many, folded away. */
export function Select<T extends string>({ label, hideLabel = false, value, options, onChange }: SelectProps<T>) {
  const choose = (given: string) => {
    const found = options.find(([option]) => option === given);
    if (found !== undefined) onChange(found[0]);
  };
  return (
    <label class="field">
      {!hideLabel && <span>{label}</span>}
      <select value={value} aria-label={label} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([option, name]) => <option key={option} value={option}>{name}</option>)}
      </select>
    </label>
  );
}

interface AmountProps {
  readonly label: string;
  /** What it is, where the label is too short to say. */
  readonly about: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** A number, or nothing for what fits by itself. */
export function Amount({ label, about, value, onChange }: AmountProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number" step="any" placeholder="auto" aria-label={about} value={value ?? ""}
        onChange={(event) => {
          const text = event.currentTarget.value.trim();
          const given = Number(text);
          onChange(text === "" || !Number.isFinite(given) ? null : given);
        }}
      />
    </label>
  );
}

export function Checkbox({ label, value, onChange }: { readonly label: string; readonly value: boolean; readonly onChange: (value: boolean) => void }) {
  return (
    <label class="checkbox">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
