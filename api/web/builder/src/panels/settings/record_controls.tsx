/// Controls for values with parts of their own: a record, or a list of records, to any depth.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { record, records, type Json } from "../../graph/types";
import { Icon } from "../../icon";
import { fieldOf, type FieldModel } from "./form_model";
import { PlainControl, type ControlProps } from "./plain_controls";
import { isBlank, itemsOf, resolved } from "./schema";

export function RecordControl({ id, field, value, onChange }: ControlProps): ReactNode {
  return (
    <div className="rounded-box border border-line p-3" role="group" aria-label={field.label}>
      <Parts id={id} fields={field.fields} value={record(value)} onChange={onChange} />
    </div>
  );
}

export function RecordsControl({ id, field, value, onChange }: ControlProps): ReactNode {
  const items = records(value);
  const parts = fieldOf(field.name, itemsOf(field.schema), true).fields;
  const put = (index: number, next: Json): void => onChange(items.map((item, at) => (at === index ? next : item)));
  return (
    <div id={id} role="group" aria-label={field.label} tabIndex={-1}>
      <ol className="space-y-2">
        {items.map((item, index) => (
          <li key={index} className="rounded-box border border-line p-3">
            <div className="mb-1 flex items-center justify-between">
              <span className="text-xs font-semibold text-muted">{index + 1}.</span>
              <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={`Remove number ${index + 1} of ${field.label}`} onClick={() => onChange(items.filter((_, at) => at !== index))}>
                <Icon name="trash" className="size-3.5" />
              </button>
            </div>
            <Parts id={`${id}-${index}`} fields={parts} value={item} onChange={(next) => put(index, next)} />
          </li>
        ))}
      </ol>
      <button type="button" className="btn btn-ghost btn-sm mt-1.5" onClick={() => onChange([...items, {}])}>
        <Icon name="plus" className="size-4" />
        Add
      </button>
    </div>
  );
}

/// Pairs of name and text. A name that is not there yet, or twice, waits until it is its own.
export function TextsControl({ id, field, value, onChange }: ControlProps): ReactNode {
  const said = JSON.stringify(record(value));
  const [rows, setRows] = useState(() => rowsOf(said));
  const mine = useRef(said);
  // The rows are ours while we write, half-named ones too; they are read anew only when the value changed from outside.
  useEffect(() => {
    if (mine.current === said) return;
    mine.current = said;
    setRows(rowsOf(said));
  }, [said]);
  const change = (next: { name: string; text: string }[]): void => {
    setRows(next);
    const named = next.filter(({ name }) => name.trim());
    const written = Object.fromEntries(named.map(({ name, text }) => [name.trim(), text]));
    mine.current = JSON.stringify(written);
    onChange(named.length ? written : null);
  };
  const put = (index: number, part: Partial<{ name: string; text: string }>): void => change(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <div id={id} role="group" aria-label={field.label} tabIndex={-1}>
      <ul className="space-y-1.5">
        {rows.map((row, index) => (
          <li key={index} className="flex gap-1.5">
            <input className="input input-sm min-w-0 flex-2" placeholder="Name" aria-label={`${field.label}, name ${index + 1}`} value={row.name} onChange={(event) => put(index, { name: event.target.value })} />
            <input className="input input-sm min-w-0 flex-3" placeholder="Value" aria-label={`${field.label}, value ${index + 1}`} value={row.text} onChange={(event) => put(index, { text: event.target.value })} />
            <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label={`Remove number ${index + 1} of ${field.label}`} onClick={() => change(rows.filter((_, at) => at !== index))}>
              <Icon name="x" className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="btn btn-ghost btn-sm mt-1" onClick={() => setRows([...rows, { name: "", text: "" }])}>
        <Icon name="plus" className="size-4" />
        Add
      </button>
    </div>
  );
}

function rowsOf(said: string): { name: string; text: string }[] {
  return Object.entries(JSON.parse(said) as Record<string, Json>).map(([name, text]) => ({ name, text: String(text) }));
}

interface PartsProps {
  id: string;
  fields: FieldModel[];
  value: Record<string, Json>;
  onChange(value: Json): void;
}

function Parts({ id, fields, value, onChange }: PartsProps): ReactNode {
  const put = (name: string, next: Json): void => {
    const { [name]: _before, ...rest } = value;
    onChange(isBlank(next) && next !== false ? rest : { ...value, [name]: next });
  };
  return (
    <div className="space-y-2">
      {fields.map((part) => (
        <div key={part.name}>
          <label htmlFor={`${id}-${part.name}`} className="mb-0.5 block text-xs font-medium">
            {part.label}
            {!part.isRequired && <span className="font-normal text-muted"> optional</span>}
          </label>
          <PlainControl id={`${id}-${part.name}`} field={part} value={value[part.name] ?? resolved(part.schema)["default"]} onChange={(next) => put(part.name, next)} />
          {part.hint && part.control !== "money" && <p className="mt-0.5 text-xs text-muted">{part.hint}</p>}
        </div>
      ))}
    </div>
  );
}
