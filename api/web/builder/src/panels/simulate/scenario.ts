/// How the world behaves while an automation is played through: what the form holds, and what the server is told.
import { ENDS } from "../../generated/automations";
import { record, type Drawing, type Json } from "../../graph/types";

/// Days until something comes; null is never.
export type Days = number | null;

export interface Move {
  path: string;
  after_days: number;
  by_days: number;
}

export interface Scenario {
  client_answers_after_days: Days;
  client_declines: boolean;
  client_pays_after_days: Days;
  team_acts_after_days: Days;
  approves_after_days: Days;
  approval: "approved" | "rejected";
  /// Event type to days; what is not there comes as is usual.
  events: Record<string, Days>;
  moves: Move[];
  /// Node id to how many attempts fail.
  fails: Record<string, number>;
  card_fails_in_months: number[];
  price_changes_in_month: number | null;
  price_change_bps: number;
  hours_used_bps: number;
}

export const USUAL: Scenario = {
  client_answers_after_days: 2,
  client_declines: false,
  client_pays_after_days: 7,
  team_acts_after_days: 1,
  approves_after_days: 1,
  approval: "approved",
  events: {},
  moves: [],
  fails: {},
  card_fails_in_months: [],
  price_changes_in_month: null,
  price_change_bps: 500,
  hours_used_bps: 10_000,
};

export const isUsual = (scenario: Scenario): boolean => JSON.stringify(scenario) === JSON.stringify(USUAL);

/// The event types that the drawing waits for, each once.
export function awaited(drawing: Drawing): string[] {
  const types = drawing.nodes.filter((node) => node.kind === "wait_for_event").map((node) => String(node.settings["event"] ?? ""));
  return [...new Set(types)].filter(Boolean);
}

/// The dates that the drawing waits for: paths inside the trigger's record, and `nodes.<step>.…` of records that waits hear of.
export function followed(drawing: Drawing): string[] {
  const paths = drawing.nodes.filter((node) => node.kind === "wait_until").map((node) => String(record(node.settings["at"])["path"] ?? ""));
  const hearing = drawing.nodes.filter((node) => node.kind === "wait_for_event").map((node) => `nodes.${node.id}.`);
  return [...new Set(paths)].filter((path) => path.startsWith("trigger.") || hearing.some((prefix) => path.startsWith(prefix))).map((path) => path.replace(/^trigger\./, ""));
}

/// The ends that a run may end with: of what starts it and of what it waits for, where the drawing says so.
export function endsOf(drawing: Drawing): string[] {
  const trigger = drawing.nodes.find((node) => node.kind === "trigger")?.settings ?? {};
  const usual = trigger["kind"] === "date" ? "cancel" : "keep";
  const isEnded = (trigger["on_gone"] ?? usual) === "cancel" || drawing.nodes.some((node) => node.kind === "wait_until" && node.settings["on_gone"] === "cancel");
  const nouns = [String(trigger["type"] ?? trigger["noun"] ?? ""), ...awaited(drawing)].map((type) => type.split(".")[0]);
  return isEnded ? ENDS.filter((type) => nouns.includes(type.split(".")[0]) && !awaited(drawing).includes(type)) : [];
}

export interface Leaf {
  path: string;
  value: string | number | boolean;
}

const SHOWN_PARTS = ["contact", "company", "engagement", "submission", "subject", "event", "input", "body", "form"];
const HIDDEN = /(^|[._])(id|ids|at|actor|type)$/;

/// The fields of a record that are worth filling in by hand, in the order of its parts.
export function leavesOf(whole: Record<string, Json>): Leaf[] {
  const found: Leaf[] = [];
  const walk = (value: Json, path: string, depth: number): void => {
    if (["string", "number", "boolean"].includes(typeof value)) {
      if (!HIDDEN.test(path)) found.push({ path, value: value as string | number | boolean });
    } else if (depth < 3) for (const [name, inner] of Object.entries(record(value))) walk(inner, `${path}.${name}`, depth + 1);
  };
  for (const part of SHOWN_PARTS) walk(whole[part], part, 0);
  return found;
}

/// What moves, in words: the step that heard of it, and the field.
export function movedWords(path: string, drawing: Drawing): string {
  const [root, id, ...rest] = path.split(".");
  if (root !== "nodes") return pathWords(ownPath(path));
  const step = drawing.nodes.find((node) => node.id === id);
  return `${step?.label || id}: ${pathWords(ownPath(rest.join(".")))}`;
}

/// A field of the record itself needs no word for the record.
const ownPath = (path: string): string => path.replace(/^subject\./, "");

export const pathWords = (path: string): string => path.replace(/_minor\b/g, "").replace(/_/g, " ").split(".").join(" · ");

/// The same kind of value as there was, from what was typed.
export function typed(text: string, before: Leaf["value"]): Leaf["value"] {
  if (typeof before === "boolean") return text === "true";
  if (typeof before !== "number") return text;
  const number = Number(text);
  return text.trim() && Number.isFinite(number) ? number : before;
}
