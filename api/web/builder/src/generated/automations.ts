/// Written by `python -m api.web.builder_types`; a test fails when it is stale. Do not edit.

export type Json = unknown;
export type Schema = Record<string, Json>;

export type NodeKind = "trigger" | "action" | "condition" | "delay" | "wait_until" | "wait_for_event" | "approval" | "parallel" | "for_each" | "sub_automation" | "stop";
export const ALL_NODE_KIND: readonly NodeKind[] = ["trigger", "action", "condition", "delay", "wait_until", "wait_for_event", "approval", "parallel", "for_each", "sub_automation", "stop"];

export type TriggerKind = "event" | "date" | "schedule" | "webhook" | "manual" | "called";
export const ALL_TRIGGER_KIND: readonly TriggerKind[] = ["event", "date", "schedule", "webhook", "manual", "called"];

export type ConcurrencyPolicy = "queue" | "replace" | "skip" | "parallel";
export const ALL_CONCURRENCY_POLICY: readonly ConcurrencyPolicy[] = ["queue", "replace", "skip", "parallel"];

export type OnError = "park" | "branch" | "continue";
export const ALL_ON_ERROR: readonly OnError[] = ["park", "branch", "continue"];

export type Severity = "error" | "warning";
export const ALL_SEVERITY: readonly Severity[] = ["error", "warning"];

/// The ways out of every kind, where its settings say nothing else.
export const PORTS: Record<NodeKind, readonly string[]> = {"trigger": ["ok"], "action": ["ok", "error"], "condition": ["else"], "delay": ["ok"], "wait_until": ["ok"], "wait_for_event": ["ok", "timeout"], "approval": ["approved", "rejected", "timeout"], "parallel": ["ok"], "for_each": ["each", "ok", "error"], "sub_automation": ["ok", "error"], "stop": []};

/// What the settings of every kind cannot go without.
export const REQUIRED: Record<NodeKind, readonly string[]> = {"trigger": ["kind"], "action": ["action"], "condition": ["cases"], "delay": ["amount", "unit"], "wait_until": [], "wait_for_event": ["event", "match", "timeout"], "approval": ["approvers"], "parallel": ["branches"], "for_each": ["items"], "sub_automation": ["automation_id"], "stop": []};

export const TRIGGER_NEEDS: Record<TriggerKind, readonly string[]> = {"event": ["type"], "date": ["type"], "schedule": ["cron"], "webhook": [], "manual": ["noun"], "called": []};

export const MAX_NODES = 300;

/// Events after which what they are about is over.
export const ENDS: readonly string[] = ["booking.canceled", "contract.declined", "contract.voided", "engagement.archived", "engagement.lost", "form.archived", "form.closed", "invoice.deleted", "invoice.paid", "invoice.voided", "invoice.written_off", "project.archived", "project.completed", "proposal.accepted", "proposal.declined", "proposal.expired", "proposal.superseded", "proposal.withdrawn", "retainer.ended", "task.archived", "task.completed"];

export interface ActionOut {
  name: string;
  title: string;
  icon: string;
  docs: string;
  kind: string;
  client_facing: boolean;
  emits: string[];
  input: Record<string, Json>;
  output: Record<string, Json>;
}

export interface AutomationDetail {
  id: string;
  name: string;
  description: string;
  status: string;
  published_version: number;
  trigger_kind: string;
  trigger_type: string;
  off_reason: string;
  version: number;
  created_at: string;
  archived_at: string | null;
  drawing: Record<string, Json>;
}

export interface CatalogueOut {
  actions: ActionOut[];
  events: EventOut[];
  nodes: Record<string, Record<string, Json>>;
  limits: Record<string, Json>;
}

export type Change = "added" | "removed" | "changed" | "same"

export interface ChangeOut {
  noun: string;
  verb: string;
  label: string;
  values: Record<string, Json>;
}

export interface ChangesOut {
  nodes: NodeChangeOut[];
  edges: EdgeChangeOut[];
  limits: FieldChangeOut[];
}

export interface ComparisonOut {
  before: number;
  after: number;
  changes: ChangesOut;
  before_drawing: Record<string, Json>;
  after_drawing: Record<string, Json>;
}

export interface DayOut {
  day: string;
  entries: number[];
}

export interface DetailOut {
  label: string;
  value: string;
}

export interface EdgeChangeOut {
  change: string;
  source: string;
  port: string;
  target: string;
}

export type EntryKind = "start" | "mail" | "message" | "task" | "notice" | "document" | "invoice" | "charge" | "booking" | "request" | "change" | "wait" | "approval" | "event" | "branch" | "stuck" | "end"

export interface EntryOut {
  at: string;
  day: string;
  kind: EntryKind;
  run: number;
  node_path: string;
  iteration: number;
  label: string;
  action: string;
  title: string;
  text: string;
  details: DetailOut[];
  amount_minor: number | null;
  currency: string;
  until: string | null;
  ended_at: string | null;
  outcome: string;
  port: string;
  is_assumed: boolean;
}

export interface EventOut {
  name: string;
  says: string;
  record: Record<string, Json>;
}

export interface FieldChangeOut {
  field: string;
  before: Json;
  after: Json;
}

export interface LineOut {
  sign: "+" | "-";
  entry: EntryOut;
}

export interface ListedVersion {
  id: string;
  automation_id: string;
  number: number;
  plan_hash: string;
  author: string;
  note: string;
  created_at: string;
  live_runs: number;
  is_in_force: boolean;
}

export interface MoneyOut {
  currency: string;
  invoiced_minor: number;
  received_minor: number;
}

export interface MoveDetail {
  id: string;
  automation_id: string;
  from_version: number;
  to_version: number;
  author: string;
  created_at: string;
  undone_at: string | null;
  undone_by: string;
  counts: Record<string, number>;
  runs: RunMoveOut[];
}

export interface MovePreviewOut {
  can_move: boolean;
  why_not: string;
  old: NextStepOut[];
  new: NextStepOut[];
  unread: string[];
}

export interface NextStepOut {
  node_path: string;
  doing: string;
  at: string | null;
  then: string | null;
}

export interface NodeChangeOut {
  node_id: string;
  change: string;
  kind: string;
  label: string;
  fields: FieldChangeOut[];
}

export interface OpenWaitOut {
  key: string;
  kind: string;
  what: string;
  since: string;
  until: string | null;
  then_what: string;
}

export interface PastRunOut {
  event_id: string;
  at: string;
  who: string;
  about: string;
  engagement_id: string | null;
  change: Change | null;
  draft: SideOut | null;
  published: SideOut | null;
  lines: LineOut[];
}

export interface PreviewOut {
  version: number;
  in_force: number;
  next_version: number;
  is_unchanged: boolean;
  problems: ProblemOut[];
  changes: ChangesOut;
  groups: RunGroupOut[];
  removed: RemovedStepOut[];
  labels: Record<string, string>;
}

export interface ProblemOut {
  node_id: string;
  field: string;
  code: string;
  message: string;
  fix: string;
  severity: string;
}

export interface PublicationOut {
  id: string;
  automation_id: string;
  number: number;
  plan_hash: string;
  author: string;
  note: string;
  created_at: string;
  is_new: boolean;
  move: MoveDetail | null;
}

export interface RemovedStepOut {
  node_id: string;
  label: string;
  kind: string;
  count: number;
}

export interface RunGroupOut {
  key: string;
  version: number;
  standing: string;
  label: string;
  count: number;
  can_move: boolean;
  why_not: string;
  runs: RunPreviewOut[];
  next_cursor: string | null;
}

export interface RunMoveOut {
  run_id: string;
  choice: string;
  status: string;
  reason: string;
  from_version: number;
  to_version: number;
  moved_at: string | null;
}

export interface RunNow {
  id: string;
  automation_id: string;
  automation_version: number;
  engagement_id: string | null;
  event_id: string;
  parent_run_id: string | null;
  status: string;
  queued_for: string;
  next_wake_at: string | null;
  error: Record<string, Json>;
  created_at: string;
  finished_at: string | null;
  waits: OpenWaitOut[];
}

export interface RunPreviewOut {
  run_id: string;
  client: string;
  about: string;
  preview: MovePreviewOut;
}

export interface SideOut {
  status: string;
  effects: EntryOut[];
}

export interface SimulatedRunOut {
  number: number;
  started_at: string;
  ended_at: string | null;
  status: string;
  title: string;
}

export interface SimulationOut {
  start: string;
  horizon: string;
  zone: string;
  record: Record<string, Json>;
  passes_filter: boolean;
  entries: EntryOut[];
  days: DayOut[];
  totals: Record<string, number>;
  money: MoneyOut[];
  runs: SimulatedRunOut[];
  cut: string;
}

export interface TestRunOut {
  run: RunNow;
  steps: TriedStepOut[];
  record: Record<string, Json>;
  passes_filter: boolean;
  mails: number;
  mailed_to: string;
  troubles: string[];
  is_cut: boolean;
}

export interface TotalsOut {
  started: number;
  effects: Record<string, number>;
  recipients: number;
  stuck: number;
  skipped: Record<string, number>;
}

export interface TriedStepOut {
  node_path: string;
  iteration: number;
  kind: string;
  action: string;
  status: string;
  attempts: number;
  input: Record<string, Json>;
  output: Record<string, Json>;
  error: string;
  created_at: string;
  ended_at: string | null;
  effect: "none" | "undone" | "made_up" | "performed" | "passed_over";
  would_wait_until: string | null;
  changes: ChangeOut[];
}

export interface VersionDetail {
  id: string;
  automation_id: string;
  number: number;
  plan_hash: string;
  author: string;
  note: string;
  created_at: string;
  drawing: Record<string, Json>;
  plan: Record<string, Json>;
}

export interface WhatIfOut {
  since: string;
  until: string;
  looked_at: number;
  draft: TotalsOut;
  published: TotalsOut | null;
  changes: Record<string, number>;
  note: string;
  items: PastRunOut[];
  next_cursor: string | null;
}
