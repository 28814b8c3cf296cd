/// Where the arrow keys lead: down and up along the lines, left and right among those beside.
import { portsOf } from "./ports";
import type { Drawing, Point } from "./types";

export type Direction = "up" | "down" | "left" | "right";

/// The node to go to; null when there is none that way. `hidden` ones are passed over.
export function neighbour(drawing: Drawing, from: string, direction: Direction, hidden: ReadonlySet<string> = new Set()): string | null {
  const shown = drawing.nodes.filter((node) => !hidden.has(node.id));
  const here = shown.find((node) => node.id === from);
  if (!here) return first(drawing, hidden);
  if (direction === "down") {
    const order = portsOf(here).map((port) => port.name);
    const lines = drawing.edges.filter((edge) => edge.source === from && !hidden.has(edge.target)).sort((a, b) => order.indexOf(a.port) - order.indexOf(b.port));
    return lines.find((edge) => shown.some((node) => node.id === edge.target))?.target ?? null;
  }
  if (direction === "up") return drawing.edges.find((edge) => edge.target === from && !hidden.has(edge.source))?.source ?? null;
  return beside(drawing, from, direction, shown.map((node) => node.id));
}

/// Where the keyboard begins: the trigger, else the first step.
export function first(drawing: Drawing, hidden: ReadonlySet<string> = new Set()): string | null {
  const shown = drawing.nodes.filter((node) => !hidden.has(node.id));
  return (shown.find((node) => node.kind === "trigger") ?? shown[0])?.id ?? null;
}

/// Ids in reading order: along the lines from the trigger, then whatever nothing leads to.
export function readingOrder(drawing: Drawing): string[] {
  const seen = new Set<string>();
  const starts = [first(drawing), ...drawing.nodes.map((node) => node.id)];
  for (const start of starts) {
    const todo = start ? [start] : [];
    while (todo.length) {
      const id = todo.pop() as string;
      const node = drawing.nodes.find((one) => one.id === id);
      if (!node || seen.has(id)) continue;
      seen.add(id);
      const order = portsOf(node).map((port) => port.name);
      const lines = drawing.edges.filter((edge) => edge.source === id).sort((a, b) => order.indexOf(b.port) - order.indexOf(a.port));
      todo.push(...lines.map((edge) => edge.target));
    }
  }
  return [...seen];
}

function beside(drawing: Drawing, from: string, direction: "left" | "right", ids: string[]): string | null {
  const here = drawing.positions[from];
  if (!here) return null;
  const sign = direction === "right" ? 1 : -1;
  let best: { id: string; far: number } | null = null;
  for (const id of ids) {
    const place = drawing.positions[id];
    if (!place || id === from || (place.x - here.x) * sign <= 0) continue;
    const far = distance(here, place);
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id ?? null;
}

/// Rows count more than columns: what stands beside comes before what stands above.
function distance(one: Point, other: Point): number {
  return Math.abs(one.x - other.x) + 3 * Math.abs(one.y - other.y);
}
