/// One row of a condition: a field, how it is compared, and with what.
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Json } from "../../graph/types";
import { Icon } from "../../icon";
import { SourceToggle } from "./calculation";
import { isUnary, type Expression, type Row, type RowOperator } from "./expressions";
import { FieldPicker } from "./field_picker";
import { fieldOf, type FieldModel } from "./form_model";
import { PlainControl } from "./plain_controls";
import { pathInWords } from "./readable";
import { itemsOf, resolved, schemaAt, typesOf, type TypeName } from "./schema";
import { useStep } from "./step_context";

const OPERATORS: Record<RowOperator, string> = {
  eq: "is",
  ne: "is not",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  in: "is one of",
  not_in: "is none of",
  is_empty: "is empty",
  not_empty: "is not empty",
  is_true: "is true",
  is_false: "is not true",
};
const DATE_WORDS: Partial<Record<RowOperator, string>> = { gt: "is after", gte: "is on or after", lt: "is before", lte: "is on or before" };
const BY_TYPE: Record<string, RowOperator[]> = {
  string: ["eq", "ne", "contains", "not_contains", "starts_with", "in", "not_in", "is_empty", "not_empty"],
  date: ["eq", "ne", "lt", "lte", "gt", "gte", "is_empty", "not_empty"],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "is_empty", "not_empty"],
  boolean: ["is_true", "is_false", "is_empty"],
  array: ["contains", "not_contains", "is_empty", "not_empty"],
  object: ["is_empty", "not_empty"],
  any: ["eq", "ne", "gt", "gte", "lt", "lte", "contains", "not_contains", "starts_with", "in", "not_in", "is_empty", "not_empty", "is_true", "is_false"],
};

interface RowProps {
  row: Row;
  isNew: boolean;
  withEvent: boolean;
  onChange(row: Row | null): void;
}

export function ConditionRow({ row, isNew, withEvent, onChange }: RowProps): ReactNode {
  const { schema } = useStep();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isNew) box.current?.querySelector<HTMLElement>("[role=combobox]")?.focus();
  }, [isNew]);
  const path = "path" in row.left ? row.left.path : "";
  const found = path ? schemaAt(schema, path) : null;
  const kind = kindOf(found);
  const words = path ? pathInWords(path, schema) : "the field";
  const operators = BY_TYPE[kind] ?? BY_TYPE["any"]!;
  const shown = operators.includes(row.operator) ? operators : [row.operator, ...operators];
  const pick = (to: string): void => {
    const next = schemaAt(schema, to);
    const fitting = BY_TYPE[kindOf(next)] ?? BY_TYPE["any"]!;
    const operator = fitting.includes(row.operator) ? row.operator : fitting[0]!;
    onChange(completed({ ...row, left: { path: to }, operator }, next));
  };
  return (
    <div ref={box} className="rounded-field bg-base-200/60 p-2" data-condition>
      <div className="flex items-center gap-1.5">
        <div className="min-w-0 grow">
          {"op" in row.left ? (
            <code className="block px-1 text-xs break-all">{JSON.stringify(row.left)}</code>
          ) : (
            <FieldPicker label="Field to compare" path={path} withEvent={withEvent} onChange={pick} />
          )}
        </div>
        <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label={`Remove the condition about ${words}`} onClick={() => onChange(null)}>
          <Icon name="trash" className="size-4" />
        </button>
      </div>
      <div className="mt-1.5 flex flex-wrap items-start gap-1.5">
        <select
          className="select w-auto max-w-full"
          aria-label={`Comparison of ${words}`}
          value={row.operator}
          onChange={(event) => onChange(completed({ ...row, operator: event.target.value as RowOperator }, found))}
        >
          {shown.map((operator) => (
            <option key={operator} value={operator}>
              {(kind === "date" ? DATE_WORDS[operator] : undefined) ?? OPERATORS[operator]}
            </option>
          ))}
        </select>
        {!isUnary(row.operator) && (
          <div className="min-w-36 flex-1">
            <RightSide row={row} found={found} label={`Value to compare ${words} with`} withEvent={withEvent} onChange={(right) => onChange({ ...row, right })} />
          </div>
        )}
      </div>
    </div>
  );
}

interface RightProps {
  row: Row;
  found: Record<string, Json> | null;
  label: string;
  withEvent: boolean;
  onChange(right: Expression): void;
}

function RightSide({ row, found, label, withEvent, onChange }: RightProps): ReactNode {
  const right = row.right ?? { value: "" };
  if ("op" in right) return <code className="block rounded-field bg-base-100 px-2 py-2 text-xs break-all">{JSON.stringify(right)}</code>;
  const isField = "path" in right;
  const wanted: TypeName[] = found ? typesOf(found) : [];
  const field = literalField(row, found, label);
  return (
    <div className="flex gap-1">
      <div className="min-w-0 grow">
        {isField ? (
          <FieldPicker label={label} path={right.path} wanted={wanted} withEvent={withEvent} onChange={(path) => onChange({ path })} />
        ) : (
          <Labelled label={label}>
            {(id) => <PlainControl id={id} field={field} value={right.value} onChange={(value) => onChange({ value: value ?? (field.control === "text" ? "" : null) })} />}
          </Labelled>
        )}
      </div>
      <SourceToggle label={label} isField={isField} onToggle={() => onChange(isField ? { value: blankFor(field) } : { path: "" })} />
    </div>
  );
}

let labels = 0;

/// A control with a label for screen readers only.
function Labelled({ label, children }: { label: string; children(id: string): ReactNode }): ReactNode {
  const [id] = useState(() => `compared-${(labels += 1)}`);
  return (
    <>
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      {children(id)}
    </>
  );
}

function literalField({ operator, left }: Row, found: Record<string, Json> | null, label: string): FieldModel {
  const name = "path" in left ? (left.path.split(".").at(-1) ?? "") : "";
  const base = found ?? { type: "string" };
  const isList = operator === "in" || operator === "not_in";
  const isPart = (operator === "contains" || operator === "not_contains") && found && typesOf(found).join() === "array";
  const schema = isList ? { type: "array", items: base } : isPart ? itemsOf(base) : base;
  const field = { ...fieldOf(name, schema, true), label };
  if (["anything", "paragraphs", "zone", "mapping", "condition", "record", "records"].includes(field.control)) return { ...field, control: "text" };
  return operator === "contains" || operator === "starts_with" ? { ...field, control: field.control === "lookup" ? "lookup" : "text" } : field;
}

/// The row with a value on its right side that its comparison can use.
function completed(row: Row, found: Record<string, Json> | null): Row {
  if (isUnary(row.operator)) {
    const { right: _right, ...rest } = row;
    return rest;
  }
  const field = literalField(row, found, "");
  const right = row.right;
  const isUsable = right && (!("value" in right) || fits(right.value, field));
  return isUsable ? row : { ...row, right: { value: blankFor(field) } };
}

function fits(value: Json, field: FieldModel): boolean {
  if (field.control === "list" || field.control === "lookups") return Array.isArray(value);
  if (field.control === "number" || field.control === "money") return typeof value === "number" || value === null;
  if (field.control === "choice") return field.choices.some((choice) => choice.value === value);
  return typeof value === "string";
}

function blankFor(field: FieldModel): Json {
  if (field.control === "list" || field.control === "lookups") return [];
  if (field.control === "choice") return field.choices[0]?.value ?? "";
  return field.control === "number" || field.control === "money" ? null : "";
}

function kindOf(found: Record<string, Json> | null): string {
  if (!found) return "any";
  const schema = resolved(found);
  if (schema["format"] === "date" || schema["format"] === "date-time") return "date";
  const types = typesOf(schema);
  return types.length === 1 ? (types[0] ?? "any") : "any";
}
