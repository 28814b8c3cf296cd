/// Durations, offsets, quiet hours and zones.
import type { ReactNode } from "react";
import { record, type Json } from "../../graph/types";
import { FieldPicker } from "./field_picker";
import { Lookup } from "./lookup";
import { useStep } from "./step_context";

const UNITS: Record<string, [string, string]> = {
  minutes: ["minute", "minutes"],
  hours: ["hour", "hours"],
  days: ["day", "days"],
  weeks: ["week", "weeks"],
  business_hours: ["business hour", "business hours"],
  business_days: ["business day", "business days"],
};

interface Props {
  id: string;
  label: string;
  value: Json;
  isInvalid?: boolean;
  onChange(value: Json): void;
}

export function unitLabel(unit: string, amount: number): string {
  return UNITS[unit]?.[Math.abs(amount) === 1 ? 0 : 1] ?? unit;
}

/// How long: an amount and a unit.
export function Duration({ id, label, value, isInvalid, onChange, minimum = 1, units }: Props & { minimum?: number; units: string[] }): ReactNode {
  const { amount, unit } = record(value);
  const number = typeof amount === "number" ? amount : NaN;
  const change = (next: Record<string, Json>): void => onChange({ amount: Number.isNaN(number) ? minimum || 1 : number, unit: unit ?? "days", ...next });
  return (
    <div className="flex gap-2" role="group" aria-label={label}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={minimum}
        step={1}
        aria-label={`${label}, amount`}
        aria-invalid={isInvalid || undefined}
        className={`input w-24 ${isInvalid ? "input-warning" : ""}`}
        value={Number.isNaN(number) ? "" : number}
        onChange={(event) => change({ amount: event.target.value === "" ? null : Math.trunc(event.target.valueAsNumber) })}
      />
      <select aria-label={`${label}, unit`} className="select grow" value={String(unit ?? "")} onChange={(event) => change({ unit: event.target.value })}>
        {unit === undefined && <option value="">Choose…</option>}
        {units.map((name) => (
          <option key={name} value={name}>
            {unitLabel(name, number)}
          </option>
        ))}
      </select>
    </div>
  );
}

/// Before, on or after a date.
export function Offset({ id, label, value, isInvalid, onChange, units }: Props & { units: string[] }): ReactNode {
  const { amount, unit } = record(value);
  const number = typeof amount === "number" ? amount : 0;
  const direction = value === undefined || number === 0 ? "on" : number < 0 ? "before" : "after";
  const point = (to: string): void => {
    if (to === "on") onChange(undefined);
    else onChange({ amount: (Math.abs(number) || 1) * (to === "before" ? -1 : 1), unit: unit ?? "days" });
  };
  const change = (next: Record<string, Json>): void => onChange({ amount: number, unit: unit ?? "days", ...next });
  return (
    <div className="flex flex-wrap gap-2" role="group" aria-label={label}>
      {direction !== "on" && (
        <>
          <input
            id={id}
            type="number"
            inputMode="numeric"
            min={1}
            step={1}
            aria-label={`${label}, amount`}
            aria-invalid={isInvalid || undefined}
            className={`input w-20 ${isInvalid ? "input-warning" : ""}`}
            value={Math.abs(number)}
            onChange={(event) => change({ amount: (Math.trunc(event.target.valueAsNumber) || 1) * (number < 0 ? -1 : 1) })}
          />
          <select aria-label={`${label}, unit`} className="select w-auto grow" value={String(unit ?? "days")} onChange={(event) => change({ unit: event.target.value })}>
            {units.map((name) => (
              <option key={name} value={name}>
                {unitLabel(name, number)}
              </option>
            ))}
          </select>
        </>
      )}
      <select id={direction === "on" ? id : undefined} aria-label={`${label}, before or after`} className={`select ${direction === "on" ? "w-full" : "w-auto"}`} value={direction} onChange={(event) => point(event.target.value)}>
        <option value="before">before</option>
        <option value="on">{direction === "on" ? "At that very moment" : "no offset"}</option>
        <option value="after">after</option>
      </select>
    </div>
  );
}

/// When nobody is written to: as the workspace says, never, or from one time to another.
export function QuietHours({ id, label, value, onChange }: Props): ReactNode {
  const span = record(value);
  const mode = value === true ? "workspace" : "from" in span ? "own" : "none";
  const choose = (to: string): void => onChange(to === "workspace" ? true : to === "own" ? { from: "20:00", to: "08:00" } : undefined);
  return (
    <div className="space-y-2" role="group" aria-label={label}>
      <select id={id} className="select w-full" value={mode} onChange={(event) => choose(event.target.value)}>
        <option value="none">Any time of the day</option>
        <option value="workspace">Not at night, from 20:00 to 08:00</option>
        <option value="own">Not in hours of its own</option>
      </select>
      {mode === "own" && (
        <div className="flex items-center gap-2 text-sm">
          <span>quiet from</span>
          <input type="time" aria-label="Quiet from" className="input w-auto grow" value={String(span["from"] ?? "")} onChange={(event) => onChange({ ...span, from: event.target.value })} />
          <span>to</span>
          <input type="time" aria-label="Quiet to" className="input w-auto grow" value={String(span["to"] ?? "")} onChange={(event) => onChange({ ...span, to: event.target.value })} />
        </div>
      )}
    </div>
  );
}

/// The workspace's zone, another one, or that of a record such as the contact.
export function Zone({ id, label, value, isInvalid, onChange }: Props): ReactNode {
  const { zone, readables } = useStep();
  const field = record(value);
  const mode = typeof value === "string" ? "named" : "path" in field ? "field" : "workspace";
  const usual = readables.find((one) => one.path.endsWith(".contact.timezone"))?.path ?? "";
  const choose = (to: string): void => onChange(to === "named" ? zone : to === "field" ? { path: usual } : undefined);
  return (
    <div className="space-y-2" role="group" aria-label={label}>
      <select id={id} className="select w-full" value={mode} onChange={(event) => choose(event.target.value)}>
        <option value="workspace">The workspace's: {zone}</option>
        <option value="field">The reader's, from a field</option>
        <option value="named">Another one</option>
      </select>
      {mode === "named" && <Lookup id={`${id}-named`} label={`${label}, which`} lookup="zones" value={String(value)} isRequired isInvalid={isInvalid ?? false} onChange={onChange} />}
      {mode === "field" && (
        <>
          <FieldPicker label={`${label}, field`} path={String(field["path"] ?? "")} wanted={["string"]} isInvalid={isInvalid ?? false} onChange={(path) => onChange({ path })} />
          <p className="text-xs text-muted">The workspace's, when that field is empty.</p>
        </>
      )}
    </div>
  );
}
