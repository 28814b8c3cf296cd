/// From the drawing to what React Flow draws. An element that has not changed stays the same object, so only changed ones are drawn again.
import { Position, type Edge, type Node, type NodeHandle } from "@xyflow/react";
import { bodiesOf, hiddenNodes } from "../graph/bodies";
import { bodyPorts, portsOf, portWords, type Port } from "../graph/ports";
import { lookOf, nameOf, objectOf, type Look } from "../graph/looks";
import { routesOf, type Route, type Routes } from "../graph/routes";
import { portXs, sizeOf } from "../graph/sizes";
import type { Catalogue, DrawnEdge, DrawnNode, Drawing, Note, Point, Problem } from "../graph/types";

/// A sign on a step that says how it fares, such as in a run or between two versions.
export interface Mark {
  tone: "success" | "info" | "warning" | "error" | "brand" | "quiet";
  icon: string;
  words: string;
}

export type StepData = {
  node: DrawnNode;
  look: Look;
  object: string;
  ports: Port[];
  /// Ports with a line.
  used: string;
  problems: number;
  troubles: string;
  mark: Mark | undefined;
  /// Steps in its body; undefined when it owns none.
  inside: number | undefined;
  isFolded: boolean;
};
export type StepNode = Node<StepData, "step">;
export type NoteNode = Node<{ note: Note }, "note">;
export type BodyNode = Node<{ words: string; count: number }, "body">;
export type CanvasNode = StepNode | NoteNode | BodyNode;
export type LineEdge = Edge<{ kind: Port["kind"]; words: string; isQuiet: boolean; route: Route | undefined }, "line">;

export interface Scene {
  drawing: Drawing;
  catalogue: Catalogue;
  problems: Problem[];
  marks: Readonly<Record<string, Mark>>;
  selected: readonly string[];
  selectedEdge: string;
  /// Places of what is being dragged at this moment.
  dragged: Readonly<Record<string, Point>>;
  isReadOnly: boolean;
}

/// Makes elements, remembering those of the last time.
export function makeElements(): (scene: Scene) => { nodes: CanvasNode[]; edges: LineEdge[] } {
  const keptNodes = new Map<string, { key: unknown[]; element: CanvasNode }>();
  const keptEdges = new Map<string, { key: unknown[]; element: LineEdge }>();
  let routed: { drawing: Drawing; routes: Routes } | undefined;
  return (scene) => {
    const hidden = hiddenNodes(scene.drawing);
    if (routed?.drawing !== scene.drawing) routed = { drawing: scene.drawing, routes: routesOf(scene.drawing, hidden) };
    const { routes } = routed;
    const facts = factsOf(scene);
    const steps = scene.drawing.nodes.filter((node) => !hidden.has(node.id)).map((node) => reused(keptNodes, node.id, stepKey(scene, facts, node), () => step(scene, facts, node)));
    const bodies = bodyNodes(scene, facts, hidden).map((body) => reused(keptNodes, body.id, [JSON.stringify(body)], () => body));
    const notes = scene.drawing.notes.map((note) =>
      reused(keptNodes, note.id, [note, scene.dragged[note.id], scene.selected.includes(note.id)], () => noteNode(scene, note)),
    );
    const ids = new Set(steps.map((one) => one.id));
    const nodes = new Map(scene.drawing.nodes.map((node) => [node.id, node]));
    const edges = scene.drawing.edges
      .filter((edge) => ids.has(edge.source) && ids.has(edge.target))
      .map((edge) => {
        const [source, target] = [nodes.get(edge.source) as DrawnNode, nodes.get(edge.target) as DrawnNode];
        const isDragged = edge.source in scene.dragged || edge.target in scene.dragged;
        const route = isDragged ? undefined : routes.get(edge.id);
        return reused(keptEdges, edge.id, [edge, source, target, scene.selectedEdge === edge.id, scene.isReadOnly, route?.x, route?.turn], () => line(scene, edge, source, target, route));
      });
    return { nodes: [...bodies, ...notes, ...steps], edges };
  };
}

interface Facts {
  problems: Map<string, Problem[]>;
  used: Map<string, string>;
  bodies: Map<string, Set<string>>;
}

function factsOf({ drawing, problems }: Scene): Facts {
  const byNode = new Map<string, Problem[]>();
  for (const problem of problems) byNode.set(problem.node_id, [...(byNode.get(problem.node_id) ?? []), problem]);
  const used = new Map<string, string>();
  for (const edge of drawing.edges) used.set(edge.source, `${used.get(edge.source) ?? ""} ${edge.port} `);
  return { problems: byNode, used, bodies: bodiesOf(drawing) };
}

function stepKey(scene: Scene, facts: Facts, node: DrawnNode): unknown[] {
  return [
    node,
    scene.catalogue,
    scene.dragged[node.id] ?? scene.drawing.positions[node.id],
    scene.selected.includes(node.id),
    troublesOf(facts, node),
    facts.used.get(node.id),
    facts.bodies.get(node.id)?.size,
    scene.drawing.collapsed.includes(node.id),
    scene.marks[node.id],
    scene.isReadOnly,
  ];
}

function step(scene: Scene, facts: Facts, node: DrawnNode): StepNode {
  const { width, height } = sizeOf(node);
  const ports = portsOf(node);
  const problems = facts.problems.get(node.id) ?? [];
  const mark = scene.marks[node.id];
  const troubles = troublesOf(facts, node);
  const data: StepData = {
    node,
    look: lookOf(node, scene.catalogue),
    object: objectOf(node, scene.catalogue),
    ports,
    used: facts.used.get(node.id) ?? "",
    problems: problems.length,
    troubles,
    mark,
    inside: bodyPorts(node).length ? (facts.bodies.get(node.id)?.size ?? 0) : undefined,
    isFolded: scene.drawing.collapsed.includes(node.id),
  };
  return {
    id: node.id,
    type: "step",
    position: scene.dragged[node.id] ?? scene.drawing.positions[node.id] ?? { x: 0, y: 0 },
    width,
    height,
    handles: handles(node, ports, width, height),
    selected: scene.selected.includes(node.id),
    draggable: !scene.isReadOnly,
    domAttributes: PLAIN,
    data,
  };
}

/// Where lines begin and end, known without measuring, so that lines to steps outside the window are drawn too.
function handles(node: DrawnNode, ports: Port[], width: number, height: number): NodeHandle[] {
  const xs = portXs(ports, width);
  const sources = ports.map((port, index): NodeHandle => {
    return { id: port.name, type: "source", position: Position.Bottom, x: (xs[index] ?? 0) - 1, y: height - 1, width: 2, height: 2 };
  });
  if (node.kind === "trigger") return sources;
  return [{ id: "in", type: "target", position: Position.Top, x: width / 2 - 1, y: -1, width: 2, height: 2 }, ...sources];
}

function line(scene: Scene, edge: DrawnEdge, source: DrawnNode, target: DrawnNode, route: Route | undefined): LineEdge {
  const port = portsOf(source).find((one) => one.name === edge.port);
  const words = portWords(source, edge.port);
  return {
    id: edge.id,
    type: "line",
    source: edge.source,
    sourceHandle: edge.port,
    target: edge.target,
    targetHandle: "in",
    selected: scene.selectedEdge === edge.id,
    selectable: !scene.isReadOnly,
    ariaLabel: `${words}: from ${nameOf(source, scene.catalogue)} to ${nameOf(target, scene.catalogue)}`,
    data: { kind: port?.kind ?? "usual", words, isQuiet: scene.isReadOnly, route },
  };
}

function noteNode(scene: Scene, note: Note): NoteNode {
  return {
    id: note.id,
    type: "note",
    position: scene.dragged[note.id] ?? { x: note.x, y: note.y },
    width: note.width,
    height: note.height,
    selected: scene.selected.includes(note.id),
    draggable: !scene.isReadOnly,
    connectable: false,
    zIndex: 0,
    domAttributes: PLAIN,
    data: { note },
  };
}

const AROUND = 22;
const NESTED = 10;

/// How many bodies stand in one another inside this one.
function levels(owner: string, facts: Facts): number {
  const inner = [...(facts.bodies.get(owner) ?? [])].filter((id) => facts.bodies.get(id)?.size);
  return inner.length ? 1 + Math.max(...inner.map((id) => levels(id, facts))) : 0;
}

/// A frame behind the steps of every body that is not folded.
function bodyNodes(scene: Scene, facts: Facts, hidden: Set<string>): BodyNode[] {
  return scene.drawing.nodes.flatMap((owner) => {
    const inside = [...(facts.bodies.get(owner.id) ?? [])].filter((id) => !hidden.has(id));
    if (!inside.length || hidden.has(owner.id)) return [];
    const boxes = inside.map((id) => ({
      ...(scene.dragged[id] ?? scene.drawing.positions[id] ?? { x: 0, y: 0 }),
      ...sizeOf(scene.drawing.nodes.find((node) => node.id === id) as DrawnNode),
    }));
    const around = AROUND + NESTED * levels(owner.id, facts);
    const [left, top] = [Math.min(...boxes.map((box) => box.x)) - around, Math.min(...boxes.map((box) => box.y)) - AROUND];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.x + box.width)) + around, Math.max(...boxes.map((box) => box.y + box.height)) + around];
    const words = nameOf(owner, scene.catalogue);
    return [
      {
        id: `body of ${owner.id}`,
        type: "body" as const,
        position: { x: left, y: top },
        width: right - left,
        height: bottom - top,
        draggable: false,
        selectable: false,
        connectable: false,
        focusable: false,
        zIndex: -1,
        domAttributes: PLAIN,
        data: { words, count: inside.length },
      },
    ];
  });
}

function troublesOf(facts: Facts, node: DrawnNode): string {
  return (facts.problems.get(node.id) ?? []).map((problem) => problem.message).join(" ");
}

/// The card inside says what it is; the box around it is nothing to a screen reader.
const PLAIN = { "aria-roledescription": undefined } as Node["domAttributes"] & object;

function reused<T>(kept: Map<string, { key: unknown[]; element: T }>, id: string, key: unknown[], make: () => T): T {
  const last = kept.get(id);
  if (last && last.key.length === key.length && last.key.every((part, index) => Object.is(part, key[index]))) return last.element;
  const element = make();
  kept.set(id, { key, element });
  return element;
}
