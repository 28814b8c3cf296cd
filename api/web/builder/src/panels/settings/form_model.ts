/// From the JSON Schema of settings or of an action's input to the fields of a form.
import { record, type Json, type Schema } from "../../graph/types";
import { itemsOf, propertiesOf, requiredOf, resolved, typesOf, variants } from "./schema";

export type Control =
  | "text"
  | "paragraphs"
  | "number"
  | "money"
  | "boolean"
  | "choice"
  | "list"
  | "date"
  | "moment"
  | "time"
  | "lookup"
  | "lookups"
  /// Names and texts of one's own, such as headers.
  | "texts"
  | "record"
  | "records"
  | "duration"
  | "offset"
  | "quiet_hours"
  | "weekdays"
  | "zone"
  /// The path of a field of the record, kept as a text.
  | "path"
  | "mapping"
  | "mappings"
  | "condition"
  | "anything";

export interface Choice {
  value: Json;
  label: string;
}

export interface FieldModel {
  name: string;
  label: string;
  hint: string;
  isRequired: boolean;
  control: Control;
  schema: Schema;
  /// Of the picker, when the values are rows of the product.
  lookup: string;
  choices: Choice[];
  /// The parts of a record, or of each record of a list.
  fields: FieldModel[];
}

/// The fields of an object's schema, in its order.
export function fieldsOf(schema: Schema): FieldModel[] {
  const required = requiredOf(schema);
  return Object.entries(propertiesOf(schema)).map(([name, inner]) => fieldOf(name, inner, required.includes(name)));
}

export function fieldOf(name: string, given: Schema, isRequired = false): FieldModel {
  const schema = resolved(given);
  const control = controlOf(name, schema);
  return {
    name,
    label: labelOf(name, given, schema),
    hint: String(given["description"] ?? ("properties" in schema ? "" : (schema["description"] ?? ""))),
    isRequired,
    control,
    schema: control === "mapping" ? record(schema["x-mapping"]) : schema,
    lookup: String(schema["x-lookup"] ?? itemsOf(schema)["x-lookup"] ?? ""),
    choices: choicesOf(schema),
    fields: control === "record" ? fieldsOf(schema) : control === "records" ? fieldsOf(itemsOf(schema)) : [],
  };
}

function controlOf(name: string, schema: Schema): Control {
  if ("x-mapping" in schema) return "mapping";
  if (schema["x-expression"]) return "condition";
  if (schema["x-path"]) return "path";
  if (name === "working_days") return "weekdays";
  if (name === "zone" || name === "timezone") return "zone";
  if (variants(schema).some((variant) => "from" in propertiesOf(variant))) return "quiet_hours";
  if (Array.isArray(schema["enum"]) || "const" in schema) return "choice";
  const types = typesOf(schema);
  if (types.length !== 1) return schema["x-lookup"] ? "lookup" : types.includes("string") && types.length < 4 ? "text" : "anything";
  switch (types[0]) {
    case "boolean":
      return "boolean";
    case "number":
      return name.endsWith("_minor") || schema["x-money"] ? "money" : "number";
    case "string":
      return textControlOf(name, schema);
    case "array":
      return listControlOf(schema);
    default:
      return objectControlOf(schema);
  }
}

function textControlOf(name: string, schema: Schema): Control {
  if (schema["x-lookup"]) return "lookup";
  const formats: Record<string, Control> = { date: "date", "date-time": "moment", time: "time" };
  const known = formats[String(schema["format"])];
  if (known) return known;
  if (schema["format"] === "uri") return "text";
  const isLong = Number(schema["maxLength"] ?? 0) > 400 || schema["format"] === "html" || /^(body|text|message|description|note)$/.test(name);
  return isLong ? "paragraphs" : "text";
}

function listControlOf(schema: Schema): Control {
  const items = resolved(itemsOf(schema));
  if (schema["x-lookup"] || items["x-lookup"]) return "lookups";
  return "properties" in items ? "records" : "list";
}

function objectControlOf(schema: Schema): Control {
  const named = propertiesOf(schema);
  if ("amount" in named && "unit" in named) return Number(resolved(named["amount"] ?? {})["minimum"] ?? 0) < 0 ? "offset" : "duration";
  if (Object.keys(named).length) return "record";
  const others = record(schema["additionalProperties"]);
  if ("x-mapping" in others) return "mappings";
  return others["type"] === "string" ? "texts" : "anything";
}

function choicesOf(schema: Schema): Choice[] {
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : "const" in schema ? [schema["const"]] : [];
  return values.filter((value) => value !== null).map((value) => ({ value, label: sentence(String(value)) }));
}

function labelOf(name: string, given: Schema, schema: Schema): string {
  // Pydantic titles a class by its own name: only a title that stands beside the reference, or is no class's, was meant for people.
  const title = given["title"] ?? ("properties" in schema || "enum" in schema ? undefined : schema["title"]);
  return typeof title === "string" && title ? title : sentence(name);
}

/// A name of a program as people write it: `due_on` is “Due on”.
export function sentence(name: string): string {
  const words = name.replace(/_(id|minor|bps|milli)$/, "").replaceAll(/[_.]/g, " ").trim();
  return words ? words[0]!.toUpperCase() + words.slice(1) : name;
}
