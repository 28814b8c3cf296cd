import { expect, test } from "vitest";
import { drawingOf, type Drawing } from "../../graph/types";
import type { RunNow, StepRow, StepStatus } from "./facts";
import { inPasses, marksOf, passesOf, placed, takenLines, waitOf } from "./overlay";

const KINDS: Record<string, string> = { trigger: "trigger", each: "for_each", inner: "for_each", par: "parallel", wait: "wait_for_event" };

function drawn(...lines: string[]): Drawing {
  const edges = lines.map((line) => {
    const [start = "", target = ""] = line.split(">");
    const [source = "", port = ""] = start.split(".");
    return { id: line, source, port, target };
  });
  const ids = [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))];
  return drawingOf({ nodes: ids.map((id) => ({ id, kind: KINDS[id] ?? "action", label: "", settings: {} })), edges });
}

function row(node_path: string, status: StepStatus = "done", iteration = 0, more: Partial<StepRow> = {}): StepRow {
  return { node_path, iteration, kind: "", action: "", status, attempts: 1, input: {}, output: {}, error: "", created_at: "", ended_at: null, ...more };
}

const live: RunNow = { id: "run_1", automation_version: 1, status: "waiting", next_wake_at: null, error: {}, created_at: "", finished_at: null, waits: [] };
const over: RunNow = { ...live, status: "succeeded", finished_at: "2026-11-22T10:00:00Z" };
const when = (moment: string): string => moment;

const NESTED = drawn("trigger.ok>each", "each.each>inner", "inner.each>mail", "each.ok>last");

test("a row says in which pass of every loop around it it stands", () => {
  const found = placed([row("each"), row("each/inner", "done", 3), row("each[3]/inner/mail", "done", 2)], NESTED);
  expect(found.map((one) => [one.node_id, one.passes])).toEqual([
    ["each", {}],
    ["inner", { each: 3 }],
    ["mail", { each: 3, inner: 2 }],
  ]);
});

test("branches at the same time are no passes", () => {
  const drawing = drawn("trigger.ok>each", "each.each>par", "par.a>mail");
  expect(placed([row("each/par/mail", "done", 4)], drawing)[0]?.passes).toEqual({ each: 4 });
});

test("a chosen pass hides the others, and a loop tells how each fared", () => {
  const rows = placed([row("each", "running"), row("each/inner", "done", 0), row("each/inner", "waiting", 1), row("each[0]/inner/mail", "failed", 0)], NESTED);
  expect(inPasses(rows, { each: 1 }).map((one) => one.row.status)).toEqual(["running", "waiting"]);
  expect(passesOf(rows, "each", {})).toEqual([
    { pass: 0, status: "failed" },
    { pass: 1, status: "waiting" },
  ]);
  expect(passesOf(rows, "inner", { each: 1 })).toEqual([]);
});

test("a step shows the pass that needs a person most, and how many there are", () => {
  const rows = placed([row("each", "running"), row("each/inner", "done", 0), row("each/inner", "parked", 1), row("each/inner", "done", 2)], NESTED);
  expect(marksOf(NESTED, rows, live, when)["inner"]).toEqual({ tone: "warning", icon: "wrench", words: "Needs repair: 1 of 3" });
});

const FORK = drawn("trigger.ok>ask", "ask.yes>mail", "ask.else>wait", "wait.timeout>remind", "mail.ok>last");

test("what the run can no longer come to is told from what it may still reach", () => {
  const rows = placed([row("ask", "done", 0, { output: { port: "else" } }), row("wait", "waiting")], FORK);
  const marks = marksOf(FORK, rows, { ...live, waits: [{ key: "wait.0.1", kind: "event", what: "", since: "", until: "Friday", then_what: "" }] }, when);
  const words = Object.fromEntries(Object.entries(marks).map(([id, mark]) => [id, mark.words]));
  expect(words).toEqual({ trigger: "Began here", ask: "Done", wait: "Waiting until Friday", remind: "Not reached yet", mail: "Not taken", last: "Not taken" });
});

test("once it is over, nothing lies ahead", () => {
  const rows = placed([row("ask"), row("wait", "done", 0, { output: { port: "ok" } })], FORK);
  expect(marksOf(FORK, rows, over, when)["remind"]?.words).toBe("Not taken");
});

test("before the first step, all of it lies ahead", () => {
  expect(marksOf(FORK, [], live, when)["remind"]?.words).toBe("Not reached yet");
});

test("the lines it went along are those by whose way out it left", () => {
  const rows = placed([row("ask", "done", 0, { output: { port: "else" } }), row("wait", "done", 0, { output: { port: "timeout" } }), row("remind", "failed")], FORK);
  expect([...takenLines(FORK, rows)]).toEqual(["trigger.ok>ask", "ask.else>wait", "wait.timeout>remind"]);
});

test("a wait is found by its step, whatever dots are in other names", () => {
  const waits = ["mail.0.1", "mail.1.2", "step:tell:0"].map((key) => ({ key, kind: "timer", what: "", since: "", until: null, then_what: "" }));
  expect(waitOf(row("mail", "waiting", 1), waits)?.key).toBe("mail.1.2");
  expect(waitOf(row("tell", "parked"), waits)?.key).toBe("step:tell:0");
  expect(waitOf(row("other"), waits)).toBeUndefined();
});
