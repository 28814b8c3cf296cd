/// How steps look and read: "Send mail · Thank the lead".
import { sentence, spanWords } from "./ports";
import { record, records, type Catalogue, type DrawnNode, type Settings } from "./types";

/// Which family a step belongs to; it decides the colour of its sign.
export type Family = "start" | "act" | "decide" | "wait" | "repeat" | "stop";

export interface Look {
  icon: string;
  verb: string;
  family: Family;
}

interface KindLook extends Look {
  docs: string;
  /// What a new one begins with.
  settings: Settings;
}

export const KINDS: Record<string, KindLook> = {
  trigger: { icon: "zap", verb: "When", family: "start", docs: "What starts it", settings: { kind: "event" } },
  action: { icon: "play", verb: "Do", family: "act", docs: "Something that is done", settings: {} },
  condition: { icon: "git-branch", verb: "Decide", family: "decide", docs: "Go different ways; the first that fits is taken", settings: { cases: [{ port: "yes", when: { value: true } }] } },
  delay: { icon: "timer", verb: "Wait a while", family: "wait", docs: "Minutes, days, working days", settings: { amount: 1, unit: "days" } },
  wait_until: { icon: "calendar-clock", verb: "Wait until a moment", family: "wait", docs: "A date of the record, moved by some days, at an hour", settings: {} },
  wait_for_event: { icon: "hourglass", verb: "Wait for something", family: "wait", docs: "Until it happens, or until time is up", settings: { timeout: { amount: 3, unit: "days" } } },
  approval: { icon: "hand", verb: "Ask for approval", family: "wait", docs: "Go on when somebody says yes", settings: {} },
  parallel: { icon: "split", verb: "Do at the same time", family: "repeat", docs: "Branches side by side; go on after all, or after the first", settings: { branches: [{ port: "a", label: "One" }, { port: "b", label: "The other" }], join: "all" } },
  for_each: { icon: "repeat-2", verb: "For each", family: "repeat", docs: "The same steps for every item of a list", settings: { limit: 100, concurrency: 1 } },
  sub_automation: { icon: "workflow", verb: "Run another automation", family: "act", docs: "Wait for it, or let it go on by itself", settings: { mode: "wait", input: {} } },
  stop: { icon: "circle-stop", verb: "Stop", family: "stop", docs: "End here, as a success or a failure", settings: { outcome: "success" } },
};

const UNKNOWN: KindLook = { icon: "circle-question-mark", verb: "Unknown step", family: "act", docs: "", settings: {} };

const TRIGGERS: Record<string, { icon: string; verb: string; docs: string; settings: Settings }> = {
  event: { icon: "zap", verb: "When something happens", docs: "An event of your studio", settings: { kind: "event" } },
  date: { icon: "calendar-days", verb: "Around a date", docs: "Days before or after a date of a record", settings: { kind: "date" } },
  schedule: { icon: "repeat", verb: "On a schedule", docs: "Every Monday at nine, say", settings: { kind: "schedule", cron: "0 9 * * 1" } },
  webhook: { icon: "webhook", verb: "When another program calls", docs: "A secret address that takes JSON", settings: { kind: "webhook" } },
  manual: { icon: "mouse-pointer-click", verb: "When somebody starts it", docs: "By hand, for one record or many", settings: { kind: "manual" } },
  called: { icon: "corner-down-right", verb: "When another automation calls", docs: "With values it hands over", settings: { kind: "called" } },
};

export const TRIGGER_LOOKS = TRIGGERS;

export function lookOf(node: DrawnNode, catalogue: Catalogue): Look {
  const usual = KINDS[node.kind] ?? UNKNOWN;
  if (node.kind === "trigger") {
    const own = TRIGGERS[String(node.settings["kind"])];
    return own ? { icon: own.icon, verb: own.verb, family: "start" } : usual;
  }
  if (node.kind !== "action") return usual;
  const action = catalogue.actions.find((one) => one.name === node.settings["action"]);
  return action ? { icon: action.icon, verb: action.title, family: "act" } : { ...UNKNOWN, verb: "Unknown action" };
}

/// What a step is about: what its author called it, else the gist of its settings, else nothing.
export function objectOf(node: DrawnNode, catalogue: Catalogue): string {
  return node.label.trim() || gistOf(node, catalogue);
}

/// "Send mail · Thank the lead".
export function nameOf(node: DrawnNode, catalogue: Catalogue): string {
  const { verb } = lookOf(node, catalogue);
  const object = objectOf(node, catalogue);
  return object && object !== verb ? `${verb} · ${object}` : verb;
}

export function gistOf(node: DrawnNode, catalogue: Catalogue): string {
  const { settings } = node;
  switch (node.kind as string) {
    case "trigger":
      return triggerGist(settings, catalogue);
    case "delay":
      return settings["amount"] === undefined ? "" : spanWords(settings);
    case "wait_until":
      return untilGist(settings);
    case "wait_for_event":
      return catalogue.events.find((event) => event.name === settings["event"])?.says ?? "";
    case "condition":
      return records(settings["cases"]).map((one) => sentence(String(one["port"] ?? ""))).join(", ");
    case "parallel":
      return records(settings["branches"]).map((one) => String(one["label"] || one["port"])).join(", ");
    case "for_each": {
      const path = record(settings["items"])["path"];
      return typeof path === "string" ? sentence(path.split(".").at(-1) ?? "") : "";
    }
    case "stop":
      return settings["outcome"] === "failure" ? "As a failure" : "";
    default:
      return "";
  }
}

function triggerGist(settings: Settings, catalogue: Catalogue): string {
  if (settings["kind"] === "event") return catalogue.events.find((event) => event.name === settings["type"])?.says ?? "";
  if (settings["kind"] === "schedule") return String(settings["cron"] ?? "");
  if (settings["kind"] === "manual") return sentence(String(settings["noun"] ?? ""));
  if (settings["kind"] === "date") return sentence(String(settings["type"] ?? "").replaceAll(".", " "));
  return "";
}

function untilGist(settings: Settings): string {
  const at = record(settings["at"])["path"];
  const offset = record(settings["offset"]);
  const moved = offset["amount"] ? `${spanWords(offset)} ${Number(offset["amount"]) < 0 ? "before" : "after"}` : "";
  const date = typeof at === "string" ? sentence(at.split(".").slice(-2).join(" ")) : "";
  return [moved, date, settings["time"] ? `at ${String(settings["time"])}` : ""].filter(Boolean).join(" ");
}
