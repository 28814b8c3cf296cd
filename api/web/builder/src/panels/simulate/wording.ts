/// Kinds of entries as people see them, and moments and amounts in the workspace's zone.
import type { EntryOut } from "../../generated/automations";

export type Kind = EntryOut["kind"];

interface Look {
  icon: string;
  one: string;
  many: string;
  /// A class that gives the hue.
  hue: string;
}

export const LOOKS: Record<Kind, Look> = {
  start: { icon: "zap", one: "start", many: "starts", hue: "hue-plain" },
  mail: { icon: "mail", one: "mail", many: "mails", hue: "hue-blue" },
  message: { icon: "message-square", one: "message", many: "messages", hue: "hue-blue" },
  task: { icon: "square-check", one: "task", many: "tasks", hue: "hue-violet" },
  notice: { icon: "bell", one: "notice", many: "notices", hue: "hue-violet" },
  document: { icon: "file-text", one: "document", many: "documents", hue: "hue-pink" },
  invoice: { icon: "receipt-text", one: "invoice", many: "invoices", hue: "hue-green" },
  charge: { icon: "credit-card", one: "payment", many: "payments", hue: "hue-green" },
  booking: { icon: "calendar-check", one: "booking", many: "bookings", hue: "hue-pink" },
  request: { icon: "globe", one: "request", many: "requests", hue: "hue-blue" },
  change: { icon: "pencil", one: "change", many: "changes", hue: "hue-violet" },
  wait: { icon: "hourglass", one: "wait", many: "waits", hue: "hue-teal" },
  approval: { icon: "hand", one: "approval", many: "approvals", hue: "hue-teal" },
  event: { icon: "radio", one: "event outside", many: "events outside", hue: "hue-plain" },
  branch: { icon: "git-branch", one: "decision", many: "decisions", hue: "hue-plain" },
  stuck: { icon: "triangle-alert", one: "stuck step", many: "stuck steps", hue: "hue-red" },
  end: { icon: "circle-stop", one: "end", many: "ends", hue: "hue-plain" },
};

/// What others notice, in the order in which it is summed up.
export const EFFECTS: readonly Kind[] = ["mail", "message", "task", "notice", "document", "booking", "invoice", "charge", "request", "change"];
/// What belongs on a calendar.
export const DATED: readonly Kind[] = [...EFFECTS, "wait", "approval", "event", "stuck"];

export const counted = (count: number, kind: Kind): string => `${count.toLocaleString("en")} ${count === 1 ? LOOKS[kind].one : LOOKS[kind].many}`;

/// "3 mails, 2 tasks and 1 invoice"; empty when there is nothing.
export function sumOf(totals: Partial<Record<Kind, number>>, kinds: readonly Kind[] = EFFECTS): string {
  return listed(kinds.filter((kind) => totals[kind]).map((kind) => counted(totals[kind] ?? 0, kind)));
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

export function money(minor: number, currency: string): string {
  try {
    const shown = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
    return shown.format(minor / 10 ** (shown.resolvedOptions().maximumFractionDigits ?? 2)).replace(/\u00a0/g, " ");
  } catch {
    return `${minor} ${currency}`;
  }
}

const shownIn = (zone: string, options: Intl.DateTimeFormatOptions, at: string): string => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(at));
export const clock = (at: string, zone: string): string => shownIn(zone, { hour: "2-digit", minute: "2-digit" }, at);
export const moment = (at: string, zone: string): string => shownIn(zone, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }, at);
export const dayIn = (at: string, zone: string): string => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(at));

/// day: "2026-11-22".
export const dayWords = (day: string): string => shownIn("UTC", { weekday: "long", day: "numeric", month: "long", year: "numeric" }, `${day}T12:00:00Z`);
export const shortDay = (day: string): string => shownIn("UTC", { day: "numeric", month: "short" }, `${day}T12:00:00Z`);
/// month: "2026-11".
export const monthWords = (month: string, length: "long" | "short" = "long"): string => shownIn("UTC", { month: length, year: "numeric" }, `${month}-15T12:00:00Z`);

/// What an entry is, in one line.
export function titleOf(entry: EntryOut): string {
  if (entry.kind === "wait") return entry.title ? `Waits: ${lower(entry.title)}` : `Waits: ${entry.label}`;
  if (entry.kind === "approval") return `${entry.title} asked to approve`;
  if (entry.kind === "branch") return `${entry.label}: ${entry.port}`;
  return entry.title || entry.label;
}

/// How it went, where that says more than its title.
export function outcomeOf(entry: EntryOut, zone: string): string {
  if (entry.kind === "wait" || entry.kind === "approval") {
    if (entry.ended_at) return `${entry.outcome === "time is up" && entry.port === "timeout" ? "nothing came" : entry.outcome || "over"}, ${moment(entry.ended_at, zone)}`;
    return entry.until ? `until ${moment(entry.until, zone)} at the latest` : "with no end in sight";
  }
  return entry.kind === "end" || entry.kind === "start" ? "" : entry.outcome;
}

const lower = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);
