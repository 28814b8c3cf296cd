/// Two drawings as one: everything that either has, with what became of it.
import type { Mark } from "../../canvas/flow_elements";
import type { ChangesOut } from "../../generated/automations";
import { withPlaces } from "../../graph/layout";
import { drawingOf, type Drawing, type Json } from "../../graph/types";
import { fieldWords } from "../publish/words";
import { SIGNS, type ChangeKind } from "../publish/signs";

export interface Union {
  drawing: Drawing;
  marks: Record<string, Mark>;
  /// What became of each line, by its id here; one that is in both is not named.
  lines: Record<string, ChangeKind>;
}

/// The later drawing, and what it lacks of the earlier one where that stood.
export function union(before: Record<string, Json>, after: Record<string, Json>, changes: ChangesOut): Union {
  const [old, now] = [withPlaces(drawingOf(before)), withPlaces(drawingOf(after))];
  const there = new Set(now.nodes.map((node) => node.id));
  const gone = old.nodes.filter((node) => !there.has(node.id));
  const kept = new Set(now.edges.map(lineOf));
  const cut = old.edges.filter((edge) => !kept.has(lineOf(edge)));
  const known = new Set(old.edges.map(lineOf));
  const marks = Object.fromEntries(changes.nodes.map((node) => [node.node_id, markOf(node.change as ChangeKind, node.fields.map(({ field }) => fieldWords(field)))]));
  const places = Object.fromEntries(gone.map((node) => [node.id, clear(old.positions[node.id] ?? { x: 0, y: 0 }, now)]));
  const edges = [...now.edges, ...cut.map((edge) => ({ ...edge, id: `was ${edge.id}` }))];
  return {
    drawing: { ...now, nodes: [...now.nodes, ...gone], edges, positions: { ...now.positions, ...places }, notes: [], collapsed: [] },
    marks,
    lines: Object.fromEntries([...now.edges.filter((edge) => !known.has(lineOf(edge))).map((edge) => [edge.id, "added" as const]), ...cut.map((edge) => [`was ${edge.id}`, "removed" as const])]),
  };
}

const lineOf = ({ source, port, target }: { source: string; port: string; target: string }): string => `${source} ${port} ${target}`;

function markOf(change: ChangeKind, fields: string[]): Mark {
  const { icon, tone, word } = SIGNS[change];
  return { icon, tone, words: fields.length ? `${word}: ${fields.join(", ")}` : word };
}

/// Beside what stands there now, so that neither hides the other.
function clear(place: { x: number; y: number }, drawing: Drawing): { x: number; y: number } {
  const isTaken = Object.values(drawing.positions).some((other) => Math.abs(other.x - place.x) < 240 && Math.abs(other.y - place.y) < 80);
  return isTaken ? clear({ x: place.x + 304, y: place.y }, drawing) : place;
}
