/// What publishing would do, in words.
import type { ChangesOut, MoveDetail, NextStepOut, PreviewOut, RunGroupOut } from "../../generated/automations";

export type Choice = "finish" | "next_wait" | "now" | "stop";
export type Choices = Readonly<Record<string, Choice>>;

/// What a step is called, by its id.
export type Naming = (node_id: string) => string;

export const choiceOf = (choices: Choices, group: RunGroupOut): Choice => choices[group.key] ?? "finish";

export function runs(count: number): string {
  return count === 1 ? "1 run" : `${count} runs`;
}

/// "3 runs follow", "1 run follows".
export function following(groups: readonly RunGroupOut[]): string {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return `${runs(count)} ${count === 1 ? "follows" : "follow"}`;
}

/// "Publish version 4 · move 3 runs, 2 finish on version 3".
export function publishWords(preview: PreviewOut, choices: Choices): string {
  const head = preview.is_unchanged ? (preview.in_force ? `Version ${preview.next_version} runs already` : `Switch version ${preview.next_version} on`) : `Publish version ${preview.next_version}`;
  const rest = outcomes(preview.groups, choices);
  return rest ? `${head} · ${rest}` : head;
}

/// What becomes of the live runs, the busiest verbs first; empty without any.
export function outcomes(groups: readonly RunGroupOut[], choices: Choices): string {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(choiceOf(choices, group), (counts.get(choiceOf(choices, group)) ?? 0) + group.count);
  const parts = [
    counted(counts, "now", (count) => `move ${runs(count)}`),
    counted(counts, "next_wait", (count) => `move ${runs(count)} later`),
    counted(counts, "stop", (count) => `stop ${runs(count)}`),
    finishing(groups, choices),
  ];
  return parts.filter(Boolean).join(", ");
}

/// "2 finish on version 3, 1 finishes on version 2".
export function finishing(groups: readonly RunGroupOut[], choices: Choices): string {
  const counts = new Map<number, number>();
  for (const group of groups) if (choiceOf(choices, group) === "finish") counts.set(group.version, (counts.get(group.version) ?? 0) + group.count);
  return [...counts].map(([version, count]) => `${count} ${count === 1 ? "finishes" : "finish"} on version ${version}`).join(", ");
}

function counted(counts: Map<string, number>, what: string, words: (count: number) => string): string {
  const count = counts.get(what);
  return count ? words(count) : "";
}

/// Whether pressing the button would do anything.
export function isIdle(preview: PreviewOut, choices: Choices): boolean {
  return preview.is_unchanged && preview.in_force > 0 && preview.groups.every((group) => choiceOf(choices, group) === "finish");
}

/// The id of the node at the end of a path such as `each[3]/mail`.
export function nodeIdOf(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(/\[\d+\]$/, "");
}

export interface StepWords {
  /// A moment, or what there is instead of one.
  when: string;
  /// What happens then.
  what: string;
}

/// When a run goes on, and with what.
export function stepWords(step: NextStepOut, name: Naming, zone: string): StepWords {
  const here = name(nodeIdOf(step.node_path));
  const follows = step.then ? name(nodeIdOf(step.then)) : "the end";
  switch (step.doing) {
    case "start":
      return { when: "When it begins", what: here };
    case "end":
      return { when: "At once", what: "It ends" };
    case "performing":
    case "ready":
      return { when: "At once", what: here };
    case "parked":
      return { when: "Stuck until somebody repairs it", what: here };
    case "retrying":
      return { when: step.at ? moment(step.at, zone) : "Soon", what: `${here}, once more` };
    default:
      return { when: step.at ? moment(step.at, zone) : "When it is answered", what: follows === "the end" ? "It ends" : follows };
  }
}

/// "Mon 4 May 2026, 10:00", with the zone's name, since readers may be elsewhere.
export function moment(iso: string, zone: string): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone, timeZoneName: "short" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(iso));
}

const COUNTED: readonly [string, (count: number) => string][] = [
  ["moved", (count) => `${runs(count)} moved.`],
  ["pending", (count) => `${runs(count)} will move later.`],
  ["stopped", (count) => `${runs(count)} stopped.`],
  ["stayed", (count) => `${runs(count)} could not move and ${count === 1 ? "finishes" : "finish"} on the old version.`],
  ["undone", (count) => `${runs(count)} put back.`],
  ["kept", (count) => `${runs(count)} had done something already and ${count === 1 ? "stays" : "stay"} where ${count === 1 ? "it is" : "they are"}.`],
];

/// What became of the runs, one sentence for each outcome.
export function moveWords(move: MoveDetail): string[] {
  return COUNTED.flatMap(([status, words]) => {
    const count = move.counts[status];
    return count ? [words(count)] : [];
  });
}

export function isEmpty(changes: ChangesOut): boolean {
  return changes.nodes.length + changes.edges.length + changes.limits.length === 0;
}

/// "input.subject.text" as "Input · subject · text".
export function fieldWords(field: string): string {
  const words = field.split(".").map((part) => part.replaceAll("_", " ")).join(" · ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/// A value as somebody reads it; "nothing" where there is none.
export function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object" && !Array.isArray(value)) {
    const { path, text, value: fixed } = value as Record<string, unknown>;
    for (const known of [text, fixed, path]) if (typeof known === "string" || typeof known === "number") return String(known);
  }
  return JSON.stringify(value);
}
