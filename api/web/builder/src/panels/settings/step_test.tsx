/// “Test this step”: what it would be given with the chosen record, and what it would do, undone again.
import { useState, type ReactNode } from "react";
import { Refusal, post } from "../../api";
import type { Json, Problem } from "../../graph/types";
import { Icon } from "../../icon";
import { sentence } from "./form_model";
import { useStep } from "./step_context";

interface Tested {
  says: string;
  given: Record<string, Json>;
  missing: Record<string, string>;
  problems: Problem[];
  effect: "none" | "undone" | "performed";
  offer: string;
  output: Json;
  error: string;
  changes: { noun: string; verb: string; label: string; values: Record<string, Json> }[];
}

const VERBS: Record<string, string> = { add: "adds", change: "changes", remove: "removes" };

export function StepTest(): ReactNode {
  const { drawing, node, values, sampleLabel } = useStep();
  const [told, setTold] = useState<Tested | null>(null);
  const [state, setState] = useState<"idle" | "busy">("idle");
  const [error, setError] = useState("");
  const ask = (confirm: boolean): void => {
    const { trigger, now: _now, ...scope } = values;
    setState("busy");
    setError("");
    post<Tested>("/automation_step_tests", { drawing: { nodes: drawing.nodes, edges: drawing.edges }, node_id: node.id, record: trigger ?? {}, scope, confirm })
      .then(setTold)
      .catch((reason: unknown) => setError(reason instanceof Refusal ? reason.detail || reason.title : "No connection to the server. Nothing was tried."))
      .finally(() => setState("idle"));
  };
  if (node.kind === "trigger") return null;
  return (
    <section className="border-t border-line p-4" aria-labelledby={`test-${node.id}`}>
      <div className="flex items-center justify-between gap-3">
        <div className="min-w-0">
          <h3 id={`test-${node.id}`} className="text-sm font-semibold">
            Test this step
          </h3>
          <p className="truncate text-xs text-muted">Nothing stays. With {sampleLabel || "an empty record"}</p>
        </div>
        <button type="button" className="btn btn-sm border-base-300 bg-base-100" disabled={state === "busy"} onClick={() => ask(false)}>
          {state === "busy" ? <span className="loading loading-spinner loading-xs" /> : <Icon name="flask-conical" className="size-4" />}
          Test
        </button>
      </div>
      <div aria-live="polite">
        {error && <Line icon="circle-alert" tone="text-error" text={error} />}
        {told && !error && <Result told={told} />}
      </div>
      {told?.offer && !error && told.effect !== "performed" && !Object.keys(told.missing).length && (
        <div className="mt-3 rounded-box border border-warning/40 bg-warning/8 p-3 text-sm">
          <p>{told.offer}</p>
          <button type="button" className="btn btn-warning btn-sm mt-2" disabled={state === "busy"} onClick={() => ask(true)}>
            Do it for real
          </button>
        </div>
      )}
    </section>
  );
}

function Result({ told }: { told: Tested }): ReactNode {
  const missing = Object.entries(told.missing);
  const isGood = !told.error && !missing.length && !told.problems.length;
  return (
    <div className="mt-3 space-y-3 text-sm" data-test-result>
      <Line icon={isGood ? "circle-check" : "triangle-alert"} tone={isGood ? "text-success" : "text-warning"} text={told.says} />
      {told.problems.map((problem) => (
        <Line key={problem.field + problem.code} icon="triangle-alert" tone="text-warning" text={`${problem.field ? `${sentence(problem.field)}: ` : ""}${problem.message} ${problem.fix}`} />
      ))}
      {missing.map(([field, reason]) => (
        <Line key={field} icon="triangle-alert" tone="text-warning" text={field ? `${sentence(field)}: ${reason}.` : reason} />
      ))}
      {told.error && <Line icon="circle-alert" tone="text-error" text={told.error} />}
      {told.effect === "performed" && !told.error && <Line icon="check" tone="text-success" text="It was really done." />}
      {Object.keys(told.given).length > 0 && <Values title="It is given" values={told.given} />}
      {told.changes.length > 0 && (
        <div>
          <h4 className="mb-1 text-xs font-semibold text-muted">It would write (undone again)</h4>
          <ul className="space-y-1">
            {told.changes.map((change, index) => (
              <li key={index}>
                <details>
                  <summary className="cursor-pointer">
                    {VERBS[change.verb] ?? change.verb} {change.noun} {change.label && <b>{change.label}</b>}
                  </summary>
                  <Values values={change.values} />
                </details>
              </li>
            ))}
          </ul>
        </div>
      )}
      {told.output !== null && typeof told.output === "object" && told.changes.length === 0 && <Values title="It hands on" values={told.output as Record<string, Json>} />}
    </div>
  );
}

function Values({ title, values }: { title?: string; values: Record<string, Json> }): ReactNode {
  return (
    <div>
      {title && <h4 className="mb-1 text-xs font-semibold text-muted">{title}</h4>}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 rounded-field bg-base-200/60 p-2 text-xs">
        {Object.entries(values).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{sentence(name)}</dt>
            <dd className="max-h-32 overflow-y-auto break-words whitespace-pre-wrap">{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Line({ icon, tone, text }: { icon: string; tone: string; text: string }): ReactNode {
  return (
    <p className={`flex items-start gap-1.5 ${tone}`}>
      <Icon name={icon} className="mt-0.5 size-4" />
      <span>{text}</span>
    </p>
  );
}

function shown(value: Json): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
