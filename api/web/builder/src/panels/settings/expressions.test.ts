import { describe, expect, it } from "vitest";
import { emptyRow, expressionOf, groupOf, newGroup, replaced, type Expression, type Group } from "./expressions";

const name = { path: "trigger.contact.name" };
const isAda: Expression = { op: "eq", args: [name, { value: "Ada" }] };
const isRich: Expression = { op: "gt", args: [{ path: "trigger.engagement.value_minor" }, { value: 100_000 }] };

const TREES: Record<string, Expression> = {
  "one comparison": isAda,
  "a list with one comparison": { op: "all", args: [isAda] },
  "all of two": { op: "all", args: [isAda, isRich] },
  "any of two": { op: "any", args: [isAda, isRich] },
  "groups in groups": { op: "all", args: [isAda, { op: "any", args: [isRich, { op: "all", args: [isAda, isRich] }] }] },
  "a field that is true": { path: "trigger.contact.is_unsubscribed" },
  "a field that is not true": { op: "not", args: [{ path: "trigger.contact.is_unsubscribed" }] },
  "is empty": { op: "is_empty", args: [name] },
  "is not empty": { op: "not", args: [{ op: "is_empty", args: [name] }] },
  "does not contain": { op: "not", args: [{ op: "contains", args: [name, { value: "x" }] }] },
  "is none of": { op: "not", args: [{ op: "in", args: [name, { value: ["a", "b"] }] }] },
  "none of several": { op: "not", args: [{ op: "any", args: [isAda, isRich] }] },
  "not all of a list with one": { op: "not", args: [{ op: "all", args: [isAda] }] },
  "a comparison turned around": { op: "not", args: [isAda] },
  "two fields": { op: "eq", args: [name, { path: "trigger.owner.name" }] },
  "a calculation inside": { op: "lt", args: [{ op: "days_between", args: [{ path: "now" }, { path: "trigger.at" }] }, { value: 3 }] },
  "a literal": { value: false },
  "the first that is there": { op: "coalesce", args: [name, { value: "" }] },
  "twice not": { op: "not", args: [{ op: "not", args: [isAda] }] },
};

describe("a condition in rows", () => {
  it.each(Object.entries(TREES))("is written back as it was read: %s", (_name, tree) => {
    expect(expressionOf(groupOf(tree))).toEqual(tree);
  });

  it("shows comparisons as rows, also turned around ones", () => {
    const group = groupOf({ op: "any", args: [isAda, { op: "not", args: [{ op: "contains", args: [name, { value: "x" }] }] }] });
    expect(group.join).toBe("any");
    expect(group.parts.map((part) => (part.kind === "row" ? part.operator : part.kind))).toEqual(["eq", "not_contains"]);
  });

  it("of nothing is nothing", () => {
    expect(expressionOf(groupOf(undefined))).toBeNull();
    expect(expressionOf(groupOf({}))).toBeNull();
  });

  it("names the group once there are two rows, and keeps one row bare", () => {
    const one = groupOf(isAda);
    const two: Group = { ...one, isNamed: true, parts: [...one.parts, emptyRow(name)] };
    expect(expressionOf(two)).toEqual({ op: "all", args: [isAda, { op: "eq", args: [name, { value: "" }] }] });
  });

  it("loses a group with its last row", () => {
    const inner = newGroup("any", [emptyRow(name)]);
    const outer = newGroup("all", [groupOf(isAda).parts[0]!, inner]);
    const after = replaced(outer, inner.parts[0]!.id, () => []);
    expect(expressionOf(after)).toEqual({ op: "all", args: [isAda] });
  });
});
