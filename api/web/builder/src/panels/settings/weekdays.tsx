/// The days that a wait counts as working days: the workspace's, or its own.
import type { ReactNode } from "react";
import type { Json } from "../../graph/types";
import { WEEKDAYS, withDay, workingDaysInWords } from "./working_days";

interface Props {
  id: string;
  label: string;
  value: Json;
  onChange(value: Json): void;
}

export function Weekdays({ id, label, value, onChange }: Props): ReactNode {
  const isOwn = Array.isArray(value);
  return (
    <div className="space-y-2">
      <select id={id} className="select w-full" aria-label={label} value={isOwn ? "own" : "workspace"} onChange={(event) => onChange(event.target.value === "own" ? WEEKDAYS.slice(0, 5) : undefined)}>
        <option value="workspace">As in the work calendar</option>
        <option value="own">Others</option>
      </select>
      {isOwn && (
        <div className="flex flex-wrap gap-x-3 gap-y-1.5">
          {WEEKDAYS.map((day) => (
            <label key={day} className="flex cursor-pointer items-center gap-1.5 text-sm capitalize">
              <input type="checkbox" className="checkbox checkbox-sm" checked={value.includes(day)} onChange={(event) => onChange(withDay(value, day, event.target.checked))} />
              {day}
            </label>
          ))}
        </div>
      )}
    </div>
  );
}

/// What is counted, in the words that the outline uses too.
export function CountedDays({ settings }: { settings: Record<string, Json> }): ReactNode {
  const words = workingDaysInWords(settings);
  return words ? <p className="mt-1 text-xs text-muted">Counted: {words}</p> : null;
}
