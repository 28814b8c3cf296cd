/// A field whose value is fixed, comes from another field, is a text with fields, or is calculated; with its preview.
import { useState, type ReactNode } from "react";
import { record, type Json, type Problem } from "../../graph/types";
import { Icon } from "../../icon";
import { Calculation } from "./calculation";
import { Frame, described } from "./frame";
import { FieldPicker } from "./field_picker";
import { fieldOf, type FieldModel } from "./form_model";
import { MODES, blankOf, modeOf, modesOf, partsOf, type Mode } from "./mappings";
import { NamedValues } from "./named_values";
import { PlainControl } from "./plain_controls";
import { Preview } from "./preview";
import { isBlank, resolved, typesOf } from "./schema";
import { problemsAt } from "./step_context";
import { TextEditor } from "./text_editor";
import { isExpression } from "./expressions";

interface Props {
  id: string;
  field: FieldModel;
  mapping: Json;
  problems: Problem[];
  clientReads?: boolean;
  /// undefined: nothing is said any more.
  onChange(mapping: Json): void;
}

export function ValueField({ id, field, mapping, problems, clientReads = false, onChange }: Props): ReactNode {
  const present = modeOf(mapping, field);
  const modes = modesOf(field, present);
  const [chosen, setChosen] = useState<Mode | null>(null);
  const mode = present ?? chosen ?? modes[0] ?? "value";
  // An amount that is written down is written with its currency: what unit it is kept in matters to fields only.
  const isAmount = field.control === "money" && mode === "value" && /cents|smallest/i.test(field.hint);
  const hint = field.hint && !isAmount ? field.hint : undefined;
  const choose = (next: Mode): void => {
    setChosen(next);
    onChange(blankOf(next, field));
  };
  const isGroup = mode === "expr" || mode === "parts" || (mode === "value" && ["lookups", "texts", "record", "records"].includes(field.control));
  return (
    <Frame
      id={id}
      label={field.label}
      {...(hint ? { hint } : {})}
      isRequired={field.isRequired}
      problems={(mode === "parts" ? problemsAt(problems, `input.${field.name}`, Object.keys(partsOf(mapping))) : problems).map((problem) => ({ ...problem, message: problem.message.replace(`“${field.name}”`, `“${field.label}”`) }))}
      isGroup={isGroup}
      after={<Preview mapping={mapping} schema={field.schema} clientReads={clientReads} />}
      aside={<ModeChoice label={field.label} modes={modes} mode={mode} onChoose={choose} />}
    >
      <Source id={id} field={field} mapping={mapping} mode={mode} hint={hint} problems={problems} onChange={onChange} />
    </Frame>
  );
}

interface ModeProps {
  label: string;
  modes: Mode[];
  mode: Mode;
  onChoose(mode: Mode): void;
}

function ModeChoice({ label, modes, mode, onChoose }: ModeProps): ReactNode {
  return (
    <span className="inline-flex items-center gap-1 text-xs text-muted">
      <Icon name={MODES[mode].icon} className="size-3.5" />
      <select
        className="cursor-pointer rounded bg-transparent py-0.5 [field-sizing:content] hover:text-base-content"
        aria-label={`Where “${label}” comes from`}
        value={mode}
        onChange={(event) => onChoose(event.target.value as Mode)}
      >
        {modes.map((one) => (
          <option key={one} value={one}>
            {MODES[one].label}
          </option>
        ))}
      </select>
    </span>
  );
}

interface SourceProps extends Omit<Props, "clientReads"> {
  mode: Mode;
  hint: string | undefined;
}

function Source({ id, field, mapping, mode, hint, problems, onChange }: SourceProps): ReactNode {
  const found = record(mapping);
  const aria = described(id, hint, problems);
  const common = { id, label: field.label, isInvalid: problems.length > 0, describedBy: aria["aria-describedby"] as string | undefined };
  switch (mode) {
    case "text":
      return <TextEditor {...common} value={String(found["text"] ?? "")} isLong={field.control === "paragraphs"} onChange={(text) => onChange(text === "" ? undefined : { text })} />;
    case "path":
      return <FieldSource {...common} field={field} found={found} onChange={onChange} />;
    case "parts":
      return (
        <NamedValues
          values={partsOf(mapping)}
          stem="name"
          addLabel={`Add to ${field.label.toLowerCase()}`}
          idFor={(name) => `${id}-${name}`}
          fieldFor={(name) => ({ ...fieldOf(name, { type: "string", maxLength: 400 }, true), control: "text", label: "Value" })}
          problemsFor={(name) => problemsAt(problems, `input.${field.name}.${name}`)}
          onChange={(parts) => onChange(parts && { parts })}
        />
      );
    case "expr":
      return <Calculation id={id} label={field.label} expression={isExpression(found["expr"]) ? found["expr"] : { path: "" }} wanted={typesOf(field.schema)} onChange={(expr) => onChange({ expr })} />;
    case "value":
      return (
        <PlainControl
          {...common}
          field={field}
          value={"value" in found ? found["value"] : resolved(field.schema)["default"]}
          onChange={(value) => onChange(isBlank(value) && typeof value !== "boolean" ? undefined : { value })}
        />
      );
  }
}

interface FieldSourceProps {
  id: string;
  label: string;
  isInvalid: boolean;
  describedBy: string | undefined;
  field: FieldModel;
  found: Record<string, Json>;
  onChange(mapping: Json): void;
}

function FieldSource({ id, label, isInvalid, describedBy, field, found, onChange }: FieldSourceProps): ReactNode {
  const hasDefault = "default" in found;
  const types = typesOf(field.schema);
  return (
    <>
      <FieldPicker
        id={id}
        label={label}
        path={String(found["path"] ?? "")}
        wanted={types.length > 3 ? [] : types}
        isInvalid={isInvalid}
        describedBy={describedBy}
        onChange={(path) => onChange({ ...found, path })}
      />
      {hasDefault ? (
        <div className="mt-1.5 rounded-field bg-base-200/60 p-2">
          <div className="mb-1 flex items-center justify-between text-xs text-muted">
            <label htmlFor={`${id}-default`}>When it is missing, use</label>
            <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={`Take nothing instead of ${label}`} onClick={() => onChange({ path: found["path"] })}>
              <Icon name="x" className="size-3.5" />
            </button>
          </div>
          <PlainControl
            id={`${id}-default`}
            field={{ ...field, isRequired: true, control: field.control === "paragraphs" ? "text" : field.control }}
            value={found["default"]}
            onChange={(value) => onChange({ ...found, default: value })}
          />
        </div>
      ) : (
        <button type="button" className="btn btn-ghost btn-xs mt-1 font-normal text-muted" onClick={() => onChange({ ...found, path: found["path"] ?? "", default: "" })}>
          <Icon name="plus" className="size-3.5" />
          When missing use…
        </button>
      )}
    </>
  );
}
