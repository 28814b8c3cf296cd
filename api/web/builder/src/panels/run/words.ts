/// Moments and values in words.
import { record, type Json } from "../../graph/types";

/// "Tue, 24 Nov 2026, 14:02 CET" in the studio's zone.
export function momentsIn(zone: string): (moment: string) => string {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return (moment) => format.format(new Date(moment));
}

/// How long something took, when it was long enough to mention.
export function tookWords(from: string, to: string | null): string {
  const seconds = to ? (Date.parse(to) - Date.parse(from)) / 1000 : 0;
  const units: [number, string][] = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ];
  const fitting = units.find(([length]) => seconds >= length);
  if (!fitting) return "";
  const amount = Math.floor(seconds / fitting[0]);
  return `${amount} ${fitting[1]}${amount === 1 ? "" : "s"}`;
}

/// Names and values of a preview; what is empty is left out.
export function pairs(values: Record<string, Json>): [string, string][] {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== "" && !(typeof value === "object" && Object.keys(record(value)).length === 0 && !(value as Json[]).length))
    .map(([name, value]) => [sentence(name), typeof value === "string" ? value : JSON.stringify(value, null, 2)]);
}

function sentence(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
