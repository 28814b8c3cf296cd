/// What is wrong with a drawing, as far as the browser can tell while somebody types. The server decides; these are its words.
import { MAX_NODES, PORTS, REQUIRED, TRIGGER_NEEDS, type TriggerKind } from "../generated/automations";
import { bodyPorts, portsOf } from "./ports";
import { record, records, type Catalogue, type DrawnNode, type Drawing, type Json, type Problem } from "./types";

/// The codes that are told here; all others are the server's alone.
export const EARLY_CODES: ReadonlySet<string> = new Set([
  ...["no_trigger", "second_trigger", "no_steps", "unreachable", "unknown_port", "two_edges_from_port", "edge_to_nowhere"],
  ...["edge_from_nowhere", "edge_into_trigger", "cycle", "missing_required", "unknown_kind", "unknown_action", "unknown_event"],
  ...["same_port", "same_id", "empty_body", "too_large"],
]);

export function problems(drawing: Drawing, catalogue: Catalogue): Problem[] {
  if (drawing.nodes.length > MAX_NODES)
    return [problem("", "", "too_large", `An automation has at most ${MAX_NODES} steps.`, "Split it into several automations.")];
  const malformed = [...sameIds(drawing), ...unknownKinds(drawing)];
  if (malformed.length) return malformed;
  const shapes = drawing.nodes.flatMap(shapeProblems);
  // Like the server: values are looked at once every step has its shape.
  const values = shapes.length ? [] : drawing.nodes.flatMap((node) => valueProblems(node, catalogue));
  return [...graphProblems(drawing), ...shapes, ...values];
}

/// Early findings until the server has answered for this very drawing; its own afterwards. What only it can find stays meanwhile.
export function together(early: Problem[], served: Problem[], drawing: Drawing): Problem[] {
  const ids = new Set(drawing.nodes.map((node) => node.id));
  const kept = served.filter((one) => !EARLY_CODES.has(one.code) && (one.node_id === "" || ids.has(one.node_id)));
  return [...early, ...kept];
}

function sameIds(drawing: Drawing): Problem[] {
  const seen = new Set<string>();
  return drawing.nodes.flatMap(({ id }) => {
    if (!seen.has(id)) return seen.add(id) && [];
    return [problem(id, "", "same_id", "Two steps have the same id.", "Remove one and draw it again.")];
  });
}

function unknownKinds(drawing: Drawing): Problem[] {
  const unknown = drawing.nodes.filter((node) => !(node.kind in PORTS));
  return unknown.map((node) => problem(node.id, "", "unknown_kind", "There is no step of this kind.", "Replace it by another."));
}

/// Bodies that nothing was put into.
function emptyBodies(drawing: Drawing, graph: Graph): Problem[] {
  return drawing.nodes.flatMap((node) =>
    bodyPorts(node).flatMap((port, place) => {
      if (graph.get(node.id)?.has(port.name)) return [];
      const field = node.kind === "parallel" ? `branches.${place}` : "";
      return [problem(node.id, field, "empty_body", `Nothing follows “${port.name}”.`, "Connect a step to it.")];
    }),
  );
}

function graphProblems(drawing: Drawing): Problem[] {
  const found: Problem[] = [];
  const triggers = drawing.nodes.filter((node) => node.kind === "trigger");
  if (!triggers.length) found.push(problem("", "", "no_trigger", "Nothing starts this automation.", "Add a trigger."));
  for (const extra of triggers.slice(1)) found.push(problem(extra.id, "", "second_trigger", "An automation has one trigger.", "Remove this one."));
  const graph = graphOf(drawing);
  const cycles = cycleProblems(graph);
  found.push(...edgeProblems(drawing), ...cycles, ...(cycles.length ? [] : emptyBodies(drawing, graph)));
  const head = triggers[0];
  if (!head) return found;
  if (!graph.get(head.id)?.size) found.push(problem(head.id, "", "no_steps", "Nothing follows the trigger.", "Connect a step to it."));
  const reached = reachable(graph, [head.id]);
  for (const node of drawing.nodes)
    if (!reached.has(node.id) && node.kind !== "trigger")
      found.push(problem(node.id, "", "unreachable", "No way leads to this step.", "Connect it, or remove it."));
  return found;
}

type Graph = Map<string, Map<string, string>>;

/// The edges between nodes that exist; of two from one port the first.
function graphOf(drawing: Drawing): Graph {
  const graph: Graph = new Map(drawing.nodes.map((node) => [node.id, new Map<string, string>()]));
  for (const edge of drawing.edges) {
    const following = graph.get(edge.source);
    if (following && graph.has(edge.target) && !following.has(edge.port)) following.set(edge.port, edge.target);
  }
  return graph;
}

function reachable(graph: Graph, starts: string[]): Set<string> {
  const seen = new Set<string>();
  const todo = [...starts];
  while (todo.length) {
    const id = todo.pop() as string;
    if (seen.has(id)) continue;
    seen.add(id);
    todo.push(...(graph.get(id)?.values() ?? []));
  }
  return seen;
}

function edgeProblems(drawing: Drawing): Problem[] {
  const nodes = new Map(drawing.nodes.map((node) => [node.id, node]));
  const used = new Set<string>();
  return drawing.edges.flatMap((edge) => {
    const source = nodes.get(edge.source);
    if (!source) return [problem("", "", "edge_from_nowhere", "A line begins at no step.", "Remove the line.")];
    const target = nodes.get(edge.target);
    const name = String(edge.port).slice(0, 40);
    const say = (code: string, message: string, fix: string): Problem[] => [problem(source.id, "", code, message, fix)];
    if (!target) return say("edge_to_nowhere", `The line from “${name}” leads to no step.`, "Connect it to a step, or remove it.");
    if (target.kind === "trigger") return say("edge_into_trigger", "A line leads back to the trigger.", "Remove the line.");
    if (!portsOf(source).some((port) => port.name === edge.port))
      return say("unknown_port", `This step has no way out called “${name}”.`, "Draw the line again.");
    const key = JSON.stringify([edge.source, edge.port]);
    if (used.has(key)) return say("two_edges_from_port", `Two lines leave by “${edge.port}”.`, "Remove one of them.");
    used.add(key);
    return [];
  });
}

/// One for every node that leads back to itself.
function cycleProblems(graph: Graph): Problem[] {
  return [...graph]
    .filter(([id, following]) => reachable(graph, [...following.values()]).has(id))
    .map(([id]) => problem(id, "", "cycle", "This step leads back to itself.", "Remove the line that leads back."));
}

function shapeProblems(node: DrawnNode): Problem[] {
  const wanted = REQUIRED[node.kind].filter((name) => !(name in node.settings));
  if (wanted.length) return wanted.map((name) => missing(node, name));
  if (node.kind === "trigger")
    return (TRIGGER_NEEDS[node.settings["kind"] as TriggerKind] ?? []).filter((name) => !node.settings[name]).map((name) => missing(node, name));
  if (node.kind === "wait_until" && !["at", "offset", "time"].some((name) => name in node.settings))
    return [problem(node.id, "at", "missing_required", "This step says not until when.", "Choose a date, an offset or a time.")];
  if (node.kind === "parallel") return portProblems(node, "branches", "ok");
  return node.kind === "condition" ? portProblems(node, "cases", "else") : [];
}

function valueProblems(node: DrawnNode, catalogue: Catalogue): Problem[] {
  if (node.kind === "action") return actionProblems(node, catalogue);
  const event = node.kind === "wait_for_event" ? "event" : node.kind === "trigger" && node.settings["kind"] === "event" ? "type" : "";
  const name = event && node.settings[event];
  if (!name || catalogue.events.some((one) => one.name === name)) return [];
  return [problem(node.id, event, "unknown_event", `There is no event “${String(name)}”.`, "Choose another event.")];
}

/// taken: the way out that such a step has anyhow.
function portProblems(node: DrawnNode, field: string, taken: string): Problem[] {
  const names = records(node.settings[field]).map((one) => one["port"]);
  const isDouble = new Set(names).size < names.length || names.includes(taken);
  return isDouble ? [problem(node.id, field, "same_port", "Two ways out have the same name.", "Rename one of them.")] : [];
}

function actionProblems(node: DrawnNode, catalogue: Catalogue): Problem[] {
  const name = node.settings["action"];
  const action = catalogue.actions.find((one) => one.name === name);
  if (!action) return [problem(node.id, "action", "unknown_action", `There is no action “${String(name)}”.`, "Choose another action.")];
  const given = record(node.settings["input"]);
  const empty = strings(action.input["required"]).filter((field) => !(field in given) || isBlank(given[field]));
  return empty.map((field) => missing(node, `input.${field}`));
}

function missing(node: DrawnNode, field: string): Problem {
  return problem(node.id, field, "missing_required", `“${field.split(".").at(-1)}” is missing.`, "Fill it in.");
}

/// Whether a mapping holds nothing that its author wrote; what comes from elsewhere counts as filled in.
function isBlank(mapping: Json): boolean {
  const given = record(mapping);
  const value = "value" in given ? given["value"] : "text" in given ? given["text"] : "…";
  if (Array.isArray(value)) return !value.length;
  return value === null || value === undefined || (typeof value === "string" && !value.trim());
}

function strings(value: Json): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function problem(node_id: string, field: string, code: string, message: string, fix: string): Problem {
  return { node_id, field, code, message, fix, severity: "error" };
}
