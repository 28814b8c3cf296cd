/// What is printed: the whole simulation on paper, and nothing of the builder around it.
import { useEffect, type ReactNode } from "react";
import { createPortal } from "react-dom";
import type { SimulationOut } from "../../generated/automations";
import { EntryList } from "./entry_list";
import { dayIn, dayWords, LOOKS, money, sumOf, titleOf } from "./wording";

/// Prints as soon as it stands, then says so.
export function Paper({ name, done, onPrinted }: { name: string; done: SimulationOut; onPrinted(): void }): ReactNode {
  useEffect(() => {
    addEventListener("afterprint", onPrinted, { once: true });
    print();
    return () => removeEventListener("afterprint", onPrinted);
  }, [onPrinted]);
  return createPortal(
    <div className="sim-paper" data-theme="light">
      <h2 className="text-2xl font-semibold">{name}</h2>
      <p className="mt-1 text-muted">
        {dayWords(dayIn(done.start, done.zone))} to {dayWords(dayIn(done.horizon, done.zone))}, times in {done.zone}
      </p>
      <p className="mt-4 mb-6 font-medium">{sumOf(done.totals) || "Nothing that anybody would notice"}.</p>
      {done.money.map((sum) => (
        <p key={sum.currency} className="figures">
          Invoiced {money(sum.invoiced_minor, sum.currency)}, received {money(sum.received_minor, sum.currency)}
        </p>
      ))}
      <EntryList entries={done.entries} zone={done.zone} areOpen isPaper />
    </div>,
    document.body,
  );
}

/// The entries as a file that spreadsheets read.
export function csvOf(done: SimulationOut): string {
  const rows = done.entries.map((entry) => [entry.at, LOOKS[entry.kind].one, entry.label, titleOf(entry), entry.text, entry.amount_minor === null ? "" : money(entry.amount_minor, entry.currency), entry.outcome]);
  return [["when", "what", "step", "title", "text", "amount", "outcome"], ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
}

function quoted(text: string): string {
  // A leading sign would make a spreadsheet read a text as a formula.
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
