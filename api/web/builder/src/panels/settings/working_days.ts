/// Which days a wait counts; the same as `working_days_words` of `models/rules/automation_words.py` says it.
import type { Json } from "../../graph/types";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The days with one more or one less, in the order of the week.
export function withDay(days: Json[], day: string, isWorked: boolean): string[] {
  return WEEKDAYS.filter((one) => (one === day ? isWorked : days.includes(one)));
}

/// “Mon, Tue; holidays are worked”; empty when they are those of the work calendar.
export function workingDaysInWords({ working_days, holidays }: Record<string, Json>): string {
  const days = Array.isArray(working_days) ? WEEKDAYS.filter((day) => working_days.includes(day)) : [];
  const said = days.length ? [days.map((day) => day[0]!.toUpperCase() + day.slice(1)).join(", ")] : [];
  if (holidays === "worked") said.push("holidays are worked");
  else if (holidays === "free") said.push("holidays are free");
  return said.join("; ");
}
