/// One setting of a step by its schema: the right control, with its problems, to any depth.
import type { ReactNode } from "react";
import { record, records, type Json } from "../../graph/types";
import { Icon } from "../../icon";
import { ConditionEditor } from "./condition_editor";
import { FieldPicker } from "./field_picker";
import { Frame, described } from "./frame";
import { fieldOf, type FieldModel } from "./form_model";
import { modeOf } from "./mappings";
import { NamedValues } from "./named_values";
import { PlainControl } from "./plain_controls";
import { isBlank, itemsOf, propertiesOf, requiredOf, resolved } from "./schema";
import { AddButton, RemoveButton } from "./rows";
import { problemsAt, useStep } from "./step_context";
import { Duration, Offset, QuietHours, Zone } from "./timing";
import { ValueField } from "./value_field";
import { CountedDays, Weekdays } from "./weekdays";

interface Props {
  field: FieldModel;
  value: Json;
  /// Where it stands in the step's settings, such as `timeout` or `cases.0.when`.
  at: string;
  onChange(value: Json): void;
}

/// Settings that hold the path of a field as a text.
const PATHS = ["dedupe", "concurrency.key"];

export function SettingField({ field, value, at, onChange }: Props): ReactNode {
  const { node, problems } = useStep();
  const id = idOf(node.id, at);
  const own = problemsAt(problems, at);
  const common = { id, label: field.label, value, isInvalid: own.length > 0, onChange };
  const frame = { id, label: field.label, ...(field.hint ? { hint: field.hint } : {}), isRequired: field.isRequired };
  switch (PATHS.includes(at) ? "path" : field.control) {
    case "mapping":
      return <ValueField id={id} field={{ ...fieldOf(field.name, field.schema, field.isRequired), label: field.label, hint: field.hint }} mapping={value} problems={own} onChange={onChange} />;
    case "mappings":
      return <Mappings field={field} value={value} at={at} onChange={onChange} />;
    case "condition":
      return (
        <Frame {...frame} problems={own} isGroup>
          <ConditionEditor
            label={field.label}
            expression={value}
            blank={field.isRequired ? { value: true } : undefined}
            blankWords={field.isRequired ? "No conditions: always." : "No conditions: all pass."}
            withEvent={field.name === "match"}
            onChange={onChange}
          />
        </Frame>
      );
    case "duration":
      return (
        <Frame {...frame} problems={own} aside={<Unset field={field} value={value} onChange={onChange} />}>
          {value === undefined && !field.isRequired ? <SetButton onClick={() => onChange({ amount: 1, unit: "days" })} /> : <Duration {...common} minimum={smallest(field)} units={unitsOf(field)} />}
        </Frame>
      );
    case "offset":
      return (
        <Frame {...frame} problems={own}>
          <Offset {...common} units={unitsOf(field)} />
        </Frame>
      );
    case "quiet_hours":
      return (
        <Frame {...frame} problems={own}>
          <QuietHours {...common} />
        </Frame>
      );
    case "weekdays":
      return (
        <Frame {...frame} problems={own} isGroup after={<CountedDays settings={node.settings} />}>
          <Weekdays {...common} />
        </Frame>
      );
    case "zone":
      return (
        <Frame {...frame} problems={own}>
          <Zone {...common} />
        </Frame>
      );
    case "path":
      return (
        <Frame {...frame} problems={own}>
          <FieldPicker
            id={id}
            label={field.label}
            path={typeof value === "string" ? value : ""}
            isInvalid={own.length > 0}
            describedBy={described(id, field.hint, own)["aria-describedby"] as string | undefined}
            onChange={onChange}
            {...(field.isRequired ? {} : { onClear: () => onChange(undefined) })}
          />
        </Frame>
      );
    case "record":
      return <RecordField field={field} value={value} at={at} onChange={onChange} />;
    case "records":
      return <RecordsField field={field} value={value} at={at} onChange={onChange} />;
    case "boolean":
      return (
        <div className="mb-4">
          <label className="flex cursor-pointer items-start gap-2.5 text-sm">
            <PlainControl id={id} field={field} value={value} onChange={(next) => onChange(next === true ? true : undefined)} />
            <span>{field.label}</span>
          </label>
          {field.hint && <p className="mt-1 text-xs text-muted">{field.hint}</p>}
        </div>
      );
    default:
      return (
        <Frame {...frame} problems={own}>
          <PlainControl
            id={id}
            field={field}
            value={value ?? resolved(field.schema)["default"]}
            isInvalid={own.length > 0}
            describedBy={described(id, field.hint, own)["aria-describedby"] as string | undefined}
            onChange={(next) => onChange(isBlank(next) && next !== false ? undefined : next)}
          />
        </Frame>
      );
  }
}

/// A record's parts, or a button that adds it where it may be absent.
function RecordField({ field, value, at, onChange }: Props): ReactNode {
  const { node, problems } = useStep();
  const found = record(value);
  const isThere = value !== undefined || field.isRequired;
  const id = idOf(node.id, at);
  const own = problemsAt(problems, at, field.fields.map((one) => one.name));
  return (
    <Frame id={id} label={field.label} {...(field.hint ? { hint: field.hint } : {})} isRequired={field.isRequired} problems={own} isGroup aside={<Unset field={field} value={value} onChange={onChange} />}>
      {!isThere && <SetButton onClick={() => onChange(startOf(field))} />}
      {isThere && (
        <div className="rounded-box border border-line p-3 pb-0">
          {field.fields.map((part) => (
            <SettingField key={part.name} field={part} value={found[part.name]} at={`${at}.${part.name}`} onChange={(next) => onChange(withPart(found, part.name, next))} />
          ))}
        </div>
      )}
    </Frame>
  );
}

function RecordsField({ field, value, at, onChange }: Props): ReactNode {
  const { node, problems } = useStep();
  const items = records(value);
  const put = (index: number, next: Json): void => onChange(items.map((item, place) => (place === index ? next : item)));
  const own = problemsAt(problems, at, items.map((_, index) => String(index)));
  const model = fieldOf(field.name, itemsOf(field.schema), true);
  return (
    <Frame id={idOf(node.id, at)} label={field.label} isRequired={field.isRequired} problems={own} isGroup>
      <ol className="space-y-2">
        {items.map((item, index) => (
          <li key={index} className="rounded-box border border-line p-3 pb-0">
            <div className="mb-1 flex items-center justify-between">
              <span className="text-xs font-semibold text-muted">{index + 1}.</span>
              <RemoveButton label={`Remove number ${index + 1} of ${field.label}`} onClick={() => onChange(items.filter((_, place) => place !== index))} />
            </div>
            {model.fields.map((part) => (
              <SettingField key={part.name} field={part} value={item[part.name]} at={`${at}.${index}.${part.name}`} onChange={(next) => put(index, withPart(item, part.name, next))} />
            ))}
          </li>
        ))}
      </ol>
      <AddButton label="Add" onClick={() => onChange([...items, startOf(model)])} />
    </Frame>
  );
}

/// Values under names of one's own: what a stop hands back, what a called automation is given.
export function Mappings({ field, value, at, onChange }: Props): ReactNode {
  const { node, problems } = useStep();
  const found = record(value);
  const names = Object.keys(found);
  return (
    <Frame id={idOf(node.id, at)} label={field.label} {...(field.hint ? { hint: field.hint } : {})} isRequired={field.isRequired} problems={problemsAt(problems, at, names)} isGroup>
      <NamedValues
        values={found}
        stem="value"
        addLabel="Add a value"
        idFor={(name) => idOf(node.id, `${at}.${name}`)}
        fieldFor={(name) => ({ ...fieldOf(name, modeOf(found[name]) === "value" ? {} : { type: "string" }, true), label: "Value" })}
        problemsFor={(name) => problemsAt(problems, `${at}.${name}`)}
        cleaned={(name) => name.trim().replaceAll(/[^\w-]+/g, "_")}
        onChange={onChange}
      />
    </Frame>
  );
}

function SetButton({ onClick }: { onClick(): void }): ReactNode {
  return (
    <button type="button" className="btn btn-sm border-base-300 bg-base-100 font-normal" onClick={onClick}>
      <Icon name="plus" className="size-4" />
      Set
    </button>
  );
}

function Unset({ field, value, onChange }: { field: FieldModel; value: Json; onChange(value: Json): void }): ReactNode {
  if (field.isRequired || value === undefined) return null;
  return (
    <button type="button" className="btn btn-ghost btn-xs font-normal text-muted" aria-label={`Unset ${field.label}`} onClick={() => onChange(undefined)}>
      <Icon name="x" className="size-3.5" />
      Unset
    </button>
  );
}

/// A record with what it must have, as far as that can be told.
function startOf(field: FieldModel): Json {
  const required = requiredOf(field.schema);
  const named = propertiesOf(field.schema);
  const parts = required.flatMap((name) => {
    const part = fieldOf(name, named[name] ?? {}, true);
    if (part.control === "duration") return [[name, { amount: 1, unit: "days" }]];
    if (part.control === "choice") return [[name, part.choices[0]?.value ?? ""]];
    if (part.control === "condition") return [[name, { value: true }]];
    return [];
  });
  return Object.fromEntries(parts) as Record<string, Json>;
}

export function withPart(whole: Record<string, Json>, name: string, value: Json): Record<string, Json> {
  const { [name]: _before, ...rest } = whole;
  return value === undefined ? rest : { ...whole, [name]: value };
}

export function unitsOf(field: FieldModel): string[] {
  const units = resolved(propertiesOf(field.schema)["unit"] ?? {})["enum"];
  return Array.isArray(units) ? units.map(String) : ["minutes", "hours", "days", "weeks"];
}

function smallest(field: FieldModel): number {
  return Number(resolved(propertiesOf(field.schema)["amount"] ?? {})["minimum"] ?? 1);
}

export const idOf = (node_id: string, at: string): string => `setting-${node_id}-${at.replaceAll(".", "-")}`;
