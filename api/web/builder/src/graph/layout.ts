/// Where steps stand when nobody put them anywhere: from top to bottom, the ways out of a step side by side.
import dagre from "@dagrejs/dagre";
import { bodiesOf } from "./bodies";
import { bodyPorts, portsOf } from "./ports";
import { portXs, sizeOf, snapped } from "./sizes";
import type { Drawing, Point } from "./types";

const BETWEEN_ROWS = 64;
const BETWEEN_COLUMNS = 48;

/// A place for every node.
export function laidOut(drawing: Drawing): Record<string, Point> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", ranksep: BETWEEN_ROWS, nodesep: BETWEEN_COLUMNS, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const ids = new Set(drawing.nodes.map((node) => node.id));
  for (const node of drawing.nodes) graph.setNode(node.id, { ...sizeOf(node) });
  for (const node of drawing.nodes) {
    // Ways out in the order of their ports, so that the first stands left.
    for (const [index, port] of portsOf(node).entries()) {
      for (const edge of drawing.edges)
        if (edge.source === node.id && edge.port === port.name && ids.has(edge.target)) graph.setEdge(node.id, edge.target, { weight: index ? 1 : 2 });
    }
  }
  for (const [last, next] of afterBodies(drawing)) if (!graph.hasEdge(last, next)) graph.setEdge(last, next, { weight: 1, minlen: 1 });
  dagre.layout(graph);
  return Object.fromEntries(
    drawing.nodes.map((node) => {
      const { x, y } = graph.node(node.id) as Point;
      const { width, height } = sizeOf(node);
      return [node.id, snapped({ x: x - width / 2, y: y - height / 2 })];
    }),
  );
}

/// The drawing with a place for every node; those that have one keep it, unless none has.
export function withPlaces(drawing: Drawing): Drawing {
  const lost = drawing.nodes.filter((node) => !isPlace(drawing.positions[node.id]));
  if (!lost.length) return drawing;
  const places = laidOut(drawing);
  if (lost.length === drawing.nodes.length) return { ...drawing, positions: places };
  return { ...drawing, positions: { ...drawing.positions, ...Object.fromEntries(lost.map((node) => [node.id, places[node.id] as Point])) } };
}

/// A free place for a step that follows `after` by that port.
export function placeAfter(drawing: Drawing, after: string, port: string): Point {
  const node = drawing.nodes.find((one) => one.id === after);
  const place = drawing.positions[after];
  if (!node || !place) return freePlace(drawing, { x: 0, y: 0 });
  const ports = portsOf(node);
  const { width, height } = sizeOf(node);
  const index = Math.max(0, ports.findIndex((one) => one.name === port));
  const x = portXs(ports, width)[index] ?? width / 2;
  // What leaves off the middle stands further out, so that two ways do not lie on each other.
  const middle = x + Math.sign(Math.round(x - width / 2)) * 96;
  return freePlace(drawing, { x: place.x + middle - 128, y: place.y + height + BETWEEN_ROWS });
}

/// The place itself, or the nearest to its right where nothing stands.
export function freePlace(drawing: Drawing, wanted: Point): Point {
  const boxes = drawing.nodes.flatMap((node) => {
    const place = drawing.positions[node.id];
    return place ? [{ ...place, ...sizeOf(node) }] : [];
  });
  const place = snapped(wanted);
  const isTaken = (x: number): boolean =>
    boxes.some((box) => x < box.x + box.width + 16 && x + 256 + 16 > box.x && place.y < box.y + box.height + 16 && place.y + 96 + 16 > box.y);
  while (isTaken(place.x)) place.x += 304;
  return place;
}

/// Everything that must move so that a step of that height fits in above `from`: `from` and all that follow it.
export function movedDown(drawing: Drawing, ids: Iterable<string>, by: number): Record<string, Point> {
  const moved: Record<string, Point> = {};
  for (const id of ids) {
    const place = drawing.positions[id];
    if (place) moved[id] = { x: place.x, y: place.y + by };
  }
  return moved;
}

function isPlace(place: Point | undefined): boolean {
  return typeof place?.x === "number" && typeof place.y === "number";
}

/// (last step of a body, step that follows the body): the way back is not drawn, but what follows stands below.
function afterBodies(drawing: Drawing): [string, string][] {
  const bodies = bodiesOf(drawing);
  return drawing.nodes.flatMap((owner) => {
    const inside = bodies.get(owner.id);
    if (!inside?.size || !bodyPorts(owner).length) return [];
    const ends = [...inside].filter((id) => !drawing.edges.some((edge) => edge.source === id && inside.has(edge.target)));
    const next = drawing.edges.filter((edge) => edge.source === owner.id && edge.port === "ok").map((edge) => edge.target);
    return ends.flatMap((end) => next.map((target): [string, string] => [end, target]));
  });
}
