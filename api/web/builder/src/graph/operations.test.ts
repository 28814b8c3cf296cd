import { expect, test } from "vitest";
import { apply, inverse, type Operation } from "./operations";
import { drawingOf, type Drawing } from "./types";

const drawing: Drawing = drawingOf({
  nodes: [
    { id: "trigger", kind: "trigger", label: "", settings: { kind: "event", type: "submission.accepted" } },
    { id: "mail", kind: "action", label: "Thank", settings: { action: "messages.send_mail", input: {} } },
    { id: "wait", kind: "delay", label: "", settings: { amount: 1, unit: "days" } },
    { id: "tell", kind: "action", label: "", settings: { action: "inbox.post", input: {} } },
  ],
  edges: [
    { id: "trigger-ok", source: "trigger", port: "ok", target: "mail" },
    { id: "mail-ok", source: "mail", port: "ok", target: "wait" },
    { id: "mail-error", source: "mail", port: "error", target: "tell" },
    { id: "wait-ok", source: "wait", port: "ok", target: "tell" },
  ],
  positions: { trigger: { x: 0, y: 0 }, mail: { x: 0, y: 160 }, wait: { x: 0, y: 320 }, tell: { x: 0, y: 480 } },
  notes: [{ id: "note", x: 1, y: 2, width: 3, height: 4, text: "Mind the zone" }],
  collapsed: ["mail"],
  kept: { by: "somebody else's builder" },
});

const node = { id: "stop", kind: "stop" as const, label: "", settings: {} };

const operations: Operation[] = [
  { kind: "add_node", node, position: { x: 16, y: 32 } },
  { kind: "remove_nodes", node_ids: ["mail", "tell"] },
  { kind: "remove_nodes", node_ids: ["nobody"] },
  { kind: "move_nodes", positions: { mail: { x: 5, y: 5 }, tell: { x: 6, y: 6 } } },
  { kind: "connect", edge: { id: "mail-ok", source: "mail", port: "ok", target: "tell" } },
  { kind: "disconnect", edge_ids: ["mail-error", "wait-ok"] },
  { kind: "set_settings", node_id: "wait", settings: { amount: 2, unit: "hours" } },
  { kind: "set_settings", node_id: "nobody", settings: {} },
  { kind: "set_label", node_id: "mail", label: "Thank the lead" },
  { kind: "set_limits", limits: { max_steps: 20 } },
  { kind: "set_notes", notes: [] },
  { kind: "set_collapsed", node_ids: [] },
  { kind: "paste", nodes: [node], edges: [{ id: "x", source: "wait", port: "ok", target: "stop" }], positions: { stop: { x: 0, y: 0 } } },
  { kind: "replace", drawing: drawingOf({}) },
  {
    kind: "batch",
    words: "put a stop between",
    operations: [
      { kind: "add_node", node, position: { x: 0, y: 0 } },
      { kind: "connect", edge: { id: "mail-ok", source: "mail", port: "ok", target: "stop" } },
      { kind: "remove_nodes", node_ids: ["wait", "stop"] },
    ],
  },
];

test.each(operations)("$kind is undone without a trace", (operation) => {
  const after = apply(operation, drawing);
  const back = inverse(operation, drawing);

  expect(apply(back, after)).toEqual(drawing);
  expect(apply(inverse(back, after), drawing)).toEqual(after);
});

test("a hundred edits in a row are undone one by one", () => {
  let at = drawing;
  const steps: { before: Drawing; back: Operation }[] = [];
  for (let round = 0; round < 100; round += 1) {
    const operation = operations[(round * 7) % operations.length] as Operation;
    if (operation.kind === "add_node" && at.nodes.some((one) => one.id === node.id)) continue;
    if (operation.kind === "paste" || operation.kind === "batch") continue;
    steps.push({ before: at, back: inverse(operation, at) });
    at = apply(operation, at);
  }
  expect(steps.length).toBeGreaterThan(50);
  for (const { before, back } of steps.reverse()) {
    at = apply(back, at);
    expect(at).toEqual(before);
  }
});

test("a port has one line: the newer takes the older's place", () => {
  const after = apply({ kind: "connect", edge: { id: "new", source: "mail", port: "ok", target: "tell" } }, drawing);

  expect(after.edges.filter((edge) => edge.source === "mail" && edge.port === "ok")).toEqual([{ id: "new", source: "mail", port: "ok", target: "tell" }]);
});

test("an edit leaves alone what it does not know", () => {
  const after = operations.filter((one) => one.kind !== "replace").reduce((at, one) => apply(one, at), drawing);

  expect(after["kept"]).toBe(drawing["kept"]);
  expect(drawing.nodes).toHaveLength(4);
});
