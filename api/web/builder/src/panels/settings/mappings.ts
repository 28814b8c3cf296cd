/// Where the value of a field comes from: the four shapes of `models/rules/mappings.py`.
import { record, type Json } from "../../graph/types";
import type { FieldModel } from "./form_model";
import { typesOf } from "./schema";

export type Mode = "value" | "path" | "text" | "expr";

export const MODES: Record<Mode, { label: string; icon: string }> = {
  text: { label: "Text with fields", icon: "type" },
  value: { label: "Fixed value", icon: "pencil" },
  path: { label: "A field", icon: "braces" },
  expr: { label: "Calculated", icon: "sigma" },
};

/// How a mapping says where its value comes from; null for none.
export function modeOf(mapping: Json): Mode | null {
  const found = record(mapping);
  return (["text", "path", "expr", "value"] as const).find((mode) => mode in found) ?? null;
}

/// The ways that make sense for a field, the usual one first. present: the one it has, which always stays.
export function modesOf(field: FieldModel, present: Mode | null): Mode[] {
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
