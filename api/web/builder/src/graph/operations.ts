/// Every edit is an operation, and every operation has one that undoes it.
import type { DrawnEdge, DrawnNode, Drawing, Note, Point, Settings } from "./types";

export type Operation =
  | { kind: "add_node"; node: DrawnNode; position: Point }
  | { kind: "remove_nodes"; node_ids: string[] }
  | { kind: "restore"; nodes: Placed<DrawnNode>[]; edges: Placed<DrawnEdge>[]; positions: Record<string, Point>; collapsed: string[] }
  | { kind: "move_nodes"; positions: Record<string, Point> }
  | { kind: "connect"; edge: DrawnEdge }
  | { kind: "disconnect"; edge_ids: string[] }
  | { kind: "set_edges"; edges: DrawnEdge[] }
  | { kind: "set_settings"; node_id: string; settings: Settings }
  | { kind: "set_label"; node_id: string; label: string }
  | { kind: "set_limits"; limits: Settings }
  | { kind: "set_notes"; notes: Note[] }
  | { kind: "set_collapsed"; node_ids: string[] }
  | { kind: "paste"; nodes: DrawnNode[]; edges: DrawnEdge[]; positions: Record<string, Point> }
  | { kind: "replace"; drawing: Drawing }
  /// Several that are one for whoever undoes them; `words` says what they were.
  | { kind: "batch"; operations: Operation[]; words: string };

/// Something with its place in its list, so that putting it back leaves no trace.
export interface Placed<T> {
  index: number;
  item: T;
}

/// The drawing after an operation. What does not apply (a node that is gone) changes nothing.
export function apply(operation: Operation, drawing: Drawing): Drawing {
  switch (operation.kind) {
    case "add_node":
      return added(drawing, [operation.node], [], { [operation.node.id]: operation.position });
    case "paste":
      return added(drawing, operation.nodes, operation.edges, operation.positions);
    case "remove_nodes":
      return removed(drawing, new Set(operation.node_ids));
    case "restore":
      return {
        ...drawing,
        nodes: putBack(drawing.nodes, operation.nodes),
        edges: putBack(drawing.edges, operation.edges),
        positions: { ...drawing.positions, ...operation.positions },
        collapsed: operation.collapsed,
      };
    case "move_nodes":
      return { ...drawing, positions: { ...drawing.positions, ...known(operation.positions, drawing) } };
    case "connect":
      return { ...drawing, edges: [...drawing.edges.filter((edge) => !leavesAlike(edge, operation.edge)), operation.edge] };
    case "disconnect":
      return { ...drawing, edges: drawing.edges.filter((edge) => !operation.edge_ids.includes(edge.id)) };
    case "set_edges":
      return { ...drawing, edges: operation.edges };
    case "set_settings":
      return changed(drawing, operation.node_id, { settings: operation.settings });
    case "set_label":
      return changed(drawing, operation.node_id, { label: operation.label });
    case "set_limits":
      return { ...drawing, limits: operation.limits };
    case "set_notes":
      return { ...drawing, notes: operation.notes };
    case "set_collapsed":
      return { ...drawing, collapsed: operation.node_ids };
    case "replace":
      return operation.drawing;
    case "batch":
      return operation.operations.reduce((before, one) => apply(one, before), drawing);
  }
}

/// The operation that leads back to `before` once `operation` has been applied to it.
export function inverse(operation: Operation, before: Drawing): Operation {
  switch (operation.kind) {
    case "add_node":
      return { kind: "remove_nodes", node_ids: [operation.node.id] };
    case "paste":
      return { kind: "remove_nodes", node_ids: operation.nodes.map((node) => node.id) };
    case "remove_nodes":
      return restored(operation.node_ids, before);
    case "restore":
      return { kind: "remove_nodes", node_ids: operation.nodes.map(({ item }) => item.id) };
    case "connect":
    case "disconnect":
    case "set_edges":
      return { kind: "set_edges", edges: before.edges };
    case "move_nodes":
      return { kind: "move_nodes", positions: before.positions };
    case "set_settings":
    case "set_label":
      return inverseChange(operation, before);
    case "set_limits":
      return { kind: "set_limits", limits: before.limits };
    case "set_notes":
      return { kind: "set_notes", notes: before.notes };
    case "set_collapsed":
      return { kind: "set_collapsed", node_ids: before.collapsed };
    case "replace":
      return { kind: "replace", drawing: before };
    case "batch":
      return inverseBatch(operation, before);
  }
}

/// What an operation does, for the undo button and for whoever cannot see it.
export function words(operation: Operation, drawing: Drawing): string {
  switch (operation.kind) {
    case "add_node":
      return "add a step";
    case "remove_nodes":
      return operation.node_ids.length === 1 ? "remove a step" : `remove ${operation.node_ids.length} steps`;
    case "restore":
      return "bring steps back";
    case "move_nodes":
      return Object.keys(operation.positions).length === 1 ? "move a step" : "move steps";
    case "connect":
      return "draw a line";
    case "disconnect":
      return "remove a line";
    case "set_edges":
      return "change lines";
    case "set_settings":
    case "set_label":
      return `change “${drawing.nodes.find((node) => node.id === operation.node_id)?.label || "a step"}”`;
    case "set_limits":
      return "change the limits";
    case "set_notes":
      return "change the notes";
    case "set_collapsed":
      return "fold";
    case "paste":
      return "paste";
    case "replace":
      return "change the drawing";
    case "batch":
      return operation.words;
  }
}

function leavesAlike(one: DrawnEdge, other: DrawnEdge): boolean {
  return one.id === other.id || (one.source === other.source && one.port === other.port);
}

function added(drawing: Drawing, nodes: DrawnNode[], edges: DrawnEdge[], positions: Record<string, Point>): Drawing {
  return {
    ...drawing,
    nodes: [...drawing.nodes, ...nodes],
    edges: [...drawing.edges, ...edges],
    positions: { ...drawing.positions, ...positions },
  };
}

function removed(drawing: Drawing, gone: Set<string>): Drawing {
  return {
    ...drawing,
    nodes: drawing.nodes.filter((node) => !gone.has(node.id)),
    edges: drawing.edges.filter((edge) => !touches(edge, gone)),
    positions: Object.fromEntries(Object.entries(drawing.positions).filter(([id]) => !gone.has(id))),
    collapsed: drawing.collapsed.filter((id) => !gone.has(id)),
  };
}

function restored(node_ids: string[], before: Drawing): Operation {
  const gone = new Set(node_ids);
  return {
    kind: "restore",
    nodes: placed(before.nodes, (node) => gone.has(node.id)),
    edges: placed(before.edges, (edge) => touches(edge, gone)),
    positions: before.positions,
    collapsed: before.collapsed,
  };
}

function known(positions: Record<string, Point>, drawing: Drawing): Record<string, Point> {
  const ids = new Set(drawing.nodes.map((node) => node.id));
  return Object.fromEntries(Object.entries(positions).filter(([id]) => ids.has(id)));
}

function changed(drawing: Drawing, node_id: string, change: Partial<DrawnNode>): Drawing {
  return { ...drawing, nodes: drawing.nodes.map((node) => (node.id === node_id ? { ...node, ...change } : node)) };
}

function inverseChange(operation: { kind: "set_settings" | "set_label"; node_id: string }, before: Drawing): Operation {
  const node = before.nodes.find((one) => one.id === operation.node_id);
  if (!node) return { kind: "batch", operations: [], words: "nothing" };
  return operation.kind === "set_label"
    ? { kind: "set_label", node_id: node.id, label: node.label }
    : { kind: "set_settings", node_id: node.id, settings: node.settings };
}

function inverseBatch(operation: { operations: Operation[]; words: string }, before: Drawing): Operation {
  const operations: Operation[] = [];
  let at = before;
  for (const one of operation.operations) {
    operations.unshift(inverse(one, at));
    at = apply(one, at);
  }
  return { kind: "batch", operations, words: operation.words };
}

function touches(edge: DrawnEdge, ids: Set<string>): boolean {
  return ids.has(edge.source) || ids.has(edge.target);
}

function placed<T>(items: T[], isMeant: (item: T) => boolean): Placed<T>[] {
  return items.flatMap((item, index) => (isMeant(item) ? [{ index, item }] : []));
}

function putBack<T>(items: T[], lost: Placed<T>[]): T[] {
  const whole = [...items];
  for (const { index, item } of lost) whole.splice(index, 0, item);
  return whole;
}
