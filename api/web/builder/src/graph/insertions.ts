/// Adding a step where it belongs: after another, on a line, or as the start.
import { portsOf } from "./ports";
import { followers, reached } from "./bodies";
import { freshId } from "./fragments";
import { freePlace, movedDown, placeAfter } from "./layout";
import type { Operation } from "./operations";
import { sizeOf, snapped } from "./sizes";
import type { Drawing, DrawnEdge, DrawnNode, NodeKind, Point, Settings } from "./types";

/// What can be added: a kind with the settings it begins with.
export interface Seed {
  kind: NodeKind;
  label?: string;
  settings: Settings;
  /// What its id is made of, such as the action's name.
  stem: string;
}

/// Where: behind a port (its line, when it has one, then leads on from the new step), or at a place of the canvas.
export type Spot = { after: string; port: string } | { at: Point } | null;

export interface Insertion {
  operation: Operation;
  node_id: string;
}

export function insertion(drawing: Drawing, seed: Seed, spot: Spot): Insertion {
  if (seed.kind === "trigger") return triggerInsertion(drawing, seed, spot);
  const node = made(drawing, seed);
  if (!spot || "at" in spot) {
    const position = freePlace(drawing, spot?.at ?? below(drawing));
    return { node_id: node.id, operation: { kind: "add_node", node, position } };
  }
  return behind(drawing, node, spot);
}

/// Right behind a step: by its first free way out, else on the line of its usual one. null when it ends there.
export function spotBehind(drawing: Drawing, id: string): Spot {
  const node = drawing.nodes.find((one) => one.id === id);
  const ways = node ? portsOf(node).filter((port) => port.kind !== "error") : [];
  const way = ways.find((port) => !drawing.edges.some((edge) => edge.source === id && edge.port === port.name)) ?? ways[0];
  return way ? { after: id, port: way.name } : null;
}

/// Where a step goes when nobody said: behind the first free usual way out, following the line from that node on.
export function nextSpot(drawing: Drawing, from: string): Spot {
  let id = drawing.nodes.some((node) => node.id === from) ? from : (drawing.nodes.find((node) => node.kind === "trigger")?.id ?? "");
  const seen = new Set<string>();
  while (id && !seen.has(id)) {
    seen.add(id);
    const node = drawing.nodes.find((one) => one.id === id);
    const ports = node ? portsOf(node) : [];
    const free = ports.find((port) => port.kind !== "error" && !drawing.edges.some((edge) => edge.source === id && edge.port === port.name));
    if (free) return { after: id, port: free.name };
    const edge = drawing.edges.find((one) => one.source === id && one.port === ports.find((port) => port.kind !== "error")?.name);
    id = edge?.target ?? "";
  }
  return null;
}

/// The line that is drawn when a port is connected to a step.
export function edgeFor(drawing: Drawing, source: string, port: string, target: string): DrawnEdge {
  return { id: freshId(`${source}-${port}`, new Set(drawing.edges.map((edge) => edge.id))), source, port, target };
}

/// Why a line may not be drawn; empty when it may.
export function refusal(drawing: Drawing, source: string, target: string): string {
  if (source === target) return "A step cannot follow itself.";
  if (drawing.nodes.find((node) => node.id === target)?.kind === "trigger") return "Nothing leads to the start.";
  return reached([target], followers(drawing), () => false).has(source) ? "That would go round in circles." : "";
}

function behind(drawing: Drawing, node: DrawnNode, spot: { after: string; port: string }): Insertion {
  const next = drawing.edges.find((edge) => edge.source === spot.after && edge.port === spot.port);
  const operations: Operation[] = [];
  let position = placeAfter(drawing, spot.after, spot.port);
  const onward = portsOf(node).find((port) => port.kind !== "error");
  if (next) {
    const place = drawing.positions[next.target];
    if (place) position = { x: snapped({ x: place.x + sizeOf(drawing.nodes.find((one) => one.id === next.target) as DrawnNode).width / 2 - sizeOf(node).width / 2, y: 0 }).x, y: place.y };
    const following = reached([next.target], followers(drawing), () => false);
    operations.push({ kind: "move_nodes", positions: movedDown(drawing, following, roomFor(drawing, node, spot.after, position)) });
  }
  operations.push({ kind: "add_node", node, position });
  operations.push({ kind: "connect", edge: edgeFor(drawing, spot.after, spot.port, node.id) });
  if (next && onward) operations.push({ kind: "connect", edge: { id: freshId(`${node.id}-${onward.name}`, new Set()), source: node.id, port: onward.name, target: next.target } });
  return { node_id: node.id, operation: { kind: "batch", operations, words: "add a step" } };
}

/// How far what follows must move down; nothing when the gap is wide enough already.
function roomFor(drawing: Drawing, node: DrawnNode, after: string, position: Point): number {
  const needed = sizeOf(node).height + 64;
  const source = drawing.nodes.find((one) => one.id === after);
  const place = drawing.positions[after];
  if (!source || !place) return needed;
  const gap = position.y - (place.y + sizeOf(source).height);
  return snapped({ x: 0, y: Math.max(0, needed + 64 - Math.max(gap, 0)) }).y || needed;
}

/// There is one start: a new one takes the old one's place and keeps its lines.
function triggerInsertion(drawing: Drawing, seed: Seed, spot: Spot): Insertion {
  const old = drawing.nodes.find((node) => node.kind === "trigger");
  if (old) {
    const operations: Operation[] = [
      { kind: "set_settings", node_id: old.id, settings: { ...(seed.settings["kind"] === old.settings["kind"] ? old.settings : {}), ...seed.settings } },
      { kind: "set_label", node_id: old.id, label: seed.label ?? "" },
    ];
    return { node_id: old.id, operation: { kind: "batch", operations, words: "change what starts it" } };
  }
  const node = made(drawing, seed);
  const first = drawing.nodes.find((one) => !drawing.edges.some((edge) => edge.target === one.id));
  const top = drawing.nodes.length ? Math.min(...Object.values(drawing.positions).map((place) => place.y)) - 64 - 96 : 0;
  const position = freePlace(drawing, spot && "at" in spot ? spot.at : { x: drawing.positions[first?.id ?? ""]?.x ?? 0, y: top });
  const added: Operation = { kind: "add_node", node, position };
  if (!first) return { node_id: node.id, operation: added };
  const operations: Operation[] = [added, { kind: "connect", edge: edgeFor(drawing, node.id, "ok", first.id) }];
  return { node_id: node.id, operation: { kind: "batch", operations, words: "add the start" } };
}

function made(drawing: Drawing, seed: Seed): DrawnNode {
  const id = freshId(seed.stem, new Set(drawing.nodes.map((node) => node.id)));
  return { id, kind: seed.kind, label: seed.label ?? "", settings: structuredClone(seed.settings) };
}

function below(drawing: Drawing): Point {
  const places = Object.values(drawing.positions);
  if (!places.length) return { x: 0, y: 0 };
  return { x: Math.min(...places.map((place) => place.x)), y: Math.max(...places.map((place) => place.y)) + 160 };
}
