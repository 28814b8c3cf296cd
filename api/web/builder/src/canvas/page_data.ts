/// What the page brings along, in a script tag that is data and never runs.
import type { AutomationDetail } from "../generated/automations";

export interface PageData {
  automation: AutomationDetail;
  zone: string;
  member: { id: string; name: string };
  /// Member id to name.
  members: Record<string, string>;
  icons: Record<string, [string, Record<string, string>][]>;
}

export function pageData(): PageData {
  return JSON.parse(document.getElementById("builder-data")?.textContent ?? "{}") as PageData;
}
