/// What was published, by whom and why; what differs between any two; the way back.
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { get } from "../../api";
import type { ComparisonOut, ListedVersion, VersionDetail } from "../../generated/automations";
import { withPlaces } from "../../graph/layout";
import { drawingOf } from "../../graph/types";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { ChangeList } from "../publish/change_list";
import { shortName, waysOf } from "../publish/names";
import { moment, runs, type Naming } from "../publish/words";
import { ComparisonCanvas } from "./comparison_canvas";

/// The number that stands for the draft.
const DRAFT = 0;

interface Pair {
  before: number;
  after: number;
}

export default function VersionsPanel(props: PanelProps): ReactNode {
  const { automation, drawing, catalogue, save, dispatch, notify, open, zone } = props;
  const { versions, hasMore, more, refusal } = useVersions(automation.id, automation.published_version);
  const [pair, setPair] = useState<Pair | null>(null);
  const [panel, setPanel] = useState<HTMLElement | null>(null);
  const { comparison, trouble } = useComparison(automation.id, pair, save);
  const name = useMemo<Naming>(() => namesOf(props, comparison), [drawing, catalogue, comparison]);
  const close = useCallback(() => setPair(null), []);
  const restore = async (number: number): Promise<void> => {
    try {
      const version = await get<VersionDetail>(`/automations/${automation.id}/versions/${number}`);
      dispatch({ kind: "replace", drawing: withPlaces(drawingOf(version.drawing)) });
      setPair(null);
      notify(`The drawing is that of version ${number}. Publish it to let it run; undo brings yours back.`);
    } catch (error) {
      notify(`Version ${number} could not be fetched. ${(error as Error).message}`);
    }
  };
  if (refusal) return <p className="p-5" role="alert">{refusal}</p>;
  if (!versions) return <p className="p-5 text-muted" role="status">Fetching the versions …</p>;
  if (!versions.length)
    return (
      <div className="p-5">
        <p className="font-semibold">Not published yet</p>
        <p className="mt-1 text-sm text-muted">Every publication makes a version that never changes. A run follows the version it began with until you move it.</p>
        <button type="button" className="btn btn-primary btn-sm mt-3" onClick={() => open("publish")}>
          Publish the first
        </button>
      </div>
    );
  return (
    <div ref={(element) => setPanel(element?.closest("aside") ?? null)}>
      {pair && (
        <section className="border-b border-line" aria-label="Comparison">
          <div className="flex items-end gap-2 p-5 pb-3">
            <Which label="From" value={pair.before} versions={versions} onChange={(before) => setPair({ ...pair, before })} />
            <Icon name="arrow-right" className="mb-2.5 size-4 shrink-0 text-muted" />
            <Which label="To" value={pair.after} versions={versions} onChange={(after) => setPair({ ...pair, after })} />
            <button type="button" className="btn btn-ghost btn-sm btn-square ms-auto shrink-0" aria-label="Close the comparison" title="Close the comparison" onClick={close}>
              <Icon name="x" />
            </button>
          </div>
          {trouble && <p className="px-5 pb-4 text-sm" role="alert">{trouble}</p>}
          {comparison && (
            <>
              <ComparisonCanvas comparison={comparison} title={`${called(pair.before)} → ${called(pair.after)}`} catalogue={catalogue} panel={panel} close={close} />
              <div className="px-5 pb-4">
                <ChangeList changes={comparison.changes} name={name} way={waysOf([comparison.before_drawing, comparison.after_drawing].flatMap((one) => drawingOf(one).nodes))} />
              </div>
            </>
          )}
        </section>
      )}
      <ol className="divide-y divide-line">
        <li className="flex flex-wrap items-center gap-2 p-5">
          <span className="min-w-0 grow">
            <span className="font-semibold">Draft</span>
            <span className="block text-sm text-muted">What you see on the canvas</span>
          </span>
          {automation.published_version > 0 && (
            <button type="button" className="btn btn-sm border-base-300 bg-base-100" onClick={() => setPair({ before: automation.published_version, after: DRAFT })}>
              <Icon name="git-compare" className="size-4" />
              Compare with version {automation.published_version}
            </button>
          )}
        </li>
        {versions.map((version) => (
          <Version
            key={version.number}
            version={version}
            zone={zone}
            isShown={pair?.after === version.number}
            onCompare={() => setPair({ before: Math.max(version.number - 1, 1), after: version.number })}
            onCompareDraft={() => setPair({ before: version.number, after: DRAFT })}
            onRestore={() => void restore(version.number)}
          />
        ))}
      </ol>
      {hasMore && (
        <button type="button" className="btn btn-ghost btn-sm m-4" onClick={more}>
          Show earlier ones
        </button>
      )}
    </div>
  );
}

interface Row {
  version: ListedVersion;
  zone: string;
  isShown: boolean;
  onCompare(): void;
  onCompareDraft(): void;
  onRestore(): void;
}

function Version({ version, zone, isShown, onCompare, onCompareDraft, onRestore }: Row): ReactNode {
  return (
    <li className={`p-5 ${isShown ? "bg-ink/5" : ""}`} data-version={version.number}>
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-semibold">Version {version.number}</span>
        {version.is_in_force && (
          <span className="tone tone-success">
            <Icon name="circle-check" className="size-3.5" />
            In force
          </span>
        )}
        {version.live_runs > 0 && (
          <span className="tone tone-info">
            <Icon name="activity" className="size-3.5" />
            {runs(version.live_runs)} under way
          </span>
        )}
      </div>
      {version.note && <p className="mt-1 wrap-anywhere">{version.note}</p>}
      <p className="mt-0.5 text-sm text-muted">
        {version.author || "Somebody"} · <time dateTime={version.created_at}>{moment(version.created_at, zone)}</time>
      </p>
      <div className="mt-2 flex flex-wrap gap-1">
        {version.number > 1 && (
          <button type="button" className="btn btn-ghost btn-sm" onClick={onCompare}>
            <Icon name="git-compare" className="size-4" />
            What it changed
          </button>
        )}
        <button type="button" className="btn btn-ghost btn-sm" onClick={onCompareDraft}>
          Compare with the draft
        </button>
        <button type="button" className="btn btn-ghost btn-sm" onClick={onRestore}>
          <Icon name="rotate-ccw" className="size-4" />
          Restore
        </button>
      </div>
    </li>
  );
}

function Which({ label, value, versions, onChange }: { label: string; value: number; versions: ListedVersion[]; onChange(number: number): void }): ReactNode {
  return (
    <label className="block max-w-40 min-w-0 grow">
      <span className="mb-1 block text-xs text-muted">{label}</span>
      <select className="select select-sm w-full" value={value} onChange={(event) => onChange(Number(event.target.value))}>
        <option value={DRAFT}>The draft</option>
        {versions.map(({ number }) => (
          <option key={number} value={number}>
            {called(number)}
          </option>
        ))}
      </select>
    </label>
  );
}

const called = (number: number): string => (number === DRAFT ? "The draft" : `Version ${number}`);

function namesOf({ drawing, catalogue }: PanelProps, comparison: ComparisonOut | null): Naming {
  const found = new Map<string, string>();
  const all = comparison ? [drawingOf(comparison.before_drawing), drawingOf(comparison.after_drawing)] : [drawing];
  for (const node of all.flatMap((one) => one.nodes)) found.set(node.id, shortName(node, catalogue));
  return (id) => found.get(id) ?? id;
}

interface Listed {
  versions: ListedVersion[] | null;
  hasMore: boolean;
  more(): void;
  refusal: string;
}

/// All versions, newest first, page by page. published: fetched anew when it changes.
function useVersions(automation_id: string, published: number): Listed {
  const [versions, setVersions] = useState<ListedVersion[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [refusal, setRefusal] = useState("");
  const fetchPage = useCallback(
    (from: string | null, signal?: AbortSignal) => {
      get<{ items: ListedVersion[]; next_cursor: string | null }>(`/automations/${automation_id}/versions${from ? `?cursor=${from}` : ""}`, signal)
        .then((page) => {
          setVersions((before) => (from && before ? [...before, ...page.items] : page.items));
          setCursor(page.next_cursor);
        })
        .catch((error: Error) => {
          if (error.name !== "AbortError") setRefusal(`The versions could not be fetched. ${error.message}`);
        });
    },
    [automation_id],
  );
  useEffect(() => {
    const stop = new AbortController();
    fetchPage(null, stop.signal);
    return () => stop.abort();
  }, [fetchPage, published]);
  return { versions, hasMore: cursor !== null, more: () => fetchPage(cursor), refusal };
}

/// What differs between two; the draft is saved first, so that it is the one on the screen.
function useComparison(automation_id: string, pair: Pair | null, save: PanelProps["save"]): { comparison: ComparisonOut | null; trouble: string } {
  const [comparison, setComparison] = useState<ComparisonOut | null>(null);
  const [trouble, setTrouble] = useState("");
  const { before, after } = pair ?? { before: -1, after: -1 };
  useEffect(() => {
    setComparison(null);
    setTrouble("");
    if (before < 0) return;
    const stop = new AbortController();
    const ready = before === DRAFT || after === DRAFT ? save() : Promise.resolve();
    ready
      .then(() => get<ComparisonOut>(`/automations/${automation_id}/changes?before=${before}&after=${after}`, stop.signal))
      .then(setComparison)
      .catch((error: Error) => {
        if (error.name !== "AbortError") setTrouble(`They could not be compared. ${error.message}`);
      });
    return () => stop.abort();
  }, [automation_id, before, after, save]);
  return { comparison, trouble };
}
