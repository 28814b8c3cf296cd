/// A strip of months, each as high as it is busy, and one month in full.
import { useEffect, useMemo, useState, type ReactNode } from "react";
import type { EntryOut } from "../../generated/automations";
import { Icon } from "../../icon";
import { DayEntries, grouped } from "./entry_list";
import { monthsBetween, weeksOf } from "./months";
import { counted, DATED, LOOKS, money, monthWords, titleOf, type Kind } from "./wording";

interface Props {
  entries: readonly EntryOut[];
  /// First and last day.
  first: string;
  last: string;
  zone: string;
  onStep(node_id: string): void;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MOST_IN_A_CELL = 3;

export function Calendar({ entries, first, last, zone, onStep }: Props): ReactNode {
  const dated = useMemo(() => entries.filter((entry) => DATED.includes(entry.kind)), [entries]);
  const months = monthsBetween(first, last);
  const byMonth = useMemo(() => new Map(grouped(dated, (entry) => entry.day.slice(0, 7))), [dated]);
  const byDay = useMemo(() => new Map(grouped(dated, (entry) => entry.day)), [dated]);
  const [month, setMonth] = useState(months[0] ?? "");
  const [day, setDay] = useState("");
  const shown = months.includes(month) ? month : (months[0] ?? "");
  const chosen = byDay.has(day) && day.startsWith(shown) ? day : ([...byDay.keys()].find((one) => one.startsWith(shown)) ?? "");
  useEffect(() => setDay(""), [shown]);
  const most = Math.max(1, ...months.map((one) => byMonth.get(one)?.length ?? 0));
  return (
    <div>
      <ol className="sim-months" aria-label="Months">
        {months.map((one) => {
          const inMonth = byMonth.get(one) ?? [];
          return (
            <li key={one}>
              <button type="button" className="sim-month-button" aria-pressed={one === shown} onClick={() => setMonth(one)}>
                {inMonth.length > 0 && <span className="sim-bar" style={{ height: `${Math.max(6, Math.round((inMonth.length / most) * 100))}%` }} />}
                <span className="sim-month-name">{monthWords(one, "short").slice(0, 3)}</span>
                <span className="sr-only">
                  {one.slice(0, 4)}, {inMonth.length || "no"} {inMonth.length === 1 ? "entry" : "entries"}
                </span>
                {one.endsWith("-01") || one === months[0] ? <span className="sim-year">{one.slice(0, 4)}</span> : null}
              </button>
            </li>
          );
        })}
      </ol>
      <div className="mt-4 mb-2 flex items-center gap-2">
        <h4 className="grow text-base font-semibold" aria-live="polite">
          {monthWords(shown)}
        </h4>
        <Step months={months} shown={shown} by={-1} onMonth={setMonth} />
        <Step months={months} shown={shown} by={1} onMonth={setMonth} />
      </div>
      <table className="sim-calendar">
        <thead>
          <tr>
            {WEEKDAYS.map((weekday) => (
              <th key={weekday} scope="col">
                {weekday}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(shown).map((week, index) => (
            <tr key={index}>
              {week.map((one, place) => (
                <td key={place} data-outside={one === null || one < first || one > last || undefined}>
                  {one && <Cell day={one} entries={byDay.get(one) ?? []} isChosen={one === chosen} onChoose={() => setDay(one)} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="mt-4">{chosen ? <DayEntries day={chosen} entries={byDay.get(chosen) ?? []} zone={zone} onStep={onStep} /> : <p className="py-4 text-sm text-muted">Nothing happens in {monthWords(shown)}.</p>}</div>
    </div>
  );
}

function Step({ months, shown, by, onMonth }: { months: string[]; shown: string; by: 1 | -1; onMonth(month: string): void }): ReactNode {
  const next = months[months.indexOf(shown) + by];
  return (
    <button type="button" className="btn btn-ghost btn-sm btn-square" disabled={!next} aria-label={by === 1 ? "Next month" : "Month before"} onClick={() => next && onMonth(next)}>
      <Icon name={by === 1 ? "chevron-right" : "chevron-left"} className="size-4" />
    </button>
  );
}

function Cell({ day, entries, isChosen, onChoose }: { day: string; entries: readonly EntryOut[]; isChosen: boolean; onChoose(): void }): ReactNode {
  const number = String(Number(day.slice(8)));
  if (!entries.length) return <span className="sim-day figures">{number}</span>;
  const kinds = grouped(entries, (entry) => entry.kind).map(([kind, some]) => counted(some.length, kind as Kind));
  const amount = entries.find((entry) => entry.amount_minor !== null && entry.outcome !== "failed");
  return (
    <button type="button" className="sim-cell" aria-pressed={isChosen} onClick={onChoose}>
      <span className="sim-day figures">{number}</span>
      <span className="sr-only">{kinds.join(", ")}</span>
      <span className="sim-chips">
        {entries.slice(0, MOST_IN_A_CELL).map((entry, index) => (
          <span key={index} className={`sim-chip ${LOOKS[entry.kind].hue}`}>
            <Icon name={LOOKS[entry.kind].icon} className="size-3" />
            <span className="sim-chip-words">{titleOf(entry)}</span>
          </span>
        ))}
        {entries.length > MOST_IN_A_CELL && <span className="sim-chip-more">+{entries.length - MOST_IN_A_CELL}</span>}
      </span>
      {amount && amount.amount_minor !== null && <span className="sim-cell-amount figures">{money(amount.amount_minor, amount.currency)}</span>}
    </button>
  );
}
