/// What the panel reads from the server about a step: what it may read, and records to try it with.
import { useEffect, useMemo, useRef, useState } from "react";
import { get, post } from "../../api";
import { record, type Drawing, type Json, type Schema } from "../../graph/types";

export interface Sample {
  label: string;
  at: string;
  is_invented: boolean;
  record: Record<string, Json>;
}

interface Scope {
  schema: Schema;
  sample: Record<string, Json>;
}

const NOTHING: Scope = { schema: {}, sample: {} };

/// What a step may read in the drawing as it is on the screen; asked anew when steps or lines change.
/// turn: another number asks anew, such as after a sample call came in.
export function useScope(automation_id: string, drawing: Drawing, node_id: string, turn: number): Scope {
  const [scope, setScope] = useState<Scope>(NOTHING);
  const first = useRef(true);
  const { nodes, edges } = drawing;
  useEffect(() => {
    const ended = new AbortController();
    // Labels and settings that change with every letter are worth one question when the typing rests.
    const timer = setTimeout(
      () => {
        first.current = false;
        post<Scope>("/automation_scopes", { drawing: { nodes, edges }, node_id, automation_id }, ended.signal)
          .then((next) => setScope((before) => (JSON.stringify(before.schema) === JSON.stringify(next.schema) ? before : next)))
          // The drawing may be broken for a moment; the last answer is still the best there is.
          .catch(() => undefined);
      },
      first.current ? 0 : 600,
    );
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [nodes, edges, node_id, automation_id, turn]);
  return scope;
}

const chosen = new Map<string, string>();

/// Recent records for the drawing's trigger, and the one that is chosen; the choice outlives the panel.
export function useSamples(automation_id: string, drawing: Drawing): { samples: Sample[]; sample: Sample | null; choose(key: string): void; refresh(): void; turn: number } {
  const settings = record(drawing.nodes.find((node) => node.kind === "trigger")?.settings);
  const kind = String(settings["kind"] ?? "event");
  const type = String((kind === "manual" ? settings["noun"] : settings["type"]) ?? "");
  const [samples, setSamples] = useState<Sample[]>([]);
  const [key, setKey] = useState(chosen.get(automation_id) ?? "");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const query = new URLSearchParams({ kind, type, automation_id });
    get<Sample[]>(`/automation_samples?${query}`, ended.signal)
      .then(setSamples)
      .catch(() => undefined);
    return () => ended.abort();
  }, [kind, type, automation_id, turn]);
  const sample = samples.find((one) => keyOf(one) === key) ?? samples[0] ?? null;
  return {
    samples,
    sample,
    turn,
    refresh: () => setTurn((before) => before + 1),
    choose: (next) => {
      chosen.set(automation_id, next);
      setKey(next);
    },
  };
}

/// What tells one record from the others, whatever the time: its event.
export function keyOf(sample: Sample): string {
  return sample.is_invented ? "invented" : String(sample.record["event_id"] ?? sample.label);
}

/// The values that a step of this scope reads when this record starts the run.
export function useValues(scope: Scope, sample: Sample | null): Record<string, Json> {
  return useMemo(() => ({ ...scope.sample, ...(sample ? { trigger: sample.record } : {}) }), [scope, sample]);
}
