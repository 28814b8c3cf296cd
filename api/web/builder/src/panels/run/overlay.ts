/// How a run stands on its drawing: which rows belong to which step, in which pass of which loop, and what sign that gives.
import type { Mark } from "../../canvas/flow_elements";
import { followers, reached } from "../../graph/bodies";
import type { DrawnNode, Drawing } from "../../graph/types";
import type { OpenWait, RunNow, StepRow, StepStatus } from "./facts";

/// Loop id to the pass that is looked at; a loop that is not named shows all its passes.
export type Passes = Readonly<Record<string, number>>;

/// A row, with the step it is about and the pass of every loop around it.
export interface Placed {
  row: StepRow;
  node_id: string;
  passes: Passes;
}

export const SIGNS: Record<StepStatus, { tone: Mark["tone"]; icon: string; words: string }> = {
  parked: { tone: "warning", icon: "wrench", words: "Needs repair" },
  failed: { tone: "error", icon: "x", words: "Failed" },
  retrying: { tone: "warning", icon: "rotate-cw", words: "Trying again" },
  running: { tone: "brand", icon: "loader", words: "Running" },
  waiting: { tone: "info", icon: "hourglass", words: "Waiting" },
  canceled: { tone: "quiet", icon: "ban", words: "Given up" },
  skipped: { tone: "quiet", icon: "skip-forward", words: "Skipped" },
  done: { tone: "success", icon: "check", words: "Done" },
};
/// What a person should see first, where several passes differ.
const ORDER = Object.keys(SIGNS) as StepStatus[];
const LIVE: readonly StepStatus[] = ["parked", "retrying", "running", "waiting"];

export function placed(rows: readonly StepRow[], drawing: Drawing): Placed[] {
  const loops = new Set(drawing.nodes.filter((node) => node.kind === "for_each").map((node) => node.id));
  return rows.map((row) => {
    const segments = row.node_path.split("/").map((segment) => /^([^[]*)(?:\[(\d+)\])?$/.exec(segment) ?? ["", segment]);
    const passes: Record<string, number> = {};
    let innermost: string | null = null;
    for (const [, name = "", index] of segments.slice(0, -1)) {
      if (index !== undefined) passes[name] = Number(index);
      else if (loops.has(name)) innermost = name;
    }
    if (innermost !== null) passes[innermost] = row.iteration;
    return { row, node_id: segments.at(-1)?.[1] ?? "", passes };
  });
}

/// The rows of the passes that are looked at.
export function inPasses(rows: readonly Placed[], passes: Passes): Placed[] {
  return rows.filter((one) => Object.entries(one.passes).every(([loop, pass]) => (passes[loop] ?? pass) === pass));
}

/// The passes a loop has begun, in order, each with the sign of what happened in it. Loops around it count as they are looked at.
export function passesOf(rows: readonly Placed[], loop: string, passes: Passes): { pass: number; status: StepStatus }[] {
  const { [loop]: _, ...around } = passes;
  const found = new Map<number, StepStatus[]>();
  for (const one of inPasses(rows, around)) {
    const pass = one.passes[loop];
    if (pass !== undefined) found.set(pass, [...(found.get(pass) ?? []), one.row.status]);
  }
  return [...found].sort(([a], [b]) => a - b).map(([pass, statuses]) => ({ pass, status: worst(statuses) }));
}

/// A sign for every step of the drawing.
export function marksOf(drawing: Drawing, rows: readonly Placed[], run: RunNow, when: (moment: string) => string): Record<string, Mark> {
  const ahead = stepsAhead(drawing, rows, run);
  return Object.fromEntries(drawing.nodes.map((node) => [node.id, markOf(node, rows.filter((one) => one.node_id === node.id), run, ahead, when)]));
}

/// The wait that a row stands in.
export function waitOf(row: StepRow, waits: readonly OpenWait[]): OpenWait | undefined {
  const place = `${row.node_path}.${row.iteration}.`;
  return waits.find((wait) => wait.key === `step:${row.node_path}:${row.iteration}`) ?? waits.find((wait) => wait.key.startsWith(place) && /^\d+$/.test(wait.key.slice(place.length)));
}

/// Lines that the run went along.
export function takenLines(drawing: Drawing, rows: readonly Placed[]): Set<string> {
  const seen = new Set(rows.map((one) => one.node_id));
  const taken = drawing.edges.filter((edge) => {
    if (!seen.has(edge.target)) return false;
    const source = drawing.nodes.find((node) => node.id === edge.source);
    if (source?.kind === "trigger") return true;
    return rows.some((one) => one.node_id === edge.source && leftBy(one.row, edge.port));
  });
  return new Set(taken.map((edge) => edge.id));
}

function leftBy(row: StepRow, port: string): boolean {
  const named = row.output["port"];
  if (typeof named === "string") return named === port;
  if (port === "error") return row.status === "failed";
  const decision = row.output["decision"];
  if (typeof decision === "string") return decision === port;
  return row.status !== "failed" || port !== "ok";
}

function markOf(node: DrawnNode, rows: Placed[], run: RunNow, ahead: ReadonlySet<string>, when: (moment: string) => string): Mark {
  if (node.kind === "trigger") return { tone: "success", icon: "check", words: "Began here" };
  if (!rows.length) return ahead.has(node.id) ? { tone: "quiet", icon: "circle-dashed", words: "Not reached yet" } : { tone: "quiet", icon: "circle-slash", words: "Not taken" };
  const status = worst(rows.map((one) => one.row.status));
  const sign = SIGNS[status];
  const same = rows.filter((one) => one.row.status === status);
  const until = same.length === 1 && same[0] ? waitOf(same[0].row, run.waits)?.until : null;
  const words = until ? `${sign.words} ${status === "retrying" ? "at" : "until"} ${when(until)}` : sign.words;
  return { ...sign, words: rows.length === 1 ? words : `${words}: ${same.length} of ${rows.length}` };
}

/// Everything that lines still lead to from where the run stands; nothing once it is over.
function stepsAhead(drawing: Drawing, rows: readonly Placed[], run: RunNow): Set<string> {
  if (run.finished_at) return new Set();
  const live = rows.filter((one) => LIVE.includes(one.row.status)).map((one) => one.node_id);
  const starts = live.length ? live : drawing.nodes.filter((node) => node.kind === "trigger").map((node) => node.id);
  return reached(starts, followers(drawing), () => false);
}

export function worst(statuses: readonly StepStatus[]): StepStatus {
  return ORDER.find((one) => statuses.includes(one)) ?? "done";
}
