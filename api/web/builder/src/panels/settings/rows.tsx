/// What every list of rows has: a way to add one, a way to take one away, a name for a new one.
import type { ReactNode } from "react";
import { Icon } from "../../icon";

export function AddButton({ label, onClick }: { label: string; onClick(): void }): ReactNode {
  return (
    <button type="button" className="btn btn-ghost btn-sm mt-1.5" onClick={onClick}>
      <Icon name="plus" className="size-4" />
      {label}
    </button>
  );
}

export function RemoveButton({ label, onClick }: { label: string; onClick(): void }): ReactNode {
  return (
    <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={label} title="Remove" onClick={onClick}>
      <Icon name="trash" className="size-3.5" />
    </button>
  );
}

export function freeName(stem: string, taken: string[]): string {
  for (let number = taken.length + 1; ; number++) if (!taken.includes(`${stem}_${number}`)) return `${stem}_${number}`;
}
