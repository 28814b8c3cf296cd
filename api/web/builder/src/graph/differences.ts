/// What sets two drawings of one automation apart, step by step.
import type { Drawing, DrawnNode } from "./types";

export interface Differences {
  added: string[];
  removed: string[];
  changed: string[];
  /// Steps whose ways out lead elsewhere.
  rewired: string[];
}

export function differences(before: Drawing, after: Drawing): Differences {
  const [old, now] = [byId(before), byId(after)];
  const both = [...now.keys()].filter((id) => old.has(id));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: both.filter((id) => sameText(old.get(id)) !== sameText(now.get(id))),
    rewired: both.filter((id) => lines(before, id) !== lines(after, id)),
  };
}

export function isSame(one: unknown, other: unknown): boolean {
  return sameText(one) === sameText(other);
}

function byId(drawing: Drawing): Map<string, DrawnNode> {
  return new Map(drawing.nodes.map((node) => [node.id, node]));
}

function lines(drawing: Drawing, id: string): string {
  return drawing.edges
    .filter((edge) => edge.source === id)
    .map((edge) => JSON.stringify([edge.port, edge.target]))
    .sort()
    .join();
}

/// The same text for the same JSON, whatever the order of its keys.
function sameText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
