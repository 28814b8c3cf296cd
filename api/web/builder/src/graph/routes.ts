/// How lines run: straight down where they can, else around the cards that are in the way.
import { bodiesOf } from "./bodies";
import { bodyPorts, portsOf } from "./ports";
import { portXs, sizeOf } from "./sizes";
import type { Drawing, DrawnEdge, DrawnNode, Point } from "./types";

/// The height at which a line leaves the vertical, below its source or above its target.
export const TURN = 26;
/// Clear of the frame around a body.
const ASIDE = 44;
const AROUND = 32;

/// How a line goes: the x at which it runs down, and how far below its source it turns towards it.
export interface Route {
  x: number;
  turn: number;
}
export type Routes = ReadonlyMap<string, Route>;

interface Box {
  id: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function routesOf(drawing: Drawing, hidden: ReadonlySet<string>): Routes {
  const shown = drawing.nodes.filter((node) => !hidden.has(node.id) && drawing.positions[node.id]);
  const boxes = new Map(shown.map((node) => [node.id, boxOf(node, drawing.positions[node.id] as Point)]));
  const frames = framesOf(drawing, boxes);
  const led = new Map<string, number>();
  for (const edge of drawing.edges) led.set(edge.target, (led.get(edge.target) ?? 0) + 1);
  const runs: Run[] = [];
  const found = new Map<string, Route>();
  for (const node of shown) {
    let before = -Infinity;
    const out: { id: string; start: number; x: number }[] = [];
    for (const { edge, start, isExit } of linesOf(drawing, node, boxes)) {
      const target = boxes.get(edge.target) as Box;
      const end = { x: (target.left + target.right) / 2, y: target.top };
      const others = [...boxes.values()].filter((box) => box.id !== edge.source && box.id !== edge.target);
      const frame = isExit ? frames.get(node.id) : undefined;
      const x = lane(start, end, frame ? [...others, frame] : others, (led.get(edge.target) ?? 0) > 1, before, runs);
      out.push({ id: edge.id, start: start.x, x });
      runs.push({ x, top: start.y, bottom: end.y });
      before = x;
    }
    for (const [id, route] of turned(out)) found.set(id, route);
  }
  return found;
}

/// Lines of one step that turn to the same side turn one above the other: the outermost first, so that none crosses another.
function turned(out: { id: string; start: number; x: number }[]): [string, Route][] {
  const toLeft = out.filter((line) => line.x < line.start - 4);
  const toRight = out.filter((line) => line.x > line.start + 4).reverse();
  return out.map(({ id, x }) => {
    const place = Math.max(0, toLeft.findIndex((line) => line.id === id), toRight.findIndex((line) => line.id === id));
    const count = Math.max(toLeft.length, toRight.length);
    return [id, { x, turn: count > 1 ? 14 + Math.min(place, 2) * 10 : TURN }];
  });
}

/// A line's way down.
interface Run {
  x: number;
  top: number;
  bottom: number;
}

/// The lines out of a step from left to right.
function linesOf(drawing: Drawing, node: DrawnNode, boxes: Map<string, Box>): { edge: DrawnEdge; start: Point; isExit: boolean }[] {
  const box = boxes.get(node.id) as Box;
  const ports = portsOf(node);
  const xs = portXs(ports, box.right - box.left);
  const inner = new Set(bodyPorts(node).map((port) => port.name));
  return ports.flatMap((port, index) =>
    drawing.edges
      .filter((edge) => edge.source === node.id && edge.port === port.name && boxes.has(edge.target))
      .map((edge) => ({ edge, start: { x: box.left + (xs[index] ?? 0), y: box.bottom }, isExit: inner.size > 0 && !inner.has(port.name) })),
  );
}

/// What stands in the way of lines that lead past a body.
function framesOf(drawing: Drawing, boxes: Map<string, Box>): Map<string, Box> {
  const frames = new Map<string, Box>();
  for (const [owner, inside] of bodiesOf(drawing)) {
    const parts = [...inside].flatMap((id) => boxes.get(id) ?? []);
    if (parts.length)
      frames.set(owner, {
        id: "",
        left: Math.min(...parts.map((box) => box.left)) - AROUND,
        right: Math.max(...parts.map((box) => box.right)) + AROUND,
        top: Math.min(...parts.map((box) => box.top)),
        bottom: Math.max(...parts.map((box) => box.bottom)),
      });
  }
  return frames;
}

/// isShared: several lines come together there; they meet right above it rather than along the way.
/// before: the lane of the way out to the left, which is not to be crossed; runs: lines that are not to be covered.
function lane(start: Point, end: Point, boxes: Box[], isShared: boolean, before: number, runs: Run[]): number {
  const usual = isShared ? [start.x, end.x] : [end.x, start.x];
  const straight = usual[0] as number;
  if (end.y < start.y + 2 * TURN) return straight;
  const between = boxes.filter((box) => box.bottom > start.y + TURN && box.top < end.y - TURN);
  const isFree = (x: number): boolean => between.every((box) => x < box.left - 8 || x > box.right + 8);
  if (!isShared && isFree(straight)) return straight;
  const covers = (x: number): boolean => runs.some((run) => Math.abs(run.x - x) < 10 && run.bottom > start.y + TURN && run.top < end.y - TURN);
  const cost = (x: number): number => Math.abs(x - start.x) + Math.abs(x - end.x) + (x < before ? 1200 : 0) + (covers(x) ? 120 : 0);
  const aside = between.flatMap((box) => [0, 16, 32].flatMap((by) => [box.left - ASIDE - by, box.right + ASIDE + by]));
  const free = [...usual, ...aside].filter(isFree);
  return free.reduce((best, x) => (cost(x) < cost(best) ? x : best), free[0] ?? straight);
}

function boxOf(node: DrawnNode, { x, y }: Point): Box {
  const { width, height } = sizeOf(node);
  return { id: node.id, left: x, right: x + width, top: y, bottom: y + height };
}

/// The corners of a line with that lane, and the place for what is shown on it.
export function corners(start: Point, end: Point, { x, turn: wanted }: Route): { points: Point[]; middle: Point } {
  if (isNear(start.x, end.x) && isNear(x, start.x)) return { points: [{ x: end.x, y: start.y }, end], middle: { x: end.x, y: (start.y + end.y) / 2 } };
  const room = end.y - start.y;
  const turn = room > 0 ? Math.min(wanted, room / 2) : TURN;
  const [leave, arrive] = [start.y + turn, end.y - (room > 0 ? Math.min(TURN, room / 2) : TURN)];
  const points = [start, { x: start.x, y: leave }, { x, y: leave }, { x, y: arrive }, { x: end.x, y: arrive }, end];
  return { points: points.filter((point, index) => index === 0 || point.x !== points[index - 1]?.x || point.y !== points[index - 1]?.y), middle: middleOf(start, end, x, leave, arrive) };
}

/// Ports are drawn a hair beside their place.
function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) < 4;
}

function middleOf(start: Point, end: Point, x: number, leave: number, arrive: number): Point {
  // Where the line runs down to its target alone, else where it leaves its source alone.
  if (isNear(x, end.x)) return { x: end.x, y: (leave + end.y) / 2 };
  if (isNear(x, start.x)) return { x: start.x, y: (start.y + arrive) / 2 };
  return { x, y: (leave + arrive) / 2 };
}

/// The corners as a path with round turns.
export function rounded(points: Point[], radius: number): string {
  const parts = [`M ${points[0]?.x} ${points[0]?.y}`];
  for (let index = 1; index < points.length - 1; index += 1) {
    const [before, at, after] = [points[index - 1], points[index], points[index + 1]] as [Point, Point, Point];
    const first = toward(at, before, radius);
    const second = toward(at, after, radius);
    parts.push(`L ${first.x} ${first.y} Q ${at.x} ${at.y} ${second.x} ${second.y}`);
  }
  parts.push(`L ${points.at(-1)?.x} ${points.at(-1)?.y}`);
  return parts.join(" ");
}

/// The point that far from `from` towards `to`, at most half way.
function toward(from: Point, to: Point, radius: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length ? Math.min(radius, length / 2) / length : 0;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
