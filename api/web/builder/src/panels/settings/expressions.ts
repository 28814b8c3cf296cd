/// Conditions as rows of field, operator and value, and back to the tree that the server reads; nothing is lost on the way.
import type { Json } from "../../graph/types";

export type Expression = { value: Json } | { path: string } | { op: string; args: Expression[] };

export type RowOperator =
  | "eq"
  | "ne"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "contains"
  | "not_contains"
  | "starts_with"
  | "in"
  | "not_in"
  | "is_empty"
  | "not_empty"
  | "is_true"
  | "is_false";

export interface Row {
  kind: "row";
  id: string;
  left: Expression;
  operator: RowOperator;
  /// Absent for operators that compare with nothing.
  right?: Expression;
}

export interface Group {
  kind: "group";
  id: string;
  join: "all" | "any";
  isNegated: boolean;
  parts: Part[];
  /// Whether the tree named the group though it has one part; kept, so that reading and writing changes nothing.
  isNamed: boolean;
}

/// What rows cannot show, kept as it came.
export interface Raw {
  kind: "raw";
  id: string;
  expression: Expression;
}

export type Part = Row | Group | Raw;

const COMPARISONS = ["eq", "ne", "gt", "gte", "lt", "lte", "contains", "starts_with", "in"] as const;
const NEGATED: Record<string, RowOperator> = { contains: "not_contains", in: "not_in", is_empty: "not_empty" };
const POSITIVE: Partial<Record<RowOperator, string>> = { not_contains: "contains", not_in: "in", not_empty: "is_empty" };

let made = 0;
const newId = (): string => `part-${(made += 1)}`;

export const isUnary = (operator: RowOperator): boolean => ["is_empty", "not_empty", "is_true", "is_false"].includes(operator);

export function emptyRow(left: Expression = { path: "" }): Row {
  return { kind: "row", id: newId(), left, operator: "eq", right: { value: "" } };
}

export function newGroup(join: "all" | "any", parts: Part[]): Group {
  return { kind: "group", id: newId(), join, isNegated: false, parts, isNamed: true };
}

/// The rows of an expression. No expression is a group without rows: it lets everything pass.
export function groupOf(expression: Json): Group {
  if (!isExpression(expression)) return { ...newGroup("all", []), isNamed: false };
  const part = partOf(expression);
  return part.kind === "group" && !part.isNegated ? part : { ...newGroup("all", [part]), isNamed: false };
}

/// The expression of rows; null when there is none. Rows whose field is not chosen yet stay: the server says what is missing.
export function expressionOf(group: Group): Expression | null {
  if (!group.parts.length) return null;
  return written(group);
}

function partOf(expression: Expression): Part {
  if ("path" in expression) return { kind: "row", id: newId(), left: expression, operator: "is_true" };
  if ("value" in expression) return { kind: "raw", id: newId(), expression };
  const { op, args } = expression;
  if (op === "all" || op === "any") {
    return { kind: "group", id: newId(), join: op, isNegated: false, parts: args.map(partOf), isNamed: true };
  }
  if (op === "not" && args[0]) return negatedOf(expression, args[0]);
  if (op === "is_empty" && args[0]) return { kind: "row", id: newId(), left: args[0], operator: "is_empty" };
  if ((COMPARISONS as readonly string[]).includes(op) && args[0] && args[1]) {
    return { kind: "row", id: newId(), left: args[0], operator: op as RowOperator, right: args[1] };
  }
  return { kind: "raw", id: newId(), expression };
}

function negatedOf(whole: Expression, inner: Expression): Part {
  const part = partOf(inner);
  if (part.kind === "group" && !part.isNegated) return { ...part, isNegated: true };
  if (part.kind !== "row") return { kind: "raw", id: newId(), expression: whole };
  if (part.operator === "is_true") return { ...part, operator: "is_false" };
  const operator = NEGATED[part.operator];
  return operator ? { ...part, operator } : { kind: "raw", id: newId(), expression: whole };
}

function written(part: Part): Expression {
  if (part.kind === "raw") return part.expression;
  if (part.kind === "row") return writtenRow(part);
  const args = part.parts.map(written);
  const [only] = args;
  const joined = args.length === 1 && only && !part.isNamed ? only : { op: part.join, args };
  return part.isNegated ? { op: "not", args: [joined] } : joined;
}

function writtenRow({ left, operator, right }: Row): Expression {
  if (operator === "is_true") return left;
  if (operator === "is_false") return { op: "not", args: [left] };
  if (operator === "is_empty") return { op: "is_empty", args: [left] };
  const positive = POSITIVE[operator];
  const args = isUnary(operator) ? [left] : [left, right ?? { value: null }];
  return positive ? { op: "not", args: [{ op: positive, args }] } : { op: operator, args };
}

export function isExpression(value: Json): value is Expression {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const found = value as Record<string, Json>;
  if ("op" in found) return typeof found["op"] === "string" && Array.isArray(found["args"]) && found["args"].every(isExpression);
  return typeof found["path"] === "string" || "value" in found;
}

/// The same group with one part changed, put in or taken out, at whatever depth. A group that becomes empty goes too.
export function replaced(group: Group, id: string, becomes: (part: Part) => Part[]): Group {
  const parts = group.parts.flatMap((part): Part[] => {
    if (part.id === id) return becomes(part);
    if (part.kind !== "group") return [part];
    const inner = replaced(part, id, becomes);
    return inner.parts.length ? [inner] : [];
  });
  return { ...group, parts };
}
