/// Where steps stand when nobody put them anywhere: from top to bottom, the ways out of a step side by side in their order, and what
/// several ways lead to below all of them. What follows a loop or branches stands below their bodies.
import { bodyPorts, portsOf } from "./ports";
import { domination, type Domination } from "./domination";
import { portXs, sizeOf, snapped } from "./sizes";
import type { Drawing, DrawnNode, Point } from "./types";

const BETWEEN_ROWS = 64;
const BETWEEN_COLUMNS = 48;
/// Room for the frame around a body.
const FRAME = 40;
/// Room for a line that passes by.
const LANE = 32;

/// A place for every node.
export function laidOut(drawing: Drawing): Record<string, Point> {
  const tree = domination(drawing);
  const nodes = new Map(drawing.nodes.map((node) => [node.id, node]));
  const positions: Record<string, Point> = {};
  let left = 0;
  for (const root of tree.roots) {
    const block = blockOf(root, nodes, tree);
    for (const [id, place] of block.places) positions[id] = snapped({ x: place.x + left + block.left, y: place.y });
    left += block.left + block.right + BETWEEN_COLUMNS * 2;
  }
  return positions;
}

/// Some steps with their places, seen from the middle of the topmost one's upper edge.
interface Block {
  places: Map<string, Point>;
  /// How far it reaches to either side of that middle.
  left: number;
  right: number;
  height: number;
}

function blockOf(id: string, nodes: Map<string, DrawnNode>, tree: Domination): Block {
  const node = nodes.get(id) as DrawnNode;
  const { width, height } = sizeOf(node);
  const block: Block = { places: new Map([[id, { x: -width / 2, y: 0 }]]), left: width / 2, right: width / 2, height };
  const { beside, below } = tree.children(id);
  placeRow(block, node, beside, nodes, tree, below.length > 0);
  for (const join of below) put(block, blockOf(join, nodes, tree), 0, block.height + BETWEEN_ROWS);
  return block;
}

/// What follows by one port each, in the order of the ports. The middle port's stands straight below.
function placeRow(block: Block, node: DrawnNode, beside: Map<string, string[]>, nodes: Map<string, DrawnNode>, tree: Domination, isPassed: boolean): void {
  const ports = portsOf(node);
  const bodies = new Set(bodyPorts(node).map((port) => port.name));
  const xs = portXs(ports, sizeOf(node).width).map((x) => x - sizeOf(node).width / 2);
  const columns = ports.flatMap((port, index) => {
    const ids = beside.get(port.name) ?? [];
    const inside = ids.map((id) => framed(blockOf(id, nodes, tree), bodies.has(port.name)));
    if (!inside.length && isPassed && beside.size) return [{ ...EMPTY, x: xs[index] ?? 0 }];
    return inside.map((one) => ({ ...one, x: xs[index] ?? 0 }));
  });
  if (!columns.some((column) => column.places.size)) return;
  const middles: number[] = [];
  let edge = 0;
  for (const column of columns) {
    middles.push(edge + column.left);
    edge += column.left + column.right + BETWEEN_COLUMNS;
  }
  // Beside an error's way the usual one goes straight down; of branches none is the usual one.
  const straight = ports.some((port) => port.kind === "error") ? columns.findIndex((column) => column.places.size && Math.abs(column.x) < 1) : -1;
  const single = columns.length === 1 ? 0 : -1;
  const fixed = straight >= 0 ? straight : single;
  // A lone child stands below its port; of several, the middle of the row is below the card.
  const shift = fixed >= 0 ? (columns[fixed]?.x ?? 0) - (middles[fixed] ?? 0) : -((middles[0] ?? 0) + (middles.at(-1) ?? 0)) / 2;
  const top = block.height + BETWEEN_ROWS;
  for (const [index, column] of columns.entries()) put(block, column, (middles[index] ?? 0) + shift, top);
}

const EMPTY: Block = { places: new Map(), left: LANE / 2, right: LANE / 2, height: 0 };

function framed(block: Block, isBody: boolean): Block {
  return isBody ? { ...block, left: block.left + FRAME, right: block.right + FRAME, height: block.height + FRAME / 2 } : block;
}

/// Take a block in, its middle at x and its top at y.
function put(into: Block, block: Block, x: number, y: number): void {
  for (const [id, place] of block.places) into.places.set(id, { x: place.x + x, y: place.y + y });
  into.left = Math.max(into.left, block.left - x);
  into.right = Math.max(into.right, block.right + x);
  into.height = Math.max(into.height, y + block.height);
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
  return freePlace(drawing, { x: place.x + middle - 128, y: place.y + height + BETWEEN_ROWS }, x < width / 2 - 1);
}

/// The place itself, or the nearest beside it where nothing stands; to its right, or its left.
export function freePlace(drawing: Drawing, wanted: Point, toLeft = false): Point {
  const boxes = drawing.nodes.flatMap((node) => {
    const place = drawing.positions[node.id];
    return place ? [{ ...place, ...sizeOf(node) }] : [];
  });
  const place = snapped(wanted);
  const isTaken = (x: number): boolean =>
    boxes.some((box) => x < box.x + box.width + 16 && x + 256 + 16 > box.x && place.y < box.y + box.height + 16 && place.y + 96 + 16 > box.y);
  while (isTaken(place.x)) place.x += toLeft ? -304 : 304;
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
