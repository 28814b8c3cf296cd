/// What can be added, in groups, and what of it a search finds.
import { KINDS, TRIGGER_LOOKS, type Family } from "../graph/looks";
import type { Seed } from "../graph/insertions";
import { sentence } from "../graph/ports";
import type { Catalogue, NodeKind } from "../graph/types";

export interface PaletteItem {
  key: string;
  icon: string;
  title: string;
  docs: string;
  family: Family;
  seed: Seed;
}

export interface PaletteGroup {
  key: string;
  title: string;
  items: PaletteItem[];
  /// Long groups show nothing until they are opened or searched.
  isFolded: boolean;
}

const FLOW = ["condition", "delay", "wait_until", "wait_for_event", "approval", "parallel", "for_each", "sub_automation", "stop"];

/// Starts first while there is none, else the steps first.
export function paletteGroups(catalogue: Catalogue, hasTrigger: boolean): PaletteGroup[] {
  const starts = startGroups(catalogue, hasTrigger);
  const steps = [...actionGroups(catalogue), flowGroup(catalogue)];
  return hasTrigger ? [...steps, ...starts] : [...starts, ...steps];
}

/// The groups with the items that hold every word; groups without any are left out.
export function searched(groups: PaletteGroup[], text: string): PaletteGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return groups;
  return groups.flatMap((group) => {
    const items = group.items.filter((item) => {
      const hay = `${item.title} ${item.docs} ${group.title} ${item.key}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
    return items.length ? [{ ...group, items, isFolded: false }] : [];
  });
}

function startGroups(catalogue: Catalogue, hasTrigger: boolean): PaletteGroup[] {
  const known = strings(catalogue.nodes["trigger"]);
  const others = Object.entries(TRIGGER_LOOKS).filter(([kind]) => kind !== "event" && known.has(kind));
  const ways = others.map(([kind, look]): PaletteItem => {
    return { key: `trigger:${kind}`, icon: look.icon, title: look.verb, docs: look.docs, family: "start", seed: { kind: "trigger", settings: look.settings, stem: "trigger" } };
  });
  const events = catalogue.events.map((event): PaletteItem => {
    const settings = { kind: "event", type: event.name };
    return { key: `event:${event.name}`, icon: "zap", title: event.says, docs: event.name, family: "start", seed: { kind: "trigger", settings, stem: "trigger" } };
  });
  const often = OFTEN.flatMap((name) => events.find((item) => item.key === `event:${name}`) ?? []);
  return [
    { key: "starts", title: hasTrigger ? "Start differently" : "Begin with", items: hasTrigger ? ways : [...often, ...ways], isFolded: hasTrigger },
    { key: "events", title: "Start on an event", items: events, isFolded: true },
  ];
}

const OFTEN = ["submission.accepted", "proposal.accepted", "contract.completed", "invoice.overdue", "invoice.paid", "booking.made"];

function actionGroups(catalogue: Catalogue): PaletteGroup[] {
  const groups = new Map<string, PaletteItem[]>();
  for (const action of catalogue.actions) {
    const noun = action.name.split(".")[0] ?? "";
    const item: PaletteItem = {
      key: action.name,
      icon: action.icon,
      title: action.title,
      docs: action.docs,
      family: "act",
      seed: { kind: "action", settings: { action: action.name, input: {} }, stem: (action.name.split(".")[1] ?? action.name).replaceAll("_", "-") },
    };
    groups.set(noun, [...(groups.get(noun) ?? []), item]);
  }
  const order = (noun: string): number => (ORDER.indexOf(noun) + 1 || 99);
  return [...groups]
    .sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))
    .map(([noun, items]) => ({ key: noun, title: NOUNS[noun] ?? sentence(noun), items, isFolded: false }));
}

const ORDER = ["messages", "inbox", "members", "tasks", "engagements", "contacts", "companies", "forms", "proposals", "contracts", "bookings", "invoices", "payments", "projects"];
const NOUNS: Record<string, string> = { members: "Team", inbox: "Channels", http: "Other programs" };

function flowGroup(catalogue: Catalogue): PaletteGroup {
  const kinds = FLOW.filter((kind) => kind in catalogue.nodes);
  const items = kinds.map((kind): PaletteItem => {
    const look = KINDS[kind] as (typeof KINDS)[string];
    return { key: `kind:${kind}`, icon: look.icon, title: look.verb, docs: look.docs, family: look.family, seed: { kind: kind as NodeKind, settings: look.settings, stem: kind.replaceAll("_", "-") } };
  });
  return { key: "flow", title: "Wait, decide, repeat", items, isFolded: false };
}

/// The kinds of trigger that the product knows, as its schema says.
function strings(schema: Record<string, unknown> | undefined): Set<string> {
  const properties = (schema?.["properties"] ?? {}) as Record<string, { enum?: string[] }>;
  return new Set(properties["kind"]?.enum ?? []);
}
