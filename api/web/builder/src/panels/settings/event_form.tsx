/// What is waited for: an event, which one of its kind, and for how long at most.
import { useState, type ReactNode } from "react";
import type { EventOut } from "../../graph/types";
import { Icon } from "../../icon";
import { Combobox } from "./combobox";
import type { Expression } from "./expressions";
import { sentence, type FieldModel } from "./form_model";
import { Frame } from "./frame";
import { Settings } from "./kind_form";
import { schemaAt } from "./schema";
import { idOf } from "./setting_field";
import { problemsAt, useStep } from "./step_context";

export function EventPicker({ setting, label, hint }: { setting: string; label: string; hint?: string }): ReactNode {
  const { node, catalogue, problems, set } = useStep();
  const [text, setText] = useState("");
  const id = idOf(node.id, setting);
  const own = problemsAt(problems, setting);
  const chosen = catalogue.events.find((event) => event.name === node.settings[setting]);
  return (
    <Frame id={id} label={label} {...(hint ? { hint } : {})} problems={own}>
      <Combobox
        id={id}
        label={label}
        options={catalogue.events.filter((event) => fits(event, text)).map((event) => ({ value: event.name, label: event.says, group: sentence(event.name.split(".")[0] ?? "") }))}
        shown={chosen?.says ?? String(node.settings[setting] ?? "")}
        placeholder="Choose an event…"
        onSearch={setText}
        onChoose={(name) => set(setting, name)}
        isInvalid={own.length > 0}
      />
    </Frame>
  );
}

export function EventForm({ fields }: { fields: FieldModel[] }): ReactNode {
  const { node, schema, set } = useStep();
  const quick = QUICK.filter(({ path }) => schemaAt(schema, `event.${path}`) && schemaAt(schema, `trigger.${path}`));
  const isOpen = !node.settings["match"] || "value" in (node.settings["match"] as object);
  return (
    <>
      <EventPicker setting="event" label="Event" />
      <Settings fields={fields.filter((field) => field.name === "match")} />
      {isOpen && node.settings["event"] !== undefined && quick.length > 0 && (
        <div className="-mt-2 mb-4 flex flex-wrap gap-1.5">
          {quick.map(({ label, path }) => (
            <button key={path} type="button" className="btn btn-sm border-base-300 bg-base-100 font-normal" onClick={() => set("match", sameAs(path))}>
              <Icon name="link" className="size-3.5" />
              {label}
            </button>
          ))}
        </div>
      )}
      <Settings fields={fields} skip={["event", "match"]} />
    </>
  );
}

const QUICK = [
  { label: "About the same engagement", path: "engagement_id" },
  { label: "About the same contact", path: "contact_id" },
];

function sameAs(path: string): Expression {
  return { op: "eq", args: [{ path: `event.${path}` }, { path: `trigger.${path}` }] };
}

function fits(event: EventOut, text: string): boolean {
  const said = `${event.name} ${event.says}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}
