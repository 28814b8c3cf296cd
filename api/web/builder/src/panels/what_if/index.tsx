/// What if: the drawing over the real events of the past, and against what is published.
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { post, Refusal } from "../../api";
import type { PastRunOut, WhatIfOut } from "../../generated/automations";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { EFFECTS, listed, sumOf } from "../simulate/wording";
import { Trouble, Waiting } from "../simulate/index";
import { PastRun } from "./past_run";
import "../simulate/simulate.css";

const SPANS = [7, 30, 90];
const REASONS: Record<string, string> = {
  filter: "kept out by the filter",
  duplicate: "known already",
  concurrency: "while another run was under way",
  loop: "caused by the automation itself",
  flood: "too often within a minute",
};
type Show = "all" | "different" | "added" | "removed" | "changed";
const SHOWS: { show: Show; words: string }[] = [
  { show: "all", words: "All" },
  { show: "added", words: "Only in the draft" },
  { show: "removed", words: "Only published" },
  { show: "changed", words: "Different effects" },
];

export default function WhatIfPanel(props: PanelProps): ReactNode {
  const [days, setDays] = useState(90);
  const [show, setShow] = useState<Show>("all");
  const { past, items, trouble, isBusy, more } = usePast(props, days, show);
  return (
    <div className="@container flex min-h-full flex-col">
      <div className="sim-form flex flex-wrap items-center gap-3">
        <span className="text-sm" id="what-if-span">
          Over the last
        </span>
        <div className="join" role="group" aria-labelledby="what-if-span">
          {SPANS.map((one) => (
            <button key={one} type="button" className="btn btn-sm join-item figures border-base-300 bg-base-100 font-medium aria-pressed:border-ink aria-pressed:bg-base-200 aria-pressed:text-ink" aria-pressed={one === days} onClick={() => setDays(one)}>
              {one} days
            </button>
          ))}
        </div>
      </div>
      <div className="grow p-4 @md:p-5" aria-busy={isBusy}>
        {trouble ? (
          <Trouble words={trouble} />
        ) : past ? (
          <div className={isBusy ? "opacity-60 transition-opacity" : "transition-opacity"}>
            {isBusy && (
              <p className="mb-3 flex items-center gap-2 text-sm" role="status">
                <span className="loading loading-spinner loading-xs" aria-hidden />
                Looking back over {days} days …
              </p>
            )}
            <Summary past={past} days={days} />
            {past.published && <Filters past={past} show={show} onShow={setShow} />}
            <Runs items={items} zone={props.zone} onStep={(id) => props.select([id])} />
            {past.next_cursor && (
              <button type="button" className="btn btn-sm mt-4 w-full border-base-300 bg-base-100" disabled={isBusy} onClick={more}>
                Show more
              </button>
            )}
            <p className="mt-6 flex items-start gap-2 text-sm text-muted">
              <Icon name="shield-check" className="mt-0.5 size-4" />
              Nothing was sent, written or asked of anybody. What people did back then is known; approvals are assumed.
            </p>
          </div>
        ) : (
          <Waiting words={`Looking back over ${days} days`} />
        )}
      </div>
    </div>
  );
}

function usePast({ automation, drawing }: PanelProps, days: number, show: Show): { past: WhatIfOut | null; items: PastRunOut[]; trouble: string; isBusy: boolean; more(): void } {
  const [past, setPast] = useState<WhatIfOut | null>(null);
  const [items, setItems] = useState<PastRunOut[]>([]);
  const [trouble, setTrouble] = useState("");
  const [isBusy, setIsBusy] = useState(true);
  const asking = useRef<AbortController>(null);
  const load = useCallback(
    async (after: WhatIfOut | null): Promise<void> => {
      asking.current?.abort();
      const own = (asking.current = new AbortController());
      setIsBusy(true);
      try {
        const page = after ? { cursor: after.next_cursor, until: after.until } : {};
        const found = await post<WhatIfOut>(`/automations/${automation.id}/what_ifs`, { drawing, days, show, ...page }, own.signal);
        setPast(found);
        setItems((before) => (after ? [...before, ...found.items] : found.items));
        setTrouble("");
      } catch (error) {
        if (own.signal.aborted) return;
        const count = error instanceof Refusal && Array.isArray(error.body["problems"]) ? error.body["problems"].length : 0;
        const words = error instanceof Error ? error.message : "The past could not be read.";
        setTrouble(count ? `It cannot run yet: ${count} ${count === 1 ? "problem" : "problems"} to mend, marked on the canvas.` : words);
      }
      if (!own.signal.aborted) setIsBusy(false);
    },
    [automation.id, drawing, days, show],
  );
  useEffect(() => {
    void load(null);
    return () => asking.current?.abort();
  }, [load]);
  return { past, items, trouble, isBusy, more: () => void load(past) };
}

function Summary({ past, days }: { past: WhatIfOut; days: number }): ReactNode {
  const { draft, changes } = past;
  const differing = (changes.added ?? 0) + (changes.removed ?? 0) + (changes.changed ?? 0);
  const effects = sumOf(draft.effects, EFFECTS);
  const skipped = Object.entries(draft.skipped).map(([reason, count]) => `${count.toLocaleString("en")} ${REASONS[reason] ?? reason}`);
  return (
    <div aria-live="polite">
      <p className="text-lg leading-7 font-semibold text-balance">
        {past.note && !past.looked_at ? past.note : `In the last ${days} days it would have started ${draft.started === 1 ? "once" : `${draft.started.toLocaleString("en")} times`}.`}
      </p>
      {effects && (
        <p className="mt-1">
          {effects}
          {draft.recipients > 0 && `, mail to ${draft.recipients.toLocaleString("en")} ${draft.recipients === 1 ? "person" : "people"}`}.
        </p>
      )}
      {past.looked_at > 0 && (
        <p className="mt-1 text-sm text-muted">
          {past.looked_at.toLocaleString("en")} {past.looked_at === 1 ? "event" : "events"} looked at{skipped.length ? `: ${listed(skipped)}` : ""}.
        </p>
      )}
      {draft.stuck > 0 && <Banner tone="error" icon="triangle-alert" words={`${draft.stuck.toLocaleString("en")} ${draft.stuck === 1 ? "run" : "runs"} would have got stuck.`} />}
      {past.published && (
        <Banner
          tone={differing ? "info" : "success"}
          icon={differing ? "git-compare" : "equal"}
          words={differing ? `${differing.toLocaleString("en")} of ${(differing + (changes.same ?? 0)).toLocaleString("en")} runs differ from the published version.` : "The same as the published version, effect by effect."}
        />
      )}
    </div>
  );
}

function Banner({ tone, icon, words }: { tone: string; icon: string; words: string }): ReactNode {
  return (
    <p className={`notice tone-${tone} mt-3 flex items-center gap-2 px-3 py-2 text-sm font-medium`}>
      <span className="toned">
        <Icon name={icon} className="size-4" />
      </span>
      {words}
    </p>
  );
}

function Filters({ past, show, onShow }: { past: WhatIfOut; show: Show; onShow(show: Show): void }): ReactNode {
  const counts: Partial<Record<Show, number>> = past.changes;
  const shown = SHOWS.filter((one) => one.show === "all" || counts[one.show]);
  if (shown.length < 2) return null;
  return (
    <div className="mt-4 flex flex-wrap gap-1.5" role="group" aria-label="Which runs are listed">
      {shown.map((one) => (
        <button key={one.show} type="button" className="btn btn-xs border-base-300 bg-base-100 font-medium aria-pressed:border-ink aria-pressed:bg-base-200 aria-pressed:text-ink" aria-pressed={one.show === show} onClick={() => onShow(one.show)}>
          {one.words}
          {counts[one.show] ? <span className="figures text-muted">{counts[one.show]?.toLocaleString("en")}</span> : null}
        </button>
      ))}
    </div>
  );
}

function Runs({ items, zone, onStep }: { items: readonly PastRunOut[]; zone: string; onStep(node_id: string): void }): ReactNode {
  if (!items.length) return null;
  return (
    <ul className="sim-list mt-4">
      {items.map((item) => (
        <li key={item.event_id}>
          <PastRun item={item} zone={zone} onStep={onStep} />
        </li>
      ))}
    </ul>
  );
}
