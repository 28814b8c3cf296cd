/// Which step every way to another leads through: what makes a drawing of branches that meet again readable as blocks in blocks.
import { bodyPorts } from "./ports";
import type { Drawing } from "./types";

export interface Domination {
  /// Where blocks begin: the trigger first, then what nothing leads to.
  roots: string[];
  /// The steps right below one in the order of blocks: `beside` by the one port that leads there, `below` where several ways meet.
  children(id: string): { beside: Map<string, string[]>; below: string[] };
}

interface Line {
  source: string;
  port: string;
  target: string;
}

/// Lines that lead back are passed over.
export function domination(drawing: Drawing): Domination {
  const ids = new Set(drawing.nodes.map((node) => node.id));
  const all = drawing.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const { order, lines } = forward(drawing, all);
  const into = grouped(lines, (line) => line.target);
  const over = immediate(order, into);
  const owners = new Map(drawing.nodes.map((node) => [node.id, new Set(bodyPorts(node).map((port) => port.name))]));
  const under = new Map<string, string[]>();
  for (const id of order) under.set(over.get(id) ?? "", [...(under.get(over.get(id) ?? "") ?? []), id]);
  return {
    roots: under.get("") ?? [],
    children(id) {
      const beside = new Map<string, string[]>();
      const below: string[] = [];
      const bodies = owners.get(id) ?? new Set<string>();
      for (const child of under.get(id) ?? []) {
        const lines = into.get(child) ?? [];
        const port = lines[0]?.port ?? "";
        const isBeside = lines.length === 1 && !(bodies.size && !bodies.has(port) && port === "ok");
        if (isBeside) beside.set(port, [...(beside.get(port) ?? []), child]);
        else below.push(child);
      }
      return { beside, below };
    },
  };
}

/// Ids so that every line that does not lead back goes from an earlier to a later one, and those lines.
function forward(drawing: Drawing, all: Line[]): { order: string[]; lines: Line[] } {
  const out = grouped(all, (line) => line.source);
  const led = new Set(all.map((line) => line.target));
  const starts = [...drawing.nodes].sort((a, b) => rank(a.kind, led.has(a.id)) - rank(b.kind, led.has(b.id)));
  const state = new Map<string, "open" | "done">();
  const order: string[] = [];
  const back = new Set<Line>();
  const visit = (id: string): void => {
    state.set(id, "open");
    for (const line of [...(out.get(id) ?? [])].reverse()) {
      if (state.get(line.target) === "open") back.add(line);
      else if (!state.has(line.target)) visit(line.target);
    }
    state.set(id, "done");
    order.unshift(id);
  };
  for (const node of [...starts].reverse()) if (rank(node.kind, led.has(node.id)) < 2) visit(node.id);
  for (const node of starts) if (!state.has(node.id)) visit(node.id);
  return { order, lines: all.filter((line) => !back.has(line)) };
}

function rank(kind: string, isLed: boolean): number {
  if (kind === "trigger") return 0;
  return isLed ? 2 : 1;
}

/// The nearest step that every way leads through; of a root, nothing.
function immediate(order: string[], into: Map<string, Line[]>): Map<string, string> {
  const at = new Map(order.map((id, index) => [id, index]));
  const over = new Map<string, string>();
  const shared = (one: string, other: string): string => {
    let [a, b] = [one, other];
    while (a !== b) {
      if (a === "" || b === "") return "";
      if ((at.get(a) ?? 0) > (at.get(b) ?? 0)) a = over.get(a) ?? "";
      else b = over.get(b) ?? "";
    }
    return a;
  };
  for (const id of order) {
    const sources = (into.get(id) ?? []).map((line) => line.source).filter((source) => (at.get(source) ?? 0) < (at.get(id) ?? 0));
    over.set(id, sources.length ? sources.reduce(shared) : "");
  }
  return over;
}

function grouped(lines: Line[], key: (line: Line) => string): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) groups.set(key(line), [...(groups.get(key(line)) ?? []), line]);
  return groups;
}
