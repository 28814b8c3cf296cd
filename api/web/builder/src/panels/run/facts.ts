/// What the server tells of a run: as the page begins with it, and as the stream goes on.
import type { Catalogue, Json } from "../../graph/types";

export type StepStatus = "running" | "waiting" | "retrying" | "done" | "failed" | "parked" | "skipped" | "canceled";

export interface StepRow {
  node_path: string;
  iteration: number;
  kind: string;
  action: string;
  status: StepStatus;
  attempts: number;
  input: Record<string, Json>;
  output: Record<string, Json>;
  error: string;
  created_at: string;
  ended_at: string | null;
}

export interface OpenWait {
  /// The wait's id within the run, `mail.0.3`; `step:mail:0` for a step that is stuck.
  key: string;
  kind: string;
  what: string;
  since: string;
  until: string | null;
  then_what: string;
}

export interface RunNow {
  id: string;
  automation_version: number;
  status: string;
  next_wake_at: string | null;
  error: Record<string, Json>;
  created_at: string;
  finished_at: string | null;
  waits: OpenWait[];
}

/// The data of the page's script tag.
export interface RunData {
  run: RunNow;
  steps: StepRow[];
  trigger: Record<string, Json>;
  drawing: Record<string, Json>;
  catalogue: Catalogue;
  icons: Record<string, [string, Record<string, string>][]>;
  zone: string;
}
