/// Five-part schedules in words, and the simple ones as the parts of a form.

export type Frequency = "hourly" | "daily" | "weekdays" | "weekly" | "monthly" | "custom";

export interface Schedule {
  frequency: Frequency;
  /// `HH:MM`, for all but hourly; for hourly the minutes count.
  time: string;
  /// Monday 1 to Sunday 7, for weekly.
  days: number[];
  /// 1 to 31, for monthly.
  day: number;
}

export const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A schedule as far as a form can show it; anything else is custom.
export function scheduleOf(cron: string): Schedule {
  const plain = { time: "09:00", days: [1], day: 1 };
  const parts = cron.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  if (parts.length !== 5 || month !== "*" || !isNumber(minute)) return { ...plain, frequency: "custom" };
  if (hour === "*" && day === "*" && weekday === "*") return { ...plain, time: `00:${two(minute)}`, frequency: "hourly" };
  if (!isNumber(hour)) return { ...plain, frequency: "custom" };
  const time = `${two(hour)}:${two(minute)}`;
  if (day === "*" && weekday === "*") return { ...plain, time, frequency: "daily" };
  if (day === "*" && weekday === "1-5") return { ...plain, time, frequency: "weekdays" };
  if (day === "*" && /^[0-7](,[0-7])*$/.test(weekday)) {
    const days = [...new Set(weekday.split(",").map((one) => Number(one) || 7))].sort((a, b) => a - b);
    return { ...plain, time, days, frequency: "weekly" };
  }
  if (isNumber(day) && weekday === "*") return { ...plain, time, day: Number(day), frequency: "monthly" };
  return { ...plain, time, frequency: "custom" };
}

export function cronOf({ frequency, time, days, day }: Schedule): string {
  const [hour = "9", minute = "0"] = time.split(":").map((part) => String(Number(part) || 0));
  switch (frequency) {
    case "hourly":
      return `${minute} * * * *`;
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekdays":
      return `${minute} ${hour} * * 1-5`;
    case "weekly":
      return `${minute} ${hour} * * ${(days.length ? days : [1]).map((one) => one % 7).join(",")}`;
    case "monthly":
      return `${minute} ${hour} ${day} * *`;
    case "custom":
      return `${minute} ${hour} * * *`;
  }
}

/// The schedule in words; empty when it is too special for them.
export function cronInWords(cron: string): string {
  const schedule = scheduleOf(cron);
  switch (schedule.frequency) {
    case "hourly":
      return `Every hour, at minute ${Number(schedule.time.slice(3))}`;
    case "daily":
      return `Every day at ${schedule.time}`;
    case "weekdays":
      return `Every weekday, Monday to Friday, at ${schedule.time}`;
    case "weekly":
      return `Every ${listed(schedule.days.map((day) => DAYS[day - 1] ?? ""))} at ${schedule.time}`;
    case "monthly":
      return `On day ${schedule.day} of every month at ${schedule.time}${schedule.day > 28 ? ", in months that have it" : ""}`;
    case "custom":
      return "";
  }
}

export function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const isNumber = (text: string): boolean => /^\d{1,2}$/.test(text);
const two = (text: string): string => text.padStart(2, "0");
