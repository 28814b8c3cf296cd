import { expect, test } from "vitest";
import { drawingOf } from "../../graph/types";
import { endsOf, followed, movedWords } from "./scenario";

const drawing = (trigger: Record<string, unknown>, wait: Record<string, unknown> = {}) =>
  drawingOf({
    nodes: [
      { id: "trigger", kind: "trigger", label: "", settings: trigger },
      { id: "hear", kind: "wait_for_event", label: "Until they book", settings: { event: "booking.made" } },
      { id: "make", kind: "action", label: "", settings: { action: "tasks.create" } },
      { id: "day", kind: "wait_until", label: "", settings: { at: { path: "nodes.hear.subject.starts_at" }, ...wait } },
      { id: "due", kind: "wait_until", label: "", settings: { at: { path: "trigger.subject.due_on" } } },
      { id: "other", kind: "wait_until", label: "", settings: { at: { path: "nodes.make.due_on" } } },
    ],
  });

test("dates of the record and of what a wait heard of can move", () => {
  const drawn = drawing({ kind: "date", type: "invoice.due_on" });
  expect(followed(drawn)).toEqual(["nodes.hear.subject.starts_at", "subject.due_on"]);
  expect(followed(drawn).map((path) => movedWords(path, drawn))).toEqual(["Until they book: starts at", "due on"]);
});

test("ends are offered where they may end the run", () => {
  expect(endsOf(drawing({ kind: "event", type: "proposal.sent" }))).toEqual([]);
  expect(endsOf(drawing({ kind: "event", type: "task.created" }, { on_gone: "cancel" }))).toEqual(["booking.canceled", "task.archived", "task.completed"]);
  expect(endsOf(drawing({ kind: "date", type: "booking.starts_at" }))).toEqual(["booking.canceled"]);
  expect(endsOf(drawing({ kind: "manual", noun: "task", on_gone: "keep" }))).toEqual([]);
});
