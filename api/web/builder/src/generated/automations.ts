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

export const TRIGGER_NEEDS: Record<TriggerKind, readonly string[]> = {"event": ["type"], "date": ["type"], "schedule": ["cron"], "webhook": [], "manual": ["noun"], "called": []};

export const MAX_NODES = 300;

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
}

export interface EventOut {
  name: string;
  says: string;
  record: Record<string, Json>;
}

export interface ProblemOut {
  node_id: string;
  field: string;
  code: string;
  message: string;
  fix: string;
  severity: string;
}
