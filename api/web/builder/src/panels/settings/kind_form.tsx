/// The form of one step: what its kind needs first, the rest under “Advanced”.
import { useState, type ReactNode } from "react";
import type { Json } from "../../graph/types";
import { ActionForm } from "./action_form";
import { CasesForm, BranchesForm } from "./ways_forms";
import { EventForm } from "./event_form";
import { fieldsOf, type FieldModel } from "./form_model";
import { Frame } from "./frame";
import { Mappings, SettingField, unitsOf } from "./setting_field";
import { problemsAt, useStep } from "./step_context";
import { Duration } from "./timing";
import { TriggerForm } from "./trigger_form";
import { ADVANCED, CHOICES, HINTS, LABELS, USUAL } from "./words";

export function KindForm(): ReactNode {
  const { node, catalogue } = useStep();
  const fields = fieldsOf(catalogue.nodes[node.kind] ?? {}).map((field) => named(field, node.kind));
  const later = ADVANCED[node.kind] ?? [];
  const advanced = later.flatMap((name) => fields.filter((field) => field.name === name));
  const plain = fields.filter((field) => !later.includes(field.name));
  return (
    <>
      <Main fields={plain} />
      <Advanced fields={advanced} />
    </>
  );
}

function Main({ fields }: { fields: FieldModel[] }): ReactNode {
  const { node } = useStep();
  switch (node.kind as string) {
    case "trigger":
      return <TriggerForm fields={fields} />;
    case "action":
      return <ActionForm />;
    case "condition":
      return <CasesForm />;
    case "parallel":
      return (
        <>
          <BranchesForm />
          <Settings fields={fields} skip={["branches"]} />
        </>
      );
    case "delay":
      return <DelayForm fields={fields} />;
    case "wait_for_event":
      return <EventForm fields={fields} />;
    case "wait_until":
      return <Settings fields={sorted(fields, ["at", "offset", "time", "past", "on_gone"])} />;
    default:
      return <Settings fields={fields} />;
  }
}

export function Settings({ fields, skip = [] }: { fields: FieldModel[]; skip?: string[] }): ReactNode {
  const { node, set } = useStep();
  return fields
    .filter((field) => !skip.includes(field.name))
    .map((field) => {
      const isNamed = (node.kind === "stop" && field.name === "output") || ((node.kind as string) === "sub_automation" && field.name === "input");
      const Shown = isNamed ? Mappings : SettingField;
      return <Shown key={field.name} field={field} value={node.settings[field.name]} at={field.name} onChange={(value: Json) => set(field.name, value)} />;
    });
}

function DelayForm({ fields }: { fields: FieldModel[] }): ReactNode {
  const { node, catalogue, problems, set } = useStep();
  const whole = { schema: catalogue.nodes["delay"] ?? {} } as FieldModel;
  const { amount, unit } = node.settings;
  const change = (value: Json): void => set("", { ...node.settings, ...(value as Record<string, Json>) });
  const own = [...problemsAt(problems, "amount"), ...problemsAt(problems, "unit")];
  return (
    <>
      <Frame id={`setting-${node.id}-amount`} label="How long" problems={own}>
        <Duration id={`setting-${node.id}-amount`} label="How long" value={{ amount, unit }} minimum={0} units={unitsOf(whole)} isInvalid={own.length > 0} onChange={change} />
      </Frame>
      <Settings fields={fields} skip={["amount", "unit"]} />
    </>
  );
}

function Advanced({ fields }: { fields: FieldModel[] }): ReactNode {
  const { node, problems } = useStep();
  const isUsed = fields.some((field) => field.name in node.settings);
  const isWrong = fields.some((field) => problemsAt(problems, field.name).length);
  const [isOpen, setOpen] = useState(isWrong);
  if (!fields.length) return null;
  return (
    <details className="mb-4 rounded-box border border-line" open={isOpen || isWrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer px-3 py-2.5 text-sm font-medium">Advanced{isUsed && !isOpen && <span className="ms-2 text-xs font-normal text-muted">changed</span>}</summary>
      <div className="px-3 pt-1">
        <Settings fields={fields} />
      </div>
    </details>
  );
}

/// The field with the product's own words, to any depth.
export function named(field: FieldModel, within: string): FieldModel {
  const label = LABELS[`${within}.${field.name}`] ?? LABELS[field.name] ?? field.label;
  const choices = field.choices.map((choice) => ({ ...choice, label: CHOICES[`${field.name}.${String(choice.value)}`] ?? choice.label }));
  const usual = USUAL[`${within}.${field.name}`];
  const schema = usual === undefined ? field.schema : { ...field.schema, default: usual };
  return { ...field, schema, label, hint: HINTS[`${within}.${field.name}`] ?? field.hint, choices, fields: field.fields.map((part) => named(part, field.name)) };
}

function sorted(fields: FieldModel[], first: string[]): FieldModel[] {
  const rank = (field: FieldModel): number => (first.includes(field.name) ? first.indexOf(field.name) : first.length);
  return [...fields].sort((one, other) => rank(one) - rank(other));
}

