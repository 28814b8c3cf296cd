/// What one step did: its passes, its attempts, what went in and out, and when it goes on.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { lookOf, objectOf } from "../../graph/looks";
import type { Mark } from "../../canvas/flow_elements";
import type { Catalogue, DrawnNode, Json } from "../../graph/types";
import { Icon } from "../../icon";
import type { RunNow, StepRow } from "./facts";
import { SIGNS, waitOf, type Placed } from "./overlay";
import { pairs, tookWords } from "./words";

interface Given {
  node: DrawnNode;
  catalogue: Catalogue;
  rows: Placed[];
  mark: Mark | undefined;
  trigger: Record<string, Json>;
  run: RunNow;
  when(moment: string): string;
  close(): void;
}

export function StepDetails({ node, catalogue, rows, mark, trigger, run, when, close }: Given): ReactNode {
  const [at, setAt] = useState(0);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (matchMedia("(width < 48rem)").matches) place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const look = lookOf(node, catalogue);
  const row = rows[Math.min(at, rows.length - 1)];
  return (
    <aside ref={place} className="run-details" aria-label="The chosen step" onKeyDown={(event) => event.key === "Escape" && close()}>
      <div className={`flex items-center gap-3 border-b border-line px-4 py-3 family-${look.family}`}>
        <span className="family-tile size-8"><Icon name={look.icon} className="size-4" /></span>
        <h3 className="min-w-0 grow">
          <span className="block truncate text-xs leading-4 text-muted">{look.verb}</span>
          <span className="block leading-5 font-semibold wrap-anywhere">{objectOf(node, catalogue) || look.verb}</span>
        </h3>
        <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label="Close" onClick={close}><Icon name="x" /></button>
      </div>
      <div className="space-y-4 p-4">
        {rows.length > 1 && <Passes rows={rows} at={Math.min(at, rows.length - 1)} choose={setAt} />}
        {node.kind === "trigger" ? <Began trigger={trigger} run={run} when={when} /> : row ? <Row one={row} run={run} when={when} /> : <p className="flex items-center gap-2 text-muted"><Icon name={mark?.icon ?? "circle"} />{mark?.words}.</p>}
      </div>
    </aside>
  );
}

function Passes({ rows, at, choose }: { rows: Placed[]; at: number; choose(at: number): void }): ReactNode {
  return (
    <label className="block">
      <span className="mb-1 block text-sm text-muted">It was done {rows.length} times</span>
      <select className="select select-sm w-full" value={at} onChange={({ target }) => choose(Number(target.value))}>
        {rows.map((one, index) => (
          <option key={`${one.row.node_path} ${one.row.iteration}`} value={index}>
            {Object.values(one.passes).map((pass) => pass + 1).join(" / ") || index + 1} · {SIGNS[one.row.status].words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Began({ trigger, run, when }: { trigger: Record<string, Json>; run: RunNow; when(moment: string): string }): ReactNode {
  return (
    <>
      <Sign mark={{ tone: "success", icon: "check", words: "Began here" }} />
      <Facts facts={[["Began", when(run.created_at)], ["Follows", `Version ${run.automation_version}`]]} />
      <Preview heading="What it began with" values={trigger} />
    </>
  );
}

function Row({ one: { row }, run, when }: { one: Placed; run: RunNow; when(moment: string): string }): ReactNode {
  const wait = waitOf(row, run.waits);
  const facts: [string, string][] = [["Began", when(row.created_at)]];
  const took = tookWords(row.created_at, row.ended_at);
  if (row.ended_at && took) facts.push(["Took", took]);
  if (row.attempts > 1) facts.push(["Attempts", String(row.attempts)]);
  if (wait?.until) facts.push([row.status === "retrying" ? "Tries again" : "Goes on", when(wait.until)]);
  else if (wait && row.status === "waiting") facts.push(["Goes on", "when it is told to"]);
  if (wait?.then_what) facts.push(["Then", wait.then_what]);
  return (
    <>
      <Sign mark={SIGNS[row.status]} />
      {row.error && <p className="flex items-start gap-1.5 font-medium text-error"><Icon name="circle-alert" className="mt-1 size-4" /><span className="wrap-anywhere">{row.error}</span></p>}
      <Facts facts={facts} />
      <Preview heading="What went in" values={row.input} />
      <Preview heading="What came out" values={row.output} />
      <WaysOn row={row} run={run} />
    </>
  );
}

/// What a person can do about a step: pages of their own, for they tell what will happen first.
function WaysOn({ row, run }: { row: StepRow; run: RunNow }): ReactNode {
  const at = `/automation_runs/${run.id}`;
  if (row.status === "parked" && row.action)
    return (
      <a className="btn btn-sm border-base-300 bg-base-100" href={`${at}/steps/${row.node_path}/input?iteration=${row.iteration}`}>
        <Icon name="pencil" className="size-4" />
        Edit input and retry
      </a>
    );
  if (!row.ended_at || row.node_path.includes("/")) return null;
  return (
    <a className="btn btn-sm border-base-300 bg-base-100" href={`${at}/reruns/new?${new URLSearchParams({ node_path: row.node_path }).toString()}`}>
      <Icon name="repeat" className="size-4" />
      Run again from here
    </a>
  );
}

function Sign({ mark }: { mark: { tone: string; icon: string; words: string } }): ReactNode {
  return <p className={`tone tone-${mark.tone} w-fit`}><Icon name={mark.icon} className="size-3.5" />{mark.words}</p>;
}

function Facts({ facts }: { facts: [string, string][] }): ReactNode {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {facts.map(([name, words]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Preview({ heading, values }: { heading: string; values: Record<string, Json> }): ReactNode {
  const shown = pairs(values);
  if (!shown.length) return null;
  return (
    <section>
      <h4 className="eyebrow mb-1.5">{heading}</h4>
      <dl className="space-y-2 rounded-field bg-base-200 p-3 text-sm">
        {shown.map(([name, words]) => (
          <div key={name}>
            <dt className="text-muted">{name}</dt>
            <dd className="max-h-40 overflow-y-auto whitespace-pre-wrap wrap-anywhere" tabIndex={words.length > 400 ? 0 : undefined}>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
