/// One event of the past: who it was about, what would have followed, and what differs.
import type { ReactNode } from "react";
import type { EntryOut, PastRunOut } from "../../generated/automations";
import { Icon } from "../../icon";
import { EntryRow } from "../simulate/entry_row";
import { moment, sumOf, type Kind } from "../simulate/wording";

const CHANGES: Record<NonNullable<PastRunOut["change"]>, { words: string; tone: string; icon: string }> = {
  added: { words: "only in the draft", tone: "success", icon: "plus" },
  removed: { words: "only published", tone: "error", icon: "minus" },
  changed: { words: "other effects", tone: "info", icon: "git-compare" },
  same: { words: "the same", tone: "quiet", icon: "equal" },
};

export function PastRun({ item, zone, onStep }: { item: PastRunOut; zone: string; onStep(node_id: string): void }): ReactNode {
  const side = item.draft ?? item.published;
  const change = item.change && CHANGES[item.change];
  const effects = side?.effects ?? [];
  const signed = item.change === "changed";
  return (
    <details className="sim-details">
      <summary className="sim-row cursor-pointer">
        <span className="min-w-0 grow">
          <span className="block leading-6 font-medium break-words">{item.who || item.about || "No client"}</span>
          <span className="block text-xs text-muted">{[moment(item.at, zone), item.who ? item.about : "", sumOf(totalsOf(effects))].filter(Boolean).join(" · ")}</span>
        </span>
        {side?.status === "parked" && <Mark tone="error" icon="triangle-alert" words="stuck" />}
        {change && item.change !== "same" && <Mark {...change} />}
        <Icon name="chevron-down" className="sim-chevron size-4 text-muted" />
      </summary>
      <div className="border-t border-line">
        {signed ? (
          <Lines item={item} zone={zone} onStep={onStep} />
        ) : effects.length ? (
          effects.map((entry, index) => <EntryRow key={index} entry={entry} zone={zone} onStep={onStep} />)
        ) : (
          <p className="px-3 py-2 text-sm text-muted">Nothing that anybody would have noticed.</p>
        )}
      </div>
    </details>
  );
}

function Lines({ item, zone, onStep }: { item: PastRunOut; zone: string; onStep(node_id: string): void }): ReactNode {
  return item.lines.map((line, index) => (
    <EntryRow key={index} entry={line.entry} zone={zone} onStep={onStep} sign={{ shown: line.sign === "+" ? "+" : "−", words: line.sign === "+" ? "only in the draft" : "only published" }} />
  ));
}

function Mark({ tone, icon, words }: { tone: string; icon: string; words: string }): ReactNode {
  return (
    <span className={`tone tone-${tone}`}>
      <Icon name={icon} className="size-3.5" />
      {words}
    </span>
  );
}

function totalsOf(entries: readonly EntryOut[]): Partial<Record<Kind, number>> {
  const totals: Partial<Record<Kind, number>> = {};
  for (const entry of entries) totals[entry.kind] = (totals[entry.kind] ?? 0) + 1;
  return totals;
}
