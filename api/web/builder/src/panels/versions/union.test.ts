import { expect, it } from "vitest";
import type { ChangesOut } from "../../generated/automations";
import { union } from "./union";

const node = (id: string): Record<string, unknown> => ({ id, kind: "delay", label: id, settings: {} });
const line = (source: string, target: string): Record<string, unknown> => ({ id: `${source}-${target}`, source, port: "ok", target });

it("draws what is gone beside what is new, each with its sign", () => {
  const before = { nodes: [node("a"), node("b"), node("c")], edges: [line("a", "b"), line("b", "c")], positions: { a: { x: 0, y: 0 }, b: { x: 0, y: 100 }, c: { x: 0, y: 200 } } };
  const after = { nodes: [node("a"), node("d"), node("c")], edges: [line("a", "d"), line("d", "c")], positions: { a: { x: 0, y: 0 }, d: { x: 0, y: 100 }, c: { x: 0, y: 200 } } };
  const changes: ChangesOut = {
    nodes: [
      { node_id: "c", change: "changed", kind: "delay", label: "c", fields: [{ field: "amount", before: 1, after: 2 }] },
      { node_id: "d", change: "added", kind: "delay", label: "d", fields: [] },
      { node_id: "b", change: "removed", kind: "delay", label: "b", fields: [] },
    ],
    edges: [],
    limits: [],
  };

  const both = union(before, after, changes);

  expect(both.drawing.nodes.map((one) => one.id)).toEqual(["a", "d", "c", "b"]);
  expect(both.drawing.positions["b"]).toEqual({ x: 304, y: 100 });
  expect(both.marks["c"]).toEqual({ icon: "pencil", tone: "warning", words: "Changed: Amount" });
  expect([both.marks["d"]?.words, both.marks["b"]?.words, both.marks["a"]]).toEqual(["New", "Removed", undefined]);
  expect(both.lines).toEqual({ "a-d": "added", "d-c": "added", "was a-b": "removed", "was b-c": "removed" });
});
