/// Which steps stand inside another's body, and what is hidden when one is folded.
import { bodyPorts } from "./ports";
import type { Drawing } from "./types";

/// Owner id to the ids of everything inside it, bodies of bodies included. Only steps that are reached through its body ports alone.
export function bodiesOf(drawing: Drawing): Map<string, Set<string>> {
  const following = followers(drawing);
  const found = new Map<string, Set<string>>();
  for (const owner of drawing.nodes) {
    const entries = new Set(bodyPorts(owner).map((port) => port.name));
    if (!entries.size) continue;
    const outside = reached(heads(drawing), following, (edge) => edge.source === owner.id && entries.has(edge.port));
    const starts = drawing.edges.filter((edge) => edge.source === owner.id && entries.has(edge.port)).map((edge) => edge.target);
    const inside = reached(starts, following, () => false);
    found.set(owner.id, new Set([...inside].filter((id) => !outside.has(id) && id !== owner.id)));
  }
  return found;
}

/// What a folded owner hides.
export function hiddenNodes(drawing: Drawing): Set<string> {
  if (!drawing.collapsed.length) return NOTHING;
  const bodies = bodiesOf(drawing);
  return new Set(drawing.collapsed.flatMap((id) => [...(bodies.get(id) ?? [])]));
}

const NOTHING = new Set<string>();

type Edges = Map<string, { source: string; port: string; target: string }[]>;

export function followers(drawing: Drawing): Edges {
  const following: Edges = new Map(drawing.nodes.map((node) => [node.id, []]));
  for (const edge of drawing.edges) if (following.has(edge.target)) following.get(edge.source)?.push(edge);
  return following;
}

export function reached(starts: string[], following: Edges, isCut: (edge: { source: string; port: string }) => boolean): Set<string> {
  const seen = new Set<string>();
  const todo = [...starts];
  while (todo.length) {
    const id = todo.pop() as string;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const edge of following.get(id) ?? []) if (!isCut(edge)) todo.push(edge.target);
  }
  return seen;
}

/// Where runs and loose ends begin: the triggers, and steps that no line leads to.
function heads(drawing: Drawing): string[] {
  const led = new Set(drawing.edges.map((edge) => edge.target));
  return drawing.nodes.filter((node) => node.kind === "trigger" || !led.has(node.id)).map((node) => node.id);
}
