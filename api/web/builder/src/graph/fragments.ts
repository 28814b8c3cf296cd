/// Pieces of drawings that are copied, pasted and duplicated, also into other automations.
import { GRID } from "./sizes";
import type { Drawing, DrawnEdge, DrawnNode, Json, Point } from "./types";

export interface Fragment {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  positions: Record<string, Point>;
}

const MARK = "automation steps";

/// The chosen nodes with the lines between them. A trigger is never copied: an automation has one.
export function fragmentOf(drawing: Drawing, node_ids: readonly string[]): Fragment {
  const nodes = drawing.nodes.filter((node) => node_ids.includes(node.id) && node.kind !== "trigger");
  const ids = new Set(nodes.map((node) => node.id));
  return {
    nodes,
    edges: drawing.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    positions: Object.fromEntries(nodes.map((node) => [node.id, drawing.positions[node.id] ?? { x: 0, y: 0 }])),
  };
}

/// The same piece under ids that the drawing does not have, moved aside; what it reads of its own steps is told the new ids.
export function renewed(fragment: Fragment, drawing: Drawing, at?: Point): Fragment {
  const taken = new Set(drawing.nodes.map((node) => node.id));
  const names = new Map<string, string>();
  for (const node of fragment.nodes) {
    const id = freshId(node.id, taken);
    taken.add(id);
    names.set(node.id, id);
  }
  const shift = shiftOf(fragment, drawing, at);
  const edgeIds = new Set(drawing.edges.map((edge) => edge.id));
  return {
    nodes: fragment.nodes.map((node) => ({ ...node, id: names.get(node.id) as string, settings: renamed(node.settings, names) as DrawnNode["settings"] })),
    edges: fragment.edges.map((edge) => {
      const [source, target] = [names.get(edge.source) as string, names.get(edge.target) as string];
      const id = freshId(`${source}-${edge.port}`, edgeIds);
      edgeIds.add(id);
      return { ...edge, id, source, target };
    }),
    positions: Object.fromEntries(
      Object.entries(fragment.positions).map(([id, place]) => [names.get(id) as string, { x: place.x + shift.x, y: place.y + shift.y }]),
    ),
  };
}

/// For the clipboard: text that another automation's builder knows again.
export function written(fragment: Fragment): string {
  return JSON.stringify({ what: MARK, ...fragment });
}

/// The piece that a text holds; null when it holds none.
export function readFragment(text: string): Fragment | null {
  try {
    const found = JSON.parse(text) as Record<string, Json>;
    if (found["what"] !== MARK || !Array.isArray(found["nodes"]) || !Array.isArray(found["edges"])) return null;
    const nodes = (found["nodes"] as DrawnNode[]).filter((node) => typeof node?.id === "string" && typeof node.kind === "string" && node.settings);
    const ids = new Set(nodes.map((node) => node.id));
    const edges = (found["edges"] as DrawnEdge[]).filter((edge) => ids.has(edge?.source) && ids.has(edge.target));
    return nodes.length ? { nodes, edges, positions: (found["positions"] ?? {}) as Record<string, Point> } : null;
  } catch {
    return null;
  }
}

/// `stem`, or the first of stem_2, stem_3 … that is free. Letters, digits, - and _ alone, at most 64.
export function freshId(stem: string, taken: Set<string>): string {
  const clean = stem.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/_\d+$/, "").slice(0, 56) || "step";
  if (!taken.has(clean)) return clean;
  let number = 2;
  while (taken.has(`${clean}_${number}`)) number += 1;
  return `${clean}_${number}`;
}

function shiftOf(fragment: Fragment, drawing: Drawing, at?: Point): Point {
  const places = Object.values(fragment.positions);
  const [left, top] = [Math.min(...places.map((place) => place.x)), Math.min(...places.map((place) => place.y))];
  if (at && places.length) return { x: at.x - left, y: at.y - top };
  const taken = new Set(Object.values(drawing.positions).map((place) => `${place.x} ${place.y}`));
  let by = GRID * 2;
  while (places.some((place) => taken.has(`${place.x + by} ${place.y + by}`))) by += GRID * 2;
  return { x: by, y: by };
}

/// Settings with `nodes.<old id>` and `loops.<old id>` in paths and texts replaced by the new ids.
function renamed(value: Json, names: Map<string, string>): Json {
  if (typeof value === "string") return value.replace(/\b(nodes|loops)\.([A-Za-z0-9_-]+)/g, (all, head: string, id: string) => (names.has(id) ? `${head}.${names.get(id)}` : all));
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, names)]));
  return value;
}
