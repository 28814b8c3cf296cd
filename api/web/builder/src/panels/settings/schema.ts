/// The part of JSON Schema that forms and pickers need; the same as `models/rules/json_schemas.py` reads on the server.
import { record, records, type Json, type Schema } from "../../graph/types";

export type TypeName = "null" | "boolean" | "number" | "string" | "array" | "object";

const ANY: readonly TypeName[] = ["null", "boolean", "number", "string", "array", "object"];

/// The schema behind references and behind “this or null”, with what stands beside them.
export function resolved(schema: Schema): Schema {
  let found = schema;
  for (let turns = 0; turns < 20 && typeof found["$ref"] === "string"; turns++) {
    const { $ref: reference, ...beside } = found;
    const target = record(record(found["$defs"])[String(reference).split("/").at(-1) ?? ""]);
    found = { ...target, ...beside };
  }
  const one = variants(found).filter((variant) => !isNull(variant));
  if (one.length !== 1 || !one[0]) return found;
  const { anyOf: _any, oneOf: _one, allOf: _all, ...beside } = found;
  return resolved({ ...one[0], ...beside });
}

/// The choices of an `anyOf`, `oneOf` or `allOf`; none when the schema has none.
export function variants(schema: Schema): Schema[] {
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    if (Array.isArray(schema[key])) return records(schema[key]).map((variant) => withDefinitions(variant, schema));
  }
  return [];
}

/// The types that a value may have; null is left out, as anything may be missing.
export function typesOf(schema: Schema): TypeName[] {
  const found = resolved(schema);
  const choices = variants(found);
  if (choices.length) return [...new Set(choices.flatMap(typesOf))];
  if ("const" in found) return [typeOf(found["const"])];
  if (Array.isArray(found["enum"])) return [...new Set(found["enum"].map(typeOf))];
  const declared = found["type"];
  const names = declared === undefined ? ("properties" in found ? ["object"] : ANY) : Array.isArray(declared) ? declared : [declared];
  return [...new Set(names.map((name) => (name === "integer" ? "number" : (name as TypeName))))].filter((name) => name !== "null");
}

export function typeOf(value: Json): TypeName {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const name = typeof value;
  return name === "boolean" || name === "number" || name === "string" ? name : "object";
}

/// The named properties of an object, in the schema's order.
export function propertiesOf(schema: Schema): Record<string, Schema> {
  const found = resolved(schema);
  return Object.fromEntries(Object.entries(record(found["properties"])).map(([name, inner]) => [name, withDefinitions(record(inner), found)]));
}

export function itemsOf(schema: Schema): Schema {
  const found = resolved(schema);
  return withDefinitions(record(found["items"]), found);
}

export function requiredOf(schema: Schema): string[] {
  const listed = resolved(schema)["required"];
  return Array.isArray(listed) ? listed.filter((name) => typeof name === "string") : [];
}

/// The schema of what lies at a dotted path; null when nothing can lie there.
export function schemaAt(schema: Schema, path: string): Schema | null {
  let found: Schema = schema;
  for (const segment of path.split(".")) {
    const here = resolved(found);
    const next = variants(here).map((variant) => schemaAt(variant, segment)).find((one) => one !== null) ?? step(here, segment);
    if (!next) return null;
    found = next;
  }
  return found;
}

function step(here: Schema, segment: string): Schema | null {
  const named = propertiesOf(here);
  if (segment in named) return named[segment] ?? null;
  const types = typesOf(here);
  if (/^\d+$/.test(segment) && types.includes("array")) return itemsOf(here);
  const isOpen = here["additionalProperties"] ?? !("properties" in here);
  return types.includes("object") && isOpen ? record(here["additionalProperties"]) : null;
}

/// What lies at a dotted path of a value; undefined when nothing does.
export function valueAt(value: Json, path: string): Json {
  let found = value;
  for (const segment of path.split(".")) {
    if (Array.isArray(found)) found = found[Number(segment)];
    else if (typeof found === "object" && found !== null) found = (found as Record<string, Json>)[segment];
    else return undefined;
  }
  return found;
}

/// Whether nothing is there: as a run sees it.
export function isBlank(value: Json): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0) || (typeof value === "string" && value.trim() === "");
}

function isNull(schema: Schema): boolean {
  return schema["type"] === "null" || ("const" in schema && schema["const"] === null);
}

function withDefinitions(schema: Schema, parent: Schema): Schema {
  return "$defs" in parent && !("$defs" in schema) ? { ...schema, $defs: parent["$defs"] } : schema;
}
