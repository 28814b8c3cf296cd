/// A calculated value: the first of several fields that is there, a sum, days between two dates, or a condition.
import type { ReactNode } from "react";
import { Icon } from "../../icon";
import { ConditionEditor } from "./condition_editor";
import type { Expression } from "./expressions";
import { FieldPicker } from "./field_picker";
import { typeOf, type TypeName } from "./schema";

interface Props {
  id: string;
  label: string;
  expression: Expression;
  wanted: readonly TypeName[];
  onChange(expression: Expression): void;
}

const OPERATIONS: { op: string; label: string; words: string[]; makes: readonly TypeName[] }[] = [
  { op: "coalesce", label: "The first that is there", words: [], makes: ["string", "number", "array", "object"] },
  { op: "add", label: "Added up", words: ["take", "and add"], makes: ["number", "string"] },
  { op: "sub", label: "Subtracted", words: ["take", "and subtract"], makes: ["number", "string"] },
  { op: "days_between", label: "Days between two dates", words: ["from", "to"], makes: ["number"] },
  { op: "condition", label: "Yes or no, by a condition", words: [], makes: ["boolean"] },
];

const CONDITIONS = ["all", "any", "not", "eq", "ne", "gt", "gte", "lt", "lte", "contains", "starts_with", "is_empty", "in"];

export function Calculation({ id, label, expression, wanted, onChange }: Props): ReactNode {
  const present = "op" in expression ? (CONDITIONS.includes(expression.op) ? "condition" : expression.op) : wanted.join() === "boolean" ? "condition" : "coalesce";
  const args = "op" in expression && present !== "condition" ? expression.args : present === "coalesce" ? [expression] : [];
  const fitting = OPERATIONS.filter((one) => one.op === present || !wanted.length || one.makes.some((type) => wanted.includes(type)));
  const operation = OPERATIONS.find((one) => one.op === present);
  const choose = (op: string): void => {
    if (op === "condition") onChange({ value: true });
    else if (op === "coalesce") onChange({ op, args: args.length ? args : [{ path: "" }] });
    else onChange({ op, args: [args[0] ?? { path: "" }, args[1] ?? (op === "days_between" ? { path: "now" } : { value: 1 })] });
  };
  const put = (index: number, value: Expression): void => onChange({ op: present, args: args.map((one, at) => (at === index ? value : one)) });
  return (
    <div className="rounded-box border border-line p-2.5">
      <select id={id} className="select select-sm mb-2 w-full" aria-label={`How ${label} is calculated`} value={present} onChange={(event) => choose(event.target.value)}>
        {fitting.map((one) => (
          <option key={one.op} value={one.op}>
            {one.label}
          </option>
        ))}
      </select>
      {present === "condition" ? (
        <ConditionEditor label={label} expression={expression} blank={{ value: true }} blankWords="Always yes." onChange={(next) => onChange((next ?? { value: true }) as Expression)} />
      ) : (
        <div className="space-y-2">
          {args.map((argument, index) => (
            <div key={index} className="flex items-start gap-1.5">
              <div className="grow">
                <span className="mb-0.5 block text-xs text-muted">{operation?.words[index] ?? (index ? "else" : "take")}</span>
                <Operand label={`${label}, part ${index + 1}`} value={argument} wanted={[]} onChange={(next) => put(index, next)} />
              </div>
              {present === "coalesce" && args.length > 1 && (
                <button
                  type="button"
                  className="btn btn-ghost btn-sm btn-square mt-5"
                  aria-label={`Remove part ${index + 1}`}
                  onClick={() => onChange({ op: present, args: args.filter((_, at) => at !== index) })}
                >
                  <Icon name="x" className="size-4" />
                </button>
              )}
            </div>
          ))}
          {present === "coalesce" && (
            <button type="button" className="btn btn-ghost btn-xs font-normal" onClick={() => onChange({ op: present, args: [...args, { value: "" }] })}>
              <Icon name="plus" className="size-3.5" />
              Else…
            </button>
          )}
        </div>
      )}
    </div>
  );
}

interface OperandProps {
  label: string;
  value: Expression;
  wanted: readonly TypeName[];
  withEvent?: boolean;
  onChange(value: Expression): void;
}

/// One side of a calculation: a field, or a value that is written down.
export function Operand({ label, value, wanted, withEvent = false, onChange }: OperandProps): ReactNode {
  if ("op" in value) return <code className="block rounded-field bg-base-200 px-2 py-1.5 text-xs break-all">{JSON.stringify(value)}</code>;
  const isField = "path" in value;
  return (
    <div className="flex gap-1.5">
      <div className="min-w-0 grow">
        {isField ? (
          <FieldPicker label={label} path={value.path} wanted={wanted} withEvent={withEvent} onChange={(path) => onChange({ path })} />
        ) : (
          <LiteralInput label={label} value={value.value} onChange={(next) => onChange({ value: next })} />
        )}
      </div>
      <SourceToggle label={label} isField={isField} onToggle={() => onChange(isField ? { value: "" } : { path: "" })} />
    </div>
  );
}

export function SourceToggle({ label, isField, onToggle }: { label: string; isField: boolean; onToggle(): void }): ReactNode {
  const words = isField ? "Write a value instead" : "Take a field instead";
  return (
    <button type="button" className="btn btn-ghost btn-square border-base-300" title={words} aria-label={`${label}: ${words.toLowerCase()}`} onClick={onToggle}>
      <Icon name={isField ? "pencil" : "braces"} className="size-4" />
    </button>
  );
}

/// A value of unknown kind: what looks like a number is one.
function LiteralInput({ label, value, onChange }: { label: string; value: unknown; onChange(value: unknown): void }): ReactNode {
  const shown = typeOf(value) === "null" ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return (
    <input
      aria-label={label}
      className="input w-full"
      value={shown}
      onChange={(event) => {
        const typed = event.target.value;
        onChange(/^-?\d+(\.\d+)?$/.test(typed) && String(Number(typed)) === typed ? Number(typed) : typed);
      }}
    />
  );
}
