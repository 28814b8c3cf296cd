/// Where the value of a field comes from: the shapes of `models/rules/mappings.py`.
import { record, type Json } from "../../graph/types";
import type { FieldModel } from "./form_model";
import { typesOf } from "./schema";

export type Mode = "value" | "path" | "text" | "expr" | "parts";

export const MODES: Record<Mode, { label: string; icon: string }> = {
  text: { label: "Text with fields", icon: "type" },
  value: { label: "Fixed value", icon: "pencil" },
  path: { label: "A field", icon: "braces" },
  expr: { label: "Calculated", icon: "sigma" },
  parts: { label: "One by one", icon: "list" },
};

/// Whether a field holds texts under names of one's own, each from somewhere else, such as headers.
export function hasParts(field: FieldModel): boolean {
  return field.schema["x-parts"] === true;
}

/// The parts of such a field by name; fixed texts that are kept as one value are parts too.
export function partsOf(mapping: Json): Record<string, Json> {
  const found = record(mapping);
  if ("parts" in found) return record(found["parts"]);
  return Object.fromEntries(Object.entries(record(found["value"])).map(([name, text]) => [name, { text: String(text) }]));
}

/// How a mapping says where its value comes from; null for none.
export function modeOf(mapping: Json, field?: FieldModel): Mode | null {
  const found = record(mapping);
  if ("parts" in found || ("value" in found && field && hasParts(field))) return "parts";
  return (["text", "path", "expr", "value"] as const).find((mode) => mode in found) ?? null;
}

/// The ways that make sense for a field, the usual one first. present: the one it has, which always stays.
export function modesOf(field: FieldModel, present: Mode | null): Mode[] {
  if (hasParts(field)) return ["parts", "path"];
  const isWritten = field.control === "text" || field.control === "paragraphs";
  const usual: Mode[] = isWritten ? ["text", "path", "expr"] : field.control === "anything" ? ["path", "text", "value", "expr"] : ["value", "path", "expr"];
  return present && !usual.includes(present) ? [...usual, present] : usual;
}

/// The mapping that a field has when it was just set to a mode; undefined for nothing said yet.
export function blankOf(mode: Mode, field: FieldModel): Json {
  if (mode === "expr") return typesOf(field.schema).join() === "boolean" ? { expr: { value: true } } : { expr: { op: "coalesce", args: [{ path: "" }] } };
  if (mode === "path") return { path: "" };
  return undefined;
}
