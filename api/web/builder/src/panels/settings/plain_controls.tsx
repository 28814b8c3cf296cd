/// Controls for values that are simply entered: text, numbers, money, choices, dates, lists.
import { useEffect, useState, type ReactNode } from "react";
import type { Json } from "../../graph/types";
import { Icon } from "../../icon";
import type { FieldModel } from "./form_model";
import { itemsOf, resolved, typesOf } from "./schema";
import { Lookup, Lookups } from "./lookup";
import { RecordControl, RecordsControl, TextsControl } from "./record_controls";
import { fractionDigits, minorOf, moneyText } from "./money";
import { useStep } from "./step_context";

export interface ControlProps {
  id: string;
  field: FieldModel;
  value: Json;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  onChange(value: Json): void;
}

/// The control for a plain value of a field's schema.
export function PlainControl(props: ControlProps): ReactNode {
  const { id, field, value, onChange, isInvalid, describedBy } = props;
  const aria = { "aria-describedby": describedBy, "aria-invalid": isInvalid || undefined };
  const mark = isInvalid ? "input-warning" : "";
  switch (field.control) {
    case "boolean":
      return (
        <input id={id} type="checkbox" className="toggle toggle-sm toggle-primary" checked={value === true} onChange={(event) => onChange(event.target.checked)} {...aria} />
      );
    case "choice":
      return <ChoiceControl {...props} />;
    case "number":
      return <NumberControl {...props} />;
    case "money":
      return <MoneyControl {...props} />;
    case "date":
      return <input id={id} type="date" className={`input w-full ${mark}`} value={text(value)} onChange={(event) => onChange(event.target.value || null)} {...aria} />;
    case "time":
      return <input id={id} type="time" className={`input w-full ${mark}`} value={text(value)} onChange={(event) => onChange(event.target.value || null)} {...aria} />;
    case "moment":
      return <MomentControl {...props} />;
    case "lookup":
      return <Lookup id={id} label={field.label} lookup={field.lookup} value={text(value)} isRequired={field.isRequired} onChange={onChange} isInvalid={isInvalid ?? false} describedBy={describedBy} />;
    case "lookups":
      return <Lookups id={id} label={field.label} lookup={field.lookup} value={texts(value)} isRequired={field.isRequired} onChange={onChange} isInvalid={isInvalid ?? false} describedBy={describedBy} />;
    case "zone":
      return <Lookup id={id} label={field.label} lookup="zones" value={text(value)} isRequired={field.isRequired} onChange={onChange} isInvalid={isInvalid ?? false} describedBy={describedBy} />;
    case "list":
      return <ListControl {...props} />;
    case "paragraphs":
      return <textarea id={id} rows={4} className={`textarea w-full ${isInvalid ? "textarea-warning" : ""}`} value={text(value)} onChange={(event) => onChange(event.target.value)} {...aria} />;
    case "text":
      return <input id={id} className={`input w-full ${mark}`} value={text(value)} maxLength={Number(field.schema["maxLength"] ?? 65_536)} onChange={(event) => onChange(event.target.value)} {...aria} />;
    case "texts":
      return <TextsControl {...props} />;
    case "record":
      return <RecordControl {...props} />;
    case "records":
      return <RecordsControl {...props} />;
    default:
      return <JsonControl {...props} />;
  }
}

function ChoiceControl({ id, field, value, isInvalid, describedBy, onChange }: ControlProps): ReactNode {
  const index = field.choices.findIndex((choice) => choice.value === value);
  return (
    <select
      id={id}
      className={`select w-full ${isInvalid ? "select-warning" : ""}`}
      value={index}
      aria-describedby={describedBy}
      aria-invalid={isInvalid || undefined}
      onChange={(event) => onChange(field.choices[Number(event.target.value)]?.value ?? null)}
    >
      {(index < 0 || (!field.isRequired && field.schema["default"] === undefined)) && <option value={-1}>{field.isRequired ? "Choose…" : "Not set"}</option>}
      {field.choices.map((choice, at) => (
        <option key={String(choice.value)} value={at}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

function NumberControl({ id, field, value, isInvalid, describedBy, onChange }: ControlProps): ReactNode {
  const isWhole = resolved(field.schema)["type"] === "integer";
  return (
    <input
      id={id}
      type="number"
      inputMode={isWhole ? "numeric" : "decimal"}
      step={isWhole ? 1 : "any"}
      min={bound(field, "minimum")}
      max={bound(field, "maximum")}
      className={`input w-full ${isInvalid ? "input-warning" : ""}`}
      value={typeof value === "number" ? value : ""}
      aria-describedby={describedBy}
      aria-invalid={isInvalid || undefined}
      onChange={(event) => onChange(event.target.value === "" ? null : event.target.valueAsNumber)}
    />
  );
}

/// An amount as people write it, kept in the currency's smallest unit.
function MoneyControl({ id, value, isInvalid, describedBy, onChange }: ControlProps): ReactNode {
  const { currency } = useStep();
  const [typed, setTyped] = useState(() => moneyText(value, currency));
  useEffect(() => {
    setTyped((before) => (minorOf(before, currency) === value ? before : moneyText(value, currency)));
  }, [value, currency]);
  return (
    <div className={`input flex w-full items-center gap-2 ${isInvalid ? "input-warning" : ""}`}>
      <input
        id={id}
        inputMode="decimal"
        className="grow text-end tabular-nums"
        value={typed}
        placeholder={(0).toFixed(fractionDigits(currency))}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          const minor = minorOf(event.target.value, currency);
          if (minor !== undefined) onChange(minor);
        }}
        onBlur={() => setTyped(moneyText(value, currency))}
      />
      <span className="text-sm text-muted">{currency}</span>
    </div>
  );
}

function MomentControl({ id, value, isInvalid, describedBy, onChange }: ControlProps): ReactNode {
  const { zone } = useStep();
  const at = typeof value === "string" && value ? new Date(value) : null;
  return (
    <>
      <input
        id={id}
        type="datetime-local"
        className={`input w-full ${isInvalid ? "input-warning" : ""}`}
        value={at && !Number.isNaN(at.getTime()) ? localText(at) : ""}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || undefined}
        onChange={(event) => onChange(event.target.value ? new Date(event.target.value).toISOString() : null)}
      />
      {Intl.DateTimeFormat().resolvedOptions().timeZone !== zone && <p className="mt-1 text-xs text-muted">In your own time zone; the workspace is in {zone}.</p>}
    </>
  );
}

function ListControl({ id, field, value, onChange }: ControlProps): ReactNode {
  const items = Array.isArray(value) ? value : [];
  const isNumeric = typesOf(itemsOf(field.schema)).join() === "number";
  const [typed, setTyped] = useState("");
  const add = (): void => {
    const entry = isNumeric ? Number(typed) : typed.trim();
    if (typed.trim() && !Number.isNaN(entry)) onChange([...items, entry]);
    setTyped("");
  };
  return (
    <div>
      {items.length > 0 && (
        <ul className="mb-1.5 flex flex-wrap gap-1.5">
          {items.map((item, index) => (
            <li key={`${String(item)} ${index}`} className="badge gap-1 border-line bg-base-200 pe-1">
              {String(item)}
              <button type="button" className="rounded p-0.5 hover:bg-base-300" aria-label={`Remove ${String(item)}`} onClick={() => onChange(items.filter((_, at) => at !== index))}>
                <Icon name="x" className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-2">
        <input
          id={id}
          className="input w-full"
          value={typed}
          placeholder="Add and press Enter"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
          onBlur={add}
        />
      </div>
    </div>
  );
}

/// What no other control can show: as JSON, taken when it can be read.
function JsonControl({ id, value, isInvalid, describedBy, onChange }: ControlProps): ReactNode {
  const [typed, setTyped] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [isBroken, setBroken] = useState(false);
  return (
    <>
      <textarea
        id={id}
        rows={3}
        spellCheck={false}
        className={`textarea w-full font-mono text-xs ${isInvalid || isBroken ? "textarea-warning" : ""}`}
        value={typed}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || isBroken || undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          try {
            onChange(event.target.value.trim() ? JSON.parse(event.target.value) : null);
            setBroken(false);
          } catch {
            setBroken(true);
          }
        }}
      />
      {isBroken && <p className="mt-1 text-xs text-warning">This is not JSON yet, such as 5, "text" or ["a", "b"].</p>}
    </>
  );
}

function bound(field: FieldModel, name: string): number | undefined {
  const value = resolved(field.schema)[name];
  return typeof value === "number" ? value : undefined;
}

function localText(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const text = (value: Json): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const texts = (value: Json): string[] => (Array.isArray(value) ? value.map(String) : typeof value === "string" && value ? [value] : []);
