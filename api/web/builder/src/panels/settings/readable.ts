/// What a step may read, as a list of fields to pick from: by source, with types and sample values, those that fit first.
import type { Json, Schema } from "../../graph/types";
import { sentence } from "./form_model";
import { isBlank, itemsOf, propertiesOf, resolved, schemaAt, typesOf, valueAt, type TypeName } from "./schema";

export interface Readable {
  path: string;
  /// Short, such as “Name”.
  label: string;
  /// Where it is, such as “Trigger › Contact”.
  group: string;
  types: TypeName[];
  /// In words: “text”, “date”, “number”.
  typeLabel: string;
  sample: string;
  mayBeMissing: boolean;
  schema: Schema;
}

const MOST_DEPTH = 6;
const ROOTS: Record<string, string> = { trigger: "Trigger", event: "The event", item: "This item", loops: "Outer loops", now: "Now", index: "Position" };

/// Every field that a scope of this schema holds. scope: values to show beside them.
export function readablesOf(schema: Schema, scope: Json, zone?: string): Readable[] {
  const all = Object.entries(propertiesOf(schema)).flatMap(([name, inner]) =>
    name === "nodes" ? stepsOf(inner, scope, zone) : fieldsBelow(name, inner, ROOTS[name] ?? sentence(name), scope, false, "", zone),
  );
  return inOrder(all);
}

/// People and things first, what only programs need last; fields of one group stay together.
function inOrder(readables: Readable[]): Readable[] {
  const sources = [...new Set(readables.map(sourceOf))];
  const groups = [...new Set(readables.map((one) => one.group))];
  const rank = (one: Readable): number[] => [
    sources.indexOf(sourceOf(one)),
    one.group.endsWith("› Event") ? 2 : one.group.includes("›") ? 0 : 1,
    groups.indexOf(one.group),
    /(^|[._])id$|\.type$|\.locale$/.test(one.path) ? 1 : 0,
  ];
  const ranked = readables.map((one) => ({ one, at: rank(one) }));
  ranked.sort((a, b) => a.at.map((value, index) => value - (b.at[index] ?? 0)).find((difference) => difference !== 0) ?? 0);
  return ranked.map(({ one }) => one);
}

function sourceOf(one: Readable): string {
  return one.path.split(".").slice(0, one.path.startsWith("nodes.") ? 2 : 1).join(".");
}

function stepsOf(schema: Schema, scope: Json, zone?: string): Readable[] {
  return Object.entries(propertiesOf(schema)).flatMap(([id, inner]) =>
    fieldsBelow(`nodes.${id}`, inner, String(inner["title"] ?? id), scope, Boolean(inner["x-may-be-missing"]), "", zone),
  );
}

function fieldsBelow(path: string, given: Schema, title: string, scope: Json, isUnsure: boolean, group: string, zone?: string): Readable[] {
  const schema = resolved(given);
  const named = Object.entries(propertiesOf(schema));
  const mayBeMissing = isUnsure || Boolean(given["x-may-be-missing"]);
  if (!named.length || path.split(".").length > MOST_DEPTH) return openFields(path, schema, title, group, scope, mayBeMissing, zone);
  const inside = group ? `${group} › ${title}` : title;
  return named.flatMap(([name, inner]) => fieldsBelow(`${path}.${name}`, inner, labelOf(name, inner), scope, mayBeMissing, inside, zone));
}

/// A field without named parts: itself, and what the sample shows of a record that may hold anything, such as a form's answers.
function openFields(path: string, schema: Schema, label: string, group: string, scope: Json, mayBeMissing: boolean, zone?: string): Readable[] {
  const found = valueAt(scope, path);
  const own: Readable = {
    path,
    label,
    group: group || label,
    types: typesOf(schema),
    typeLabel: typeLabel(schema),
    sample: sampleText(found, zone),
    mayBeMissing,
    schema,
  };
  if (typeof found !== "object" || found === null || Array.isArray(found)) return [own];
  const inside = group ? `${group} › ${label}` : label;
  const parts = Object.entries(found).filter(([name]) => /^[\w-]+$/.test(name));
  return [own, ...parts.map(([name, value]) => shownField(`${path}.${name}`, name, inside, value))];
}

function shownField(path: string, name: string, group: string, value: Json): Readable {
  const schema: Schema = isBlank(value) ? {} : { type: Array.isArray(value) ? "array" : typeof value };
  const common = { path, label: sentence(name), group, schema, mayBeMissing: true };
  return { ...common, types: typesOf(schema), typeLabel: typeLabel(schema), sample: sampleText(value) };
}

/// Those whose words hold all of `text`, the fitting ones first. wanted: no types for anything.
export function found(readables: Readable[], text: string, wanted: readonly TypeName[] = []): { fitting: Readable[]; others: Readable[] } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = readables.filter((one) => {
    const said = `${one.group} ${one.label} ${one.path} ${one.sample}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  const fits = (one: Readable): boolean => !wanted.length || one.types.some((type) => wanted.includes(type));
  return { fitting: matching.filter(fits), others: matching.filter((one) => !fits(one)) };
}

/// A path as people read it: “Contact › Name”, “Create a task › Task”.
export function pathInWords(path: string, schema: Schema | null): string {
  const segments = path.split(".");
  const isStep = segments[0] === "nodes" && segments.length > 1;
  const step = isStep && schema ? schemaAt(schema, segments.slice(0, 2).join(".")) : null;
  const head = isStep ? [String(step?.["title"] ?? segments[1])] : segments[0] === "trigger" && segments.length > 1 ? [] : [ROOTS[segments[0] ?? ""] ?? sentence(segments[0] ?? "")];
  const from = isStep ? 2 : 1;
  const rest = segments.slice(from).map((segment, index) => {
    const inner = schema ? schemaAt(schema, segments.slice(0, from + index + 1).join(".")) : null;
    return labelOf(segment, inner ?? {});
  });
  return [...head, ...rest].join(" › ");
}

export function typeLabel(schema: Schema): string {
  const found = resolved(schema);
  if (found["format"] === "date") return "date";
  if (found["format"] === "date-time") return "date and time";
  if (found["enum"]) return "choice";
  const types = typesOf(found);
  if (types.length !== 1) return types.length > 3 ? "anything" : types.map(wordOf).join(" or ");
  return types[0] === "array" ? `list${"items" in found ? ` of ${typeLabel(itemsOf(found))}` : ""}` : wordOf(types[0] ?? "object");
}

function wordOf(type: TypeName): string {
  return { null: "nothing", boolean: "yes or no", number: "number", string: "text", array: "list", object: "record" }[type];
}

/// A moment as people of a zone read it, such as “22 Nov 2026, 18:51”; what is none stays as it is.
export function momentText(text: string, zone?: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: zone ?? "UTC" }).format(at);
}

export function sampleText(value: Json, zone?: string): string {
  if (isBlank(value)) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return momentText(value, zone);
  const text = typeof value === "object" ? (Array.isArray(value) && value.every((one) => typeof one !== "object") ? value.join(", ") : "") : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function labelOf(name: string, schema: Schema): string {
  const title = schema["title"];
  // Pydantic's own titles repeat the name word for word.
  return typeof title === "string" && title && !("properties" in schema) && title.toLowerCase() !== name.replaceAll("_", " ") ? title : sentence(name);
}
