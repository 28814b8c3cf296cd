/// What holds for the whole of an automation, whichever step is reached.
import { useState, type ReactNode } from "react";
import type { Operation } from "../../graph/operations";
import type { Catalogue, Drawing, Json, Problem } from "../../graph/types";
import { fieldsOf, type FieldModel } from "./form_model";
import { Frame, described } from "./frame";
import { PlainControl } from "./plain_controls";
import { isBlank } from "./schema";
import { withPart } from "./setting_field";
import { problemsAt } from "./step_context";

interface Props {
  drawing: Drawing;
  catalogue: Catalogue;
  /// Those of the whole drawing: limits belong to no step.
  problems: Problem[];
  dispatch(operation: Operation): void;
}

export function LimitsForm({ drawing, catalogue, problems, dispatch }: Props): ReactNode {
  const wrong = problemsAt(problems.filter((problem) => problem.node_id === ""), "limits");
  const isSet = Object.keys(drawing.limits).length > 0;
  const [isOpen, setOpen] = useState(false);
  const isShown = isOpen || wrong.length > 0;
  const change = (name: string, value: Json): void => dispatch({ kind: "set_limits", limits: withPart(drawing.limits, name, isBlank(value) ? undefined : value) });
  return (
    <details className="mb-4 rounded-box border border-line" open={isShown} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer px-3 py-2.5 text-sm font-medium">Limits{isSet && !isShown && <span className="ms-2 text-xs font-normal text-muted">changed</span>}</summary>
      <div className="px-3 pt-1">
        <p className="mb-3 text-xs text-muted">For the whole automation. A run that comes to its limit stops there and waits for a person.</p>
        {fieldsOf(catalogue.limits).map((field) => (
          <Limit key={field.name} field={field} value={drawing.limits[field.name]} problems={problemsAt(wrong, `limits.${field.name}`)} onChange={(value) => change(field.name, value)} />
        ))}
      </div>
    </details>
  );
}

function Limit({ field, value, problems, onChange }: { field: FieldModel; value: Json; problems: Problem[]; onChange(value: Json): void }): ReactNode {
  const id = `limit-${field.name}`;
  return (
    <Frame id={id} label={field.label} hint={field.hint} isRequired={field.isRequired} problems={problems}>
      <PlainControl
        id={id}
        field={field}
        value={value}
        isInvalid={problems.length > 0}
        describedBy={described(id, field.hint, problems)["aria-describedby"] as string | undefined}
        onChange={onChange}
      />
    </Frame>
  );
}
