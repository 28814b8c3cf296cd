/// The drawing as the builder edits it. Its words (kinds, ports, answers) are the product's own, in generated/automations.ts.
import type { CatalogueOut, Json, NodeKind, ProblemOut } from "../generated/automations";

export type { ActionOut, EventOut, Json, NodeKind, Schema, TriggerKind } from "../generated/automations";
export type Catalogue = CatalogueOut;
export type Problem = ProblemOut;
export type Settings = Record<string, Json>;

export interface Point {
  x: number;
  y: number;
}

export interface DrawnNode {
  id: string;
  kind: NodeKind;
  label: string;
  settings: Settings;
}

export interface DrawnEdge {
  id: string;
  source: string;
  port: string;
  target: string;
}

/// A note on the canvas, for people alone.
export interface Note {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  text: string;
}

/// Keys that are not named here are kept as they came.
export interface Drawing {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  positions: Record<string, Point>;
  limits: Settings;
  notes: Note[];
  /// Ids of nodes whose bodies are folded away.
  collapsed: string[];
  [more: string]: Json;
}

/// A stored document as a drawing: what is missing is empty, what is malformed is left out.
export function drawingOf(document: Record<string, Json>): Drawing {
  return {
    ...document,
    nodes: records(document["nodes"]).map((node) => ({ ...node, label: String(node["label"] ?? ""), settings: record(node["settings"]) })) as DrawnNode[],
    edges: records(document["edges"]) as unknown as DrawnEdge[],
    positions: record(document["positions"]) as Record<string, Point>,
    limits: record(document["limits"]),
    notes: records(document["notes"]) as unknown as Note[],
    collapsed: Array.isArray(document["collapsed"]) ? document["collapsed"].filter((id) => typeof id === "string") : [],
  };
}

export function record(value: Json): Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};
}

export function records(value: Json): Record<string, Json>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null && !Array.isArray(item)) : [];
}
