import { expect, test } from "vitest";
import { bodiesOf, hiddenNodes } from "./bodies";
import { differences } from "./differences";
import { neighbour, readingOrder } from "./directions";
import { fragmentOf, readFragment, renewed, written } from "./fragments";
import { insertion, nextSpot, refusal, spotBehind } from "./insertions";
import { laidOut } from "./layout";
import { apply } from "./operations";
import { routesOf, TURN } from "./routes";
import { sizeOf } from "./sizes";
import { drawingOf, type Drawing, type Point } from "./types";

function drawn(lines: [string, string, string][], more: Record<string, unknown> = {}, kinds: Record<string, object> = {}): Drawing {
  const ids = [...new Set(lines.flatMap(([source, , target]) => [source, target]))];
  const drawing = drawingOf({
    nodes: ids.map((id) => ({ id, kind: id === "trigger" ? "trigger" : "action", label: id, settings: {}, ...kinds[id] })),
    edges: lines.map(([source, port, target]) => ({ id: `${source}-${port}`, source, port, target })),
    ...more,
  });
  return { ...drawing, positions: laidOut(drawing) };
}

const line = drawn([
  ["trigger", "ok", "mail"],
  ["mail", "ok", "tell"],
  ["mail", "error", "mend"],
]);

test("a step on a line takes its place and the line goes on behind it", () => {
  const { operation, node_id } = insertion(line, { kind: "delay", settings: { amount: 1, unit: "days" }, stem: "delay" }, { after: "mail", port: "ok" });
  const after = apply(operation, line);

  expect(after.edges.map((edge) => `${edge.source}-${edge.port}>${edge.target}`).sort()).toEqual(
    [`delay-ok>tell`, "mail-error>mend", `mail-ok>${node_id}`, "trigger-ok>mail"].sort(),
  );
  expect(after.positions[node_id]?.y).toBeLessThan(after.positions["tell"]?.y ?? 0);
  expect(overlaps(after)).toEqual([]);
});

test("a second start takes the first one's place and keeps its line", () => {
  const { operation, node_id } = insertion(line, { kind: "trigger", settings: { kind: "schedule", cron: "0 9 * * 1" }, stem: "trigger" }, null);
  const after = apply(operation, line);

  expect(node_id).toBe("trigger");
  expect(after.nodes.filter((node) => node.kind === "trigger")).toHaveLength(1);
  expect(after.edges).toEqual(line.edges);
});

test("where nobody says, a step goes behind the first free way out", () => {
  expect(nextSpot(line, "trigger")).toEqual({ after: "tell", port: "ok" });
  expect(nextSpot(line, "mend")).toEqual({ after: "mend", port: "ok" });
  expect(spotBehind(line, "trigger")).toEqual({ after: "trigger", port: "ok" });
  expect(spotBehind(line, "nobody")).toBeNull();
});

test("lines that lead round in circles or to the start are refused", () => {
  expect(refusal(line, "tell", "mail")).not.toBe("");
  expect(refusal(line, "tell", "trigger")).not.toBe("");
  expect(refusal(line, "tell", "mend")).toBe("");
});

test("a copy has ids of its own and reads its own steps", () => {
  const source = drawn([["trigger", "ok", "ask"], ["ask", "ok", "tell"]], {}, { tell: { settings: { input: { text: { text: "{{ nodes.ask.by }} {{ nodes.asked.by }}" } } } } });
  const copy = renewed(fragmentOf(source, ["trigger", "ask", "tell"]), source);

  expect(copy.nodes.map((node) => node.id)).toEqual(["ask_2", "tell_2"]);
  expect(copy.edges).toEqual([{ id: "ask_2-ok", source: "ask_2", port: "ok", target: "tell_2" }]);
  expect(copy.nodes[1]?.settings).toEqual({ input: { text: { text: "{{ nodes.ask_2.by }} {{ nodes.asked.by }}" } } });
  expect(overlapsExactly(source, copy.positions)).toBe(false);
});

test("what is copied is read back, and nothing else is", () => {
  const fragment = fragmentOf(line, ["mail", "tell"]);

  expect(readFragment(written(fragment))).toEqual(fragment);
  for (const text of ["", "hello", "{}", "[1]", '{"what": "automation steps", "nodes": 3}']) expect(readFragment(text)).toBeNull();
});

test("arrows follow the lines, left and right go to what stands beside", () => {
  expect(neighbour(line, "trigger", "down")).toBe("mail");
  expect(neighbour(line, "mail", "down")).toBe("tell");
  expect(neighbour(line, "tell", "up")).toBe("mail");
  const aside = (line.positions["mend"]?.x ?? 0) > (line.positions["tell"]?.x ?? 0) ? "right" : "left";
  expect(neighbour(line, "tell", aside)).toBe("mend");
  expect(neighbour(line, "trigger", "up")).toBeNull();
  expect(readingOrder(line)).toEqual(["trigger", "mail", "tell", "mend"]);
});

const loop = drawn(
  [
    ["trigger", "ok", "loop"],
    ["loop", "each", "mail"],
    ["mail", "ok", "inner"],
    ["inner", "each", "note"],
    ["loop", "ok", "tell"],
    ["loop", "error", "shared"],
    ["inner", "error", "shared"],
  ],
  { collapsed: ["inner"] },
  { loop: { kind: "for_each" }, inner: { kind: "for_each" } },
);

test("a body is what only its own ports lead to", () => {
  expect([...(bodiesOf(loop).get("loop") ?? [])].sort()).toEqual(["inner", "mail", "note"]);
  expect([...(bodiesOf(loop).get("inner") ?? [])]).toEqual(["note"]);
  expect([...hiddenNodes(loop)]).toEqual(["note"]);
});

test("what follows a loop stands below its body", () => {
  expect(loop.positions["tell"]?.y).toBeGreaterThan(loop.positions["note"]?.y ?? Infinity);
});

test("two hundred steps are laid out without one on another", () => {
  const lines = Array.from({ length: 199 }, (_, index): [string, string, string] => [`n${Math.floor(index / 2)}`, index % 2 ? "error" : "ok", `n${index + 1}`]);
  expect(overlaps(drawn(lines))).toEqual([]);
});

test("differences tell steps apart, whatever the order of keys", () => {
  const after = apply({ kind: "set_settings", node_id: "tell", settings: { a: 1 } }, apply({ kind: "remove_nodes", node_ids: ["mend"] }, line));

  expect(differences(line, after)).toEqual({ added: [], removed: ["mend"], changed: ["tell"], rewired: ["mail"] });
  expect(differences(line, { ...line, positions: {} }).changed).toEqual([]);
});

function overlaps(drawing: Drawing): string[] {
  const boxes = drawing.nodes.map((node) => ({ id: node.id, ...(drawing.positions[node.id] ?? { x: 0, y: 0 }), ...sizeOf(node) }));
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height)
      .map((other) => `${one.id} on ${other.id}`),
  );
}

function overlapsExactly(drawing: Drawing, positions: Record<string, { x: number; y: number }>): boolean {
  return Object.values(positions).some((place) => Object.values(drawing.positions).some((other) => other.x === place.x && other.y === place.y));
}

const fork = drawn(
  [
    ["trigger", "ok", "split"],
    ["split", "a", "left"],
    ["split", "b", "middle"],
    ["middle", "ok", "long"],
    ["split", "else", "end"],
    ["long", "ok", "end"],
    ["left", "ok", "end"],
  ],
  {},
  { split: { kind: "condition", settings: { cases: [{ port: "a" }, { port: "b" }] } } },
);

test("ways out stand in the order of their ports, and below them where they meet", () => {
  const x = (id: string): number => fork.positions[id]?.x ?? NaN;
  expect(x("left")).toBeLessThan(x("middle"));
  expect(fork.positions["end"]?.y).toBeGreaterThan(fork.positions["long"]?.y ?? Infinity);
  expect(overlaps(fork)).toEqual([]);
});

test.each([
  ["a fork", fork],
  ["a loop in a loop", loop],
])("no line of %s runs through a card", (_, drawing) => {
  const routes = routesOf(drawing, new Set());
  for (const edge of drawing.edges) {
    const [source, target] = [drawing.positions[edge.source], drawing.positions[edge.target]] as [Point, Point];
    const x = routes.get(edge.id)?.x as number;
    const [top, bottom] = [source.y + 100 + TURN, target.y - TURN];
    const met = drawing.nodes.filter((node) => {
      const place = drawing.positions[node.id] as Point;
      const { width, height } = sizeOf(node);
      return ![edge.source, edge.target].includes(node.id) && x > place.x && x < place.x + width && place.y < bottom && place.y + height > top;
    });
    expect(met.map((node) => `${edge.id} through ${node.id}`)).toEqual([]);
  }
});
