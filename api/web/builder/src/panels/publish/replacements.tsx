/// Steps that runs stand on and the drawing lacks: which takes their place.
import type { ReactNode } from "react";
import type { RemovedStepOut } from "../../generated/automations";
import type { Drawing } from "../../graph/types";
import { Icon } from "../../icon";
import { runs, type Naming } from "./words";

interface Given {
  removed: readonly RemovedStepOut[];
  drawing: Drawing;
  name: Naming;
  mapping: Readonly<Record<string, string>>;
  onChange(mapping: Record<string, string>): void;
}

export function Replacements({ removed, drawing, name, mapping, onChange }: Given): ReactNode {
  return (
    <div className="notice tone-warning mb-4 space-y-3 p-4">
      {removed.map((step) => (
        <label key={step.node_id} className="block text-sm">
          <span className="flex items-start gap-2">
            <Icon name="circle-minus" className="toned mt-0.5 size-4" />
            <span>
              <b className="font-semibold">“{step.label}” is gone</b>, and {runs(step.count)} {step.count === 1 ? "stands" : "stand"} on it. Where {step.count === 1 ? "does it" : "do they"} go on when moved?
            </span>
          </span>
          <select
            className="select select-sm mt-2 w-full"
            value={mapping[step.node_id] ?? ""}
            onChange={({ target }) => {
              const { [step.node_id]: _, ...rest } = mapping;
              onChange(target.value ? { ...rest, [step.node_id]: target.value } : rest);
            }}
          >
            <option value="">Nowhere: they cannot move from here</option>
            {candidates(drawing, step.kind).map((node) => (
              <option key={node.id} value={node.id}>
                {name(node.id)}
                {node.kind === step.kind && node.kind !== "action" ? " (time waited counts)" : ""}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

/// The steps of the same kind first.
function candidates(drawing: Drawing, kind: string): Drawing["nodes"] {
  const steps = drawing.nodes.filter((node) => node.kind !== "trigger");
  return [...steps.filter((node) => node.kind === kind), ...steps.filter((node) => node.kind !== kind)];
}
