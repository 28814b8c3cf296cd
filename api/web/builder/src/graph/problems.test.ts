import { expect, test } from "vitest";
import { EARLY_CODES, problems, together } from "./problems";
import { drawingOf, record, type Catalogue, type Drawing, type Problem } from "./types";

interface Example {
  drawing: Record<string, unknown>;
  problems: { node_id: string; field: string; code: string }[];
}

/// The drawings that the compiler is tested with.
const examples = import.meta.glob<Example>("../../../../../tests/models/rules/automation_drawings/examples/*.json", { eager: true, import: "default" });

/// Every action and event that the drawing names, so that what is found is wrong with the drawing itself.
function knowing(drawing: Drawing): Catalogue {
  const names = drawing.nodes.map((node) => node.settings["action"]).filter((name) => typeof name === "string");
  const events = drawing.nodes.flatMap((node) => [node.settings["type"], node.settings["event"]]).filter((name) => typeof name === "string");
  return {
    actions: names.map((name) => ({ name, title: name, icon: "", docs: "", kind: "fast", client_facing: false, emits: [], input: {}, output: {} })),
    events: events.map((name) => ({ name, says: name, record: {} })),
    nodes: {},
  } as unknown as Catalogue;
}

test("there are examples", () => {
  expect(Object.keys(examples).length).toBeGreaterThan(20);
});

test.each(Object.entries(examples).map(([path, example]) => [path.split("/").at(-1), example] as const))("%s", (_, example) => {
  const drawing = drawingOf(example.drawing);
  const told = problems(drawing, knowing(drawing)).map(({ node_id, field, code }) => `${node_id} ${field} ${code}`);
  const wanted = example.problems.filter((one) => EARLY_CODES.has(one.code)).map(({ node_id, field, code }) => `${node_id} ${field} ${code}`);

  // Where the server alone sees that the shape is wrong, it does not look at the rest.
  expect(told.sort()).toEqual(wanted.sort());
});

const mail = {
  nodes: [
    { id: "trigger", kind: "trigger", settings: { kind: "event", type: "submission.accepted" } },
    { id: "mail", kind: "action", settings: { action: "messages.send_mail", input: { to: { value: " " }, subject: { path: "trigger.title" } } } },
  ],
  edges: [{ id: "e", source: "trigger", port: "ok", target: "mail" }],
};
const catalogue = {
  actions: [{ name: "messages.send_mail", input: { required: ["to", "subject", "body"] } }],
  events: [{ name: "submission.accepted" }],
  nodes: {},
} as unknown as Catalogue;

test("an action says which fields are empty; a chosen field counts as filled", () => {
  expect(problems(drawingOf(mail), catalogue).map((one) => one.field)).toEqual(["input.to", "input.body"]);
});

test("what is not in the catalogue any more is told", () => {
  const found = problems(drawingOf(mail), { actions: [], events: [], nodes: {} } as unknown as Catalogue);
  expect(found.map((one) => one.code)).toEqual(["unknown_event", "unknown_action"]);
});

test("the server's findings stay until it has looked again, but not those of steps that are gone", () => {
  const served = [problem("mail", "type_mismatch"), problem("gone", "type_mismatch"), problem("mail", "unreachable")];
  expect(together([problem("trigger", "no_steps")], served, drawingOf(mail)).map((one) => one.code)).toEqual(["no_steps", "type_mismatch"]);
});

function problem(node_id: string, code: string): Problem {
  return { node_id, field: "", code, message: "", fix: "", severity: "error" };
}

test("settings that are no record are taken as empty", () => {
  expect(record(drawingOf({ nodes: [{ id: "a", kind: "stop", settings: 3 }] }).nodes[0]?.settings)).toEqual({});
});
