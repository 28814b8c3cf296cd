/// Everything in order, month by month and day by day.
import type { ReactNode } from "react";
import type { EntryOut } from "../../generated/automations";
import { EntryRow } from "./entry_row";
import { dayWords, monthWords } from "./wording";

interface Props {
  entries: readonly EntryOut[];
  zone: string;
  onStep?: (node_id: string) => void;
  areOpen?: boolean;
  /// On paper a month is a heading of its own.
  isPaper?: boolean;
}

export function EntryList({ entries, zone, onStep, areOpen = false, isPaper = false }: Props): ReactNode {
  const months = grouped(entries, (entry) => entry.day.slice(0, 7));
  return (
    <div className="space-y-6">
      {months.map(([month, inMonth]) => (
        <section key={month} aria-label={monthWords(month)}>
          <h4 className={isPaper ? "mb-2 text-lg font-semibold" : "sim-month"}>{monthWords(month)}</h4>
          <div className="space-y-4">
            {grouped(inMonth, (entry) => entry.day).map(([day, onDay]) => (
              <DayEntries key={day} day={day} entries={onDay} zone={zone} onStep={onStep} areOpen={areOpen} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

export function DayEntries({ day, entries, zone, onStep, areOpen = false }: { day: string; entries: readonly EntryOut[]; zone: string; onStep: Props["onStep"]; areOpen?: boolean }): ReactNode {
  return (
    <section aria-label={dayWords(day)}>
      <h5 className="eyebrow mb-1">{dayWords(day)}</h5>
      <ul className="sim-list">
        {entries.map((entry, index) => (
          <li key={index}>
            <EntryRow entry={entry} zone={zone} onStep={onStep} isOpen={areOpen} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups];
}
