/// The settings of the selected step: named, filled in, tried with a real record.
import { useMemo, type ReactNode } from "react";
import { record, type DrawnNode, type Json } from "../../graph/types";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { Problems } from "./frame";
import { KindForm } from "./kind_form";
import { LimitsForm } from "./limits_form";
import { keyOf, useSamples, useScope, useValues, type Sample } from "./readings";
import { readablesOf } from "./readable";
import { withPart } from "./setting_field";
import { Step, type StepContext } from "./step_context";
import { StepTest } from "./step_test";
import { valueAt } from "./schema";
import { KINDS } from "./words";

export default function SettingsPanel(props: PanelProps): ReactNode {
  const { drawing, selected } = props;
  const [only] = selected;
  const node = selected.length === 1 ? drawing.nodes.find((one) => one.id === only) : undefined;
  if (node) return <StepForm key={node.id} {...props} node={node} />;
  if (selected.length > 1) return <p className="p-5 text-sm text-muted">{selected.length} steps are selected. Choose one to see its settings.</p>;
  return (
    <div className="p-4">
      <p className="mb-4 text-sm text-muted">Choose a step to see its settings.</p>
      <LimitsForm {...props} />
    </div>
  );
}

function StepForm({ node, automation, drawing, catalogue, problems, dispatch, zone }: PanelProps & { node: DrawnNode }): ReactNode {
  const { samples, sample, choose, refresh, turn } = useSamples(automation.id, drawing);
  const scope = useScope(automation.id, drawing, node.id, turn);
  const values = useValues(scope, sample);
  const readables = useMemo(() => readablesOf(scope.schema, values, zone), [scope.schema, values, zone]);
  const own = useMemo(() => problems.filter((problem) => problem.node_id === node.id), [problems, node.id]);
  const setAll = (settings: Record<string, Json>): void => dispatch({ kind: "set_settings", node_id: node.id, settings });
  const step: StepContext = {
    automation_id: automation.id,
    refreshSamples: refresh,
    drawing,
    node,
    catalogue,
    problems: own,
    schema: scope.schema,
    values,
    readables,
    sampleLabel: sample?.label ?? "",
    currency: String(valueAt(values, "trigger.engagement.currency") || valueAt(values, "trigger.workspace.currency") || "EUR"),
    zone,
    set: (name, value) => setAll(name ? withPart(node.settings, name, value) : record(value)),
    setWays: (setting, ways, renamed) => {
      const ports = new Set(ways.map((way) => way["port"]));
      const before = new Set((node.settings[setting] as Record<string, Json>[] | undefined)?.map((way) => way["port"]));
      const edges = drawing.edges
        .map((edge) => (edge.source === node.id && renamed && edge.port === renamed[0] ? { ...edge, port: renamed[1] } : edge))
        .filter((edge) => edge.source !== node.id || ports.has(edge.port) || !before.has(edge.port));
      const settings = { ...node.settings, [setting]: ways };
      const isSame = edges.length === drawing.edges.length && edges.every((edge, index) => edge === drawing.edges[index]);
      if (isSame) setAll(settings);
      else dispatch({ kind: "batch", words: `change the ways out of “${node.label}”`, operations: [{ kind: "set_settings", node_id: node.id, settings }, { kind: "set_edges", edges }] });
    },
  };
  const kind = KINDS[node.kind];
  const whole = own.filter((problem) => problem.field === "");
  return (
    <Step value={step}>
      <div className="p-4 pb-0" data-step-form>
        {kind?.docs && <p className="mb-3 text-sm text-muted">{kind.docs}</p>}
        {whole.length > 0 && (
          <div className="mb-4">
            <Problems id={`problems-${node.id}`} problems={whole} />
          </div>
        )}
        <label className="mb-4 block">
          <span className="mb-1 block text-sm font-medium">Name on the canvas</span>
          <input className="input w-full" value={node.label} maxLength={120} onChange={(event) => dispatch({ kind: "set_label", node_id: node.id, label: event.target.value })} />
        </label>
        <SamplePicker samples={samples} sample={sample} onChoose={choose} />
        <KindForm />
        {node.kind === "trigger" && <LimitsForm drawing={drawing} catalogue={catalogue} problems={problems} dispatch={dispatch} />}
      </div>
      <StepTest />
    </Step>
  );
}

function SamplePicker({ samples, sample, onChoose }: { samples: Sample[]; sample: Sample | null; onChoose(key: string): void }): ReactNode {
  if (!samples.length) return null;
  return (
    <label className="mb-5 flex items-center gap-2 rounded-field bg-base-200/60 px-2.5 py-1.5 text-xs">
      <Icon name="eye" className="size-4 text-muted" />
      <span className="shrink-0 text-muted">Try with</span>
      <select className="min-w-0 grow cursor-pointer truncate bg-transparent py-0.5 font-medium" value={sample ? keyOf(sample) : ""} onChange={(event) => onChoose(event.target.value)}>
        {samples.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)}>
            {one.label}
          </option>
        ))}
      </select>
    </label>
  );
}
