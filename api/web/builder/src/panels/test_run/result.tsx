/// What a test run did, step by step. A step that is chosen on the canvas stands open here.
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { ChangeOut, TriedStepOut } from "../../generated/automations";
import { nameOf } from "../../graph/looks";
import { Icon } from "../../icon";
import type { PanelProps, Tested } from "../panel";
import type { StepRow } from "../run/facts";
import { placed, SIGNS, type Placed } from "../run/overlay";
import { Preview } from "../run/step_details";
import { momentsIn } from "../run/words";
import { effectOf, mailsOf, undoneWords, verdictOf } from "./words";

type Shown = Pick<PanelProps, "catalogue" | "selected" | "select" | "open" | "zone">;

const VERBS: Record<string, string> = { add: "Adds", change: "Changes", remove: "Removes" };

export function Result({ tested, isStale, ...shown }: Shown & { tested: Tested; isStale: boolean }): ReactNode {
  const { told, drawing } = tested;
  const rows = placed(told.steps as StepRow[], drawing);
  const chosen = shown.selected.length === 1 ? shown.selected[0] : undefined;
  const missed = drawing.nodes.find((node) => node.id === chosen && node.kind !== "trigger" && !rows.some((one) => one.node_id === chosen));
  return (
    <div className="space-y-4">
      <Verdict tested={tested} isStale={isStale} />
      {missed && <Line icon="circle-slash" words={`“${nameOf(missed, shown.catalogue)}” was not reached in this test.`} />}
      <ol className="sim-list" aria-label="Steps of the test">
        {rows.map((one) => (
          <li key={`${one.row.node_path} ${one.row.iteration}`}>
            <Step one={one} tested={tested} {...shown} />
          </li>
        ))}
      </ol>
      <Line icon="shield-check" words={undoneWords(told)} />
    </div>
  );
}

function Verdict({ tested: { told }, isStale }: { tested: Tested; isStale: boolean }): ReactNode {
  const verdict = verdictOf(told);
  const mails = mailsOf(told);
  return (
    <div aria-live="polite" className="space-y-2">
      <p className="flex items-start gap-2 text-base leading-6 font-semibold" data-verdict={told.run.status}>
        <span className={`tone-${verdict.tone} toned mt-0.5`}>
          <Icon name={verdict.icon} className="size-5" />
        </span>
        {verdict.words}
      </p>
      {verdict.more && <p className="text-sm text-muted">{verdict.more}</p>}
      {isStale && <Line icon="pencil-line" words="You changed the drawing since. Test it again." />}
      {!told.passes_filter && <Line icon="filter-x" words="The trigger’s filter would keep this record out. It was tried all the same." />}
      {mails && <Line icon="mail" words={mails} />}
      {told.troubles.map((trouble) => (
        <Line key={trouble} icon="triangle-alert" words={`A mail to you was not sent. ${trouble}`} />
      ))}
    </div>
  );
}

function Step({ one, tested, catalogue, selected, select, open, zone }: Shown & { one: Placed; tested: Tested }): ReactNode {
  const step = one.row as unknown as TriedStepOut;
  const isChosen = selected.length === 1 && selected[0] === one.node_id;
  const [isOpen, setIsOpen] = useState(false);
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!isChosen) return;
    setIsOpen(true);
    place.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  const node = tested.drawing.nodes.find((other) => other.id === one.node_id);
  const sign = SIGNS[one.row.status];
  const passes = Object.values(one.passes).map((pass) => pass + 1);
  const effect = effectOf(step, momentsIn(zone));
  return (
    <details ref={place} className="sim-details" open={isOpen} data-tested={one.node_id} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="sim-row cursor-pointer">
        <span className={`step-mark tone-${sign.tone} mt-0.5`}>
          <Icon name={sign.icon} className="size-4.5" />
        </span>
        <span className="min-w-0 grow">
          <span className="block font-medium wrap-anywhere">
            <span className="sr-only">{sign.words}: </span>
            {node ? nameOf(node, catalogue) : one.node_id}
            {passes.length > 0 && <span className="ms-1.5 text-sm font-normal text-muted">pass {passes.join(" / ")}</span>}
          </span>
          {effect && <span className="block text-xs text-muted">{effect}</span>}
          {step.error && <span className="mt-0.5 block text-sm font-medium text-error wrap-anywhere">{step.error}</span>}
        </span>
        <Icon name="chevron-down" className="sim-chevron mt-0.5 size-4 text-muted" />
      </summary>
      <div className="space-y-3 p-3 pt-2.5">
        <Preview heading="What went in" values={one.row.input} />
        <Changes changes={step.changes} />
        <Preview heading="What came out" values={one.row.output} />
        <div className="flex gap-4">
          <button type="button" className="link-quiet text-sm" onClick={() => select([one.node_id])}>
            Show the step
          </button>
          <button
            type="button"
            className="link-quiet text-sm"
            onClick={() => {
              select([one.node_id]);
              open("settings");
            }}
          >
            Change its settings
          </button>
        </div>
      </div>
    </details>
  );
}

function Changes({ changes }: { changes: ChangeOut[] }): ReactNode {
  if (!changes.length) return null;
  return (
    <section>
      <h4 className="eyebrow mb-1.5">What it writes</h4>
      <ul className="space-y-1 text-sm">
        {changes.map((change, index) => (
          <li key={index} className="wrap-anywhere">
            {VERBS[change.verb] ?? change.verb} {change.noun}
            {change.label && (
              <>
                {" "}
                <b className="font-medium">{change.label}</b>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ icon, words }: { icon: string; words: string }): ReactNode {
  return (
    <p className="flex items-start gap-2 text-sm text-muted">
      <Icon name={icon} className="mt-0.5 size-4" />
      {words}
    </p>
  );
}
