/// Values under names of one's own, each from somewhere else: headers, what a stop hands back, what a called automation is given.
import type { ReactNode } from "react";
import type { Json, Problem } from "../../graph/types";
import type { FieldModel } from "./form_model";
import { AddButton, RemoveButton, freeName } from "./rows";
import { ValueField } from "./value_field";

interface Props {
  values: Record<string, Json>;
  /// What a new one is called until it is named: `stem_1`.
  stem: string;
  addLabel: string;
  idFor(name: string): string;
  fieldFor(name: string): FieldModel;
  problemsFor(name: string): Problem[];
  /// The name as it is kept; empty for one that cannot be.
  cleaned?(name: string): string;
  /// undefined: there is none left.
  onChange(values: Record<string, Json> | undefined): void;
}

export function NamedValues({ values, stem, addLabel, idFor, fieldFor, problemsFor, cleaned = (name) => name.trim(), onChange }: Props): ReactNode {
  const names = Object.keys(values);
  const rename = (from: string, to: string): void => onChange(Object.fromEntries(Object.entries(values).map(([name, mapping]) => [name === from ? to : name, mapping])));
  const remove = (name: string): void => {
    const { [name]: _gone, ...rest } = values;
    onChange(Object.keys(rest).length ? rest : undefined);
  };
  return (
    <>
      <ul className="space-y-2">
        {names.map((name, index) => (
          <li key={index} className="rounded-box border border-line p-3 pb-0">
            <div className="mb-2 flex items-center gap-2">
              <input
                key={name}
                className="input input-sm grow font-medium"
                aria-label={`Name of value ${index + 1}`}
                defaultValue={name}
                onBlur={(event) => {
                  const to = cleaned(event.target.value);
                  if (to && to !== name && !names.includes(to)) rename(name, to);
                  else event.target.value = name;
                }}
              />
              <RemoveButton label={`Remove ${name}`} onClick={() => remove(name)} />
            </div>
            <ValueField id={idFor(name)} field={fieldFor(name)} mapping={values[name]} problems={problemsFor(name)} onChange={(mapping) => onChange({ ...values, [name]: mapping ?? { text: "" } })} />
          </li>
        ))}
      </ul>
      <AddButton label={addLabel} onClick={() => onChange({ ...values, [freeName(stem, names)]: { text: "" } })} />
    </>
  );
}
