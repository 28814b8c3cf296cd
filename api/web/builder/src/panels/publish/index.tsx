/// Publishing beside the drawing: what changes, what becomes of every live run, and one button that says it.
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { post, Refusal } from "../../api";
import type { PreviewOut, ProblemOut, PublicationOut } from "../../generated/automations";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { shortName, waysOf } from "./names";
import { ChangeList } from "./change_list";
import { Outcome } from "./outcome";
import { Replacements } from "./replacements";
import { furtherRuns, RunGroups } from "./run_groups";
import { finishing, following, isEmpty, isIdle, publishWords, type Choice, type Choices, type Naming } from "./words";

const PAUSE = 400;

export default function PublishPanel(props: PanelProps): ReactNode {
  const { automation, drawing, catalogue, zone } = props;
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [choices, setChoices] = useState<Choices>({});
  const [note, setNote] = useState("");
  const [made, setMade] = useState<{ made: PublicationOut; before: number; finishing: string } | null>(null);
  const { preview, refusal, look } = usePreview(props, mapping);
  const [said, setSaid] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const name = useMemo<Naming>(() => {
    const drawn = new Map(drawing.nodes.map((node) => [node.id, shortName(node, catalogue)]));
    return (id) => drawn.get(id) ?? preview?.labels[id] ?? id;
  }, [drawing, catalogue, preview]);
  const again = (): void => {
    setMade(null);
    setChoices({});
    setNote("");
    look();
  };
  if (made) return <Outcome {...made} onUndone={() => void props.reload()} onAgain={again} close={props.close} />;
  if (!preview) return <Waiting refusal={refusal} onRetry={look} />;
  const errors = preview.problems.filter((problem) => problem.severity === "error");
  const publish = async (): Promise<void> => {
    setIsBusy(true);
    setSaid("");
    try {
      await props.save();
      const seen = await post<PreviewOut>(`/automations/${automation.id}/publication_preview`, { mapping, limit: 1 });
      if (fingerprint(seen) !== fingerprint(preview)) {
        look();
        setSaid("The drawing or its runs have changed since you looked. Look through it again, then publish.");
        return;
      }
      const answer = await post<PublicationOut>(`/automations/${automation.id}/publication`, { note: note.trim(), choices, mapping, version: seen.version });
      setMade({ made: answer, before: preview.in_force, finishing: finishing(preview.groups, choices) });
      props.notify(answer.is_new ? `Version ${answer.number} is published.` : `Version ${answer.number} is in force.`);
      await props.reload();
    } catch (error) {
      setSaid((error as Error).message);
      if (error instanceof Refusal && error.status === 409) look();
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <div className="flex min-h-full flex-col" data-publish-panel="">
      <div className="grow space-y-6 p-5">
        {errors.length > 0 && <Problems problems={errors} onSelect={(id) => props.select([id])} name={name} />}
        <section>
          <h3 className="font-semibold">{preview.in_force ? `What changes since version ${preview.in_force}` : "What is published"}</h3>
          {preview.is_unchanged && (
            <p className="mt-1 text-sm text-muted">
              {preview.in_force ? `The drawing does what version ${preview.next_version} does already: there is nothing to publish.` : `It does what version ${preview.next_version} did before it was switched off.`}
            </p>
          )}
          <details className="mt-2" open={preview.changes.nodes.length <= 6}>
            <summary className="cursor-pointer text-sm text-muted">{summary(preview)}</summary>
            {!isEmpty(preview.changes) && <ChangeList changes={preview.changes} name={name} way={waysOf(drawing.nodes)} onSelect={(id) => props.select([id])} />}
          </details>
        </section>
        <section>
          <h3 className="font-semibold">Runs under way</h3>
          <p className="mt-1 mb-3 text-sm text-muted">
            {preview.groups.length ? `${following(preview.groups)} another version. Each finishes on it unless you choose otherwise.` : "No run follows another version, so none needs a decision."}
          </p>
          {preview.removed.length > 0 && <Replacements removed={preview.removed} drawing={drawing} name={name} mapping={mapping} onChange={setMapping} />}
          <RunGroups
            key={fingerprint(preview)}
            preview={preview}
            choices={choices}
            choose={(key: string, choice: Choice) => setChoices((before) => ({ ...before, [key]: choice }))}
            more={(group) => furtherRuns(automation.id, { drawing, mapping }, group)}
            name={name}
            zone={zone}
          />
        </section>
        {!preview.is_unchanged && (
          <label className="block">
            <span className="mb-1 block font-semibold">What is new</span>
            <textarea className="textarea min-h-20 w-full" maxLength={500} value={note} placeholder="For whoever reads the versions later" onChange={(event) => setNote(event.target.value)} />
          </label>
        )}
      </div>
      <footer className="sticky bottom-0 border-t border-line bg-base-100 p-4">
        {said && (
          <p className="notice tone-warning mb-3 p-3 text-sm" role="alert">
            {said}
          </p>
        )}
        <button type="button" className="btn btn-primary h-auto min-h-10 w-full py-2 text-wrap" disabled={isBusy || errors.length > 0 || isIdle(preview, choices)} onClick={() => void publish()}>
          {isBusy ? <span className="loading loading-spinner loading-sm" aria-hidden="true" /> : <Icon name="rocket" className="size-4" />}
          {publishWords(preview, choices)}
        </button>
      </footer>
    </div>
  );
}

function usePreview({ automation, drawing }: PanelProps, mapping: Record<string, string>): { preview: PreviewOut | null; refusal: string; look(): void } {
  const [preview, setPreview] = useState<PreviewOut | null>(null);
  const [refusal, setRefusal] = useState("");
  const [round, setRound] = useState(0);
  const isFirst = useRef(true);
  useEffect(() => {
    const stop = new AbortController();
    const ask = (): void => {
      post<PreviewOut>(`/automations/${automation.id}/publication_preview`, { drawing, mapping }, stop.signal)
        .then((found) => {
          setPreview(found);
          setRefusal("");
        })
        .catch((error: Error) => {
          if (error.name !== "AbortError") setRefusal(error.message);
        });
    };
    const timer = setTimeout(ask, isFirst.current ? 0 : PAUSE);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [automation.id, drawing, mapping, round]);
  return { preview, refusal, look: useCallback(() => setRound((before) => before + 1), []) };
}

/// What somebody decided on: the changes, and which groups there were.
function fingerprint(preview: PreviewOut): string {
  return JSON.stringify([preview.changes, preview.next_version, preview.groups.map((group) => group.key)]);
}

function summary({ changes }: PreviewOut): string {
  if (isEmpty(changes)) return "Nothing differs in what is drawn.";
  const count = (change: string): number => changes.nodes.filter((node) => node.change === change).length;
  const parts = [`${count("added")} new`, `${count("changed")} changed`, `${count("removed")} removed`];
  return `Steps: ${parts.join(", ")}`;
}

function Waiting({ refusal, onRetry }: { refusal: string; onRetry(): void }): ReactNode {
  if (refusal)
    return (
      <div className="p-5" role="alert">
        <p className="font-semibold">What publishing would do could not be found out.</p>
        <p className="mt-1 text-sm text-muted">{refusal}</p>
        <button type="button" className="btn btn-sm mt-3 border-base-300 bg-base-100" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  return (
    <div className="space-y-3 p-5" role="status" aria-label="Looking at live runs">
      {[60, 100, 85, 45].map((width) => (
        <div key={width} className="skeleton h-8 rounded-field" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function Problems({ problems, onSelect, name }: { problems: ProblemOut[]; onSelect(id: string): void; name: Naming }): ReactNode {
  return (
    <section className="notice tone-warning p-4">
      <h3 className="flex items-center gap-2 font-semibold">
        <Icon name="triangle-alert" className="toned size-4.5" />
        {problems.length === 1 ? "1 problem keeps it from running" : `${problems.length} problems keep it from running`}
      </h3>
      <ul className="mt-2 space-y-2 text-sm">
        {problems.map((problem, index) => (
          <li key={index}>
            {problem.node_id && (
              <button type="button" className="link-quiet cursor-pointer font-medium" onClick={() => onSelect(problem.node_id)}>
                {name(problem.node_id)}
              </button>
            )}
            <span className="block">
              {problem.message} {problem.fix}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
