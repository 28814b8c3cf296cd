import { describe, expect, it } from "vitest";
import type { PreviewOut, RunGroupOut } from "../../generated/automations";
import { fieldWords, following, isIdle, nodeIdOf, outcomes, publishWords, stepWords, valueWords } from "./words";

const group = (key: string, version: number, count: number): RunGroupOut => ({ key, version, count, standing: key, label: key, can_move: true, why_not: "", runs: [], next_cursor: null });
const preview = (more: Partial<PreviewOut> = {}): PreviewOut => ({
  version: 7,
  in_force: 3,
  next_version: 4,
  is_unchanged: false,
  problems: [],
  changes: { nodes: [], edges: [], limits: [] },
  groups: [group("v3:wait", 3, 3), group("v3:later", 3, 1), group("v2:wait", 2, 2)],
  removed: [],
  labels: {},
  ...more,
});
const name = (id: string): string => `“${id}”`;

it("counts who follows another version", () => {
  expect([following([group("v3:wait", 3, 1)]), following([group("v3:wait", 3, 1), group("v2:wait", 2, 2)])]).toEqual(["1 run follows", "3 runs follow"]);
});

describe("the button says what will happen", () => {
  it("to every group of runs", () => {
    expect(publishWords(preview(), { "v3:wait": "now", "v2:wait": "stop" })).toBe("Publish version 4 · move 3 runs, stop 2 runs, 1 finishes on version 3");
    expect(publishWords(preview(), { "v3:wait": "now", "v3:later": "next_wait" })).toBe("Publish version 4 · move 3 runs, move 1 run later, 2 finish on version 2");
  });
  it("without live runs", () => {
    expect(publishWords(preview({ groups: [] }), {})).toBe("Publish version 4");
    expect(outcomes([], {})).toBe("");
  });
  it("when the version runs already, unless older runs are to follow it", () => {
    const same = preview({ is_unchanged: true, next_version: 3, groups: [group("v2:wait", 2, 2)] });
    expect(isIdle(same, {})).toBe(true);
    expect(isIdle(same, { "v2:wait": "now" })).toBe(false);
    expect(isIdle({ ...same, in_force: 0 }, {})).toBe(false);
    expect(publishWords(same, { "v2:wait": "now" })).toBe("Version 3 runs already · move 2 runs");
  });
});

describe("where a run goes on", () => {
  it("is the end of its wait and the step after it", () => {
    expect(stepWords({ node_path: "wait", doing: "waiting", at: "2026-05-04T08:00:00Z", then: "mail" }, name, "Europe/Berlin")).toEqual({ when: "Mon, 4 May 2026, 10:00 CEST", what: "“mail”" });
  });
  it("is at once where an action begins, and nowhere where it ends", () => {
    expect(stepWords({ node_path: "each[3]/mail", doing: "performing", at: null, then: null }, name, "UTC")).toEqual({ when: "At once", what: "“mail”" });
    expect(stepWords({ node_path: "", doing: "end", at: null, then: null }, name, "UTC").what).toBe("It ends");
    expect(stepWords({ node_path: "ask", doing: "waiting", at: null, then: null }, name, "UTC")).toEqual({ when: "When it is answered", what: "It ends" });
  });
  it("finds the step inside of loops and branches", () => expect([nodeIdOf("each[3]/mail"), nodeIdOf("par/a"), nodeIdOf("x")]).toEqual(["mail", "a", "x"]));
});

it("values and fields read as people say them", () => {
  expect(fieldWords("input.due_in_days.value")).toBe("Input · due in days · value");
  expect([{ text: "Hi {{ x }}" }, { path: "trigger.contact" }, null, true, [1], 0].map(valueWords)).toEqual(["Hi {{ x }}", "trigger.contact", "nothing", "yes", "[1]", "0"]);
});
