/// What is done, and the form that the action's own schema makes.
import { useState, type ReactNode } from "react";
import { record, type ActionOut, type Json } from "../../graph/types";
import { Combobox } from "./combobox";
import { fieldsOf, sentence } from "./form_model";
import { Frame } from "./frame";
import { idOf, withPart } from "./setting_field";
import { problemsAt, useStep } from "./step_context";
import { ValueField } from "./value_field";

export function ActionForm(): ReactNode {
  const { node, catalogue, problems, set } = useStep();
  const [text, setText] = useState("");
  const chosen = catalogue.actions.find((action) => action.name === node.settings["action"]);
  const input = record(node.settings["input"]);
  const id = idOf(node.id, "action");
  const own = problemsAt(problems, "action");
  const put = (name: string, mapping: Json): void => set("input", withPart(input, name, mapping));
  const choose = (name: string): void => {
    const next = catalogue.actions.find((action) => action.name === name);
    const kept = Object.fromEntries(Object.entries(input).filter(([field]) => next && field in record(next.input["properties"])));
    set("", { ...node.settings, action: name, input: kept });
  };
  return (
    <>
      <Frame id={id} label="Action" {...(chosen ? { hint: chosen.docs } : {})} problems={own}>
        <Combobox
          id={id}
          label="Action"
          options={catalogue.actions.filter((action) => fits(action, text)).map((action) => ({ value: action.name, label: action.title, group: sentence(action.name.split(".")[0] ?? "") }))}
          shown={chosen?.title ?? String(node.settings["action"] ?? "")}
          onSearch={setText}
          onChoose={choose}
          isInvalid={own.length > 0}
        />
      </Frame>
      {chosen &&
        fieldsOf(chosen.input).map((field) => (
          <ValueField
            key={`${chosen.name} ${field.name}`}
            id={idOf(node.id, `input.${field.name}`)}
            field={field}
            mapping={input[field.name]}
            problems={problemsAt(problems, `input.${field.name}`)}
            clientReads={chosen.client_facing}
            onChange={(mapping) => put(field.name, mapping)}
          />
        ))}
    </>
  );
}

function fits(action: ActionOut, text: string): boolean {
  const said = `${action.name} ${action.title} ${action.docs}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}
