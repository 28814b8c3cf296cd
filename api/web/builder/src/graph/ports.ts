/// The ways out of a step: their names in the drawing, and in words.
import { PORTS } from "../generated/automations";
import { record, records, type DrawnNode, type Json } from "./types";

export interface Port {
  name: string;
  words: string;
  /// `error` and `timeout` lead off the usual way; a `body` comes back to its owner.
  kind: "usual" | "error" | "timeout" | "branch" | "body";
}

/// In the order they are drawn, left to right.
export function portsOf(node: DrawnNode): Port[] {
  if (node.kind === "condition") return conditionPorts(node);
  const names = [...bodyPorts(node), ...fixedPorts(node)];
  return [...new Map(names.map((port) => [port.name, port])).values()];
}

/// The ports that lead into bodies; empty for a kind that owns none.
export function bodyPorts(node: DrawnNode): Port[] {
  const kind: string = node.kind;
  if (kind === "parallel") {
    return records(node.settings["branches"]).flatMap((branch) =>
      typeof branch["port"] === "string" && branch["port"] !== "ok" ? [{ name: branch["port"], words: text(branch["label"]) || branch["port"], kind: "body" as const }] : [],
    );
  }
  return kind === "for_each" ? [{ name: "each", words: "For each", kind: "body" }] : [];
}

export function portWords(node: DrawnNode, name: string): string {
  return portsOf(node).find((port) => port.name === name)?.words ?? name;
}

function conditionPorts(node: DrawnNode): Port[] {
  const cases = records(node.settings["cases"]).flatMap((one) => (typeof one["port"] === "string" ? [one["port"]] : []));
  const named = [...new Set(cases)].filter((name) => name !== "else");
  return [...named.map((name) => ({ name, words: sentence(name), kind: "branch" as const })), { name: "else", words: "Otherwise", kind: "branch" }];
}

function fixedPorts(node: DrawnNode): Port[] {
  const known = PORTS[node.kind] ?? ["ok"];
  const names = node.kind === "wait_until" && node.settings["past"] === "branch" ? ["ok", "past"] : known;
  return names.map((name) => ({ name, words: fixedWords(node, name), kind: kindOf(name) }));
}

function fixedWords(node: DrawnNode, name: string): string {
  if (name === "ok" && node.kind === "wait_for_event") return "It happens";
  if (name === "ok" && AFTER_BODIES[node.kind]) return AFTER_BODIES[node.kind] ?? "";
  if (name === "timeout") {
    const span = record(node.settings["timeout"]);
    return span["amount"] ? `After ${spanWords(span)}` : "Time is up";
  }
  return WORDS[name] ?? sentence(name);
}

const AFTER_BODIES: Record<string, string> = { parallel: "Together again", for_each: "After all" };
const WORDS: Record<string, string> = {
  ok: "Then",
  error: "If it fails",
  past: "If it is past",
  approved: "Approved",
  rejected: "Rejected",
};

function kindOf(name: string): Port["kind"] {
  if (name === "error" || name === "rejected") return "error";
  return name === "timeout" || name === "past" ? "timeout" : "usual";
}

/// "3 days", "1 business day".
export function spanWords(span: Record<string, Json>): string {
  const unit = text(span["unit"]).replaceAll("_", " ");
  const amount = Math.abs(Number(span["amount"] ?? 0));
  return `${amount} ${amount === 1 ? unit.replace(/s$/, "") : unit}`;
}

export function sentence(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function text(value: Json): string {
  return typeof value === "string" ? value : "";
}
