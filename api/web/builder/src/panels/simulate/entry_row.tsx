/// One thing that would happen, in a line that opens to its words and figures.
import type { ReactNode } from "react";
import type { EntryOut } from "../../generated/automations";
import { Icon } from "../../icon";
import { clock, LOOKS, money, outcomeOf, titleOf } from "./wording";

interface Props {
  entry: EntryOut;
  zone: string;
  /// Show the step on the canvas; none where it has no step.
  onStep?: ((node_id: string) => void) | undefined;
  /// A sign before it, in words for those who do not see it.
  sign?: { shown: string; words: string } | undefined;
  isOpen?: boolean;
}

export function EntryRow({ entry, zone, onStep, sign, isOpen = false }: Props): ReactNode {
  const hasMore = Boolean(entry.text || entry.details.length);
  const body = <Line entry={entry} zone={zone} sign={sign} hasMore={hasMore} />;
  if (!hasMore) return <div className="sim-row">{body}</div>;
  return (
    <details className="sim-details" open={isOpen}>
      <summary className="sim-row cursor-pointer">{body}</summary>
      <More entry={entry} onStep={onStep} />
    </details>
  );
}

function Line({ entry, zone, sign, hasMore }: { entry: EntryOut; zone: string; sign: Props["sign"]; hasMore: boolean }): ReactNode {
  const look = LOOKS[entry.kind];
  const outcome = outcomeOf(entry, zone);
  return (
    <>
      <span className="figures w-10 shrink-0 text-xs leading-6 text-muted">{clock(entry.at, zone)}</span>
      {sign && (
        <>
          <span aria-hidden="true" className={`sim-sign ${sign.shown === "+" ? "sim-added" : "sim-removed"}`}>
            {sign.shown}
          </span>
          <span className="sr-only">{sign.words}: </span>
        </>
      )}
      <span className={`sim-tile ${look.hue}`}>
        <Icon name={look.icon} className="size-3.5" />
      </span>
      <span className="min-w-0 grow">
        <span className="block leading-6 break-words">
          <span className="sr-only">{look.one}: </span>
          <span className="font-medium">{titleOf(entry)}</span>
        </span>
        <span className="block text-xs text-muted">
          {[entry.kind === "wait" && !entry.title ? "" : entry.label, outcome].filter(Boolean).join(" · ")}
          {entry.is_assumed && <span className="sim-assumed">assumed</span>}
        </span>
      </span>
      {entry.amount_minor !== null && (
        <span className={`figures shrink-0 leading-6 font-medium ${entry.outcome === "failed" ? "line-through opacity-60" : ""}`}>{money(entry.amount_minor, entry.currency)}</span>
      )}
      {hasMore && <Icon name="chevron-down" className="sim-chevron size-4 text-muted" />}
    </>
  );
}

function More({ entry, onStep }: { entry: EntryOut; onStep: Props["onStep"] }): ReactNode {
  const node_id = entry.node_path.split("/").at(-1)?.replace(/\[.*$/, "") ?? "";
  return (
    <div className="sim-more">
      {entry.details.length > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
          {entry.details.map((one, index) => (
            <div key={index} className="contents">
              <dt className="text-muted">{one.label}</dt>
              <dd className="break-words">{one.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {entry.text && <p className="sim-text">{entry.text}</p>}
      {onStep && node_id && (
        <button type="button" className="link-quiet text-sm" onClick={() => onStep(node_id)}>
          Show the step
        </button>
      )}
    </div>
  );
}
