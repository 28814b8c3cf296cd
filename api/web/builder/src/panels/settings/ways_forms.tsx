/// Steps with ways out of their own: the cases of a condition, the branches of a parallel.
import type { ReactNode } from "react";
import { records, type Json } from "../../graph/types";
import { Icon } from "../../icon";
import { ConditionEditor } from "./condition_editor";
import { Frame } from "./frame";
import { AddButton, RemoveButton, freeName } from "./rows";
import { idOf } from "./setting_field";
import { problemsAt, useStep } from "./step_context";

/// Rename a way out where it is drawn: the line that leaves by it goes with it.
function useWays(setting: string): { ways: Record<string, Json>[]; change(ways: Record<string, Json>[], renamed?: [string, string]): void } {
  const { node, setWays } = useStep();
  return { ways: records(node.settings[setting]), change: (ways, renamed) => setWays(setting, ways, renamed) };
}

export function CasesForm(): ReactNode {
  const { node, problems } = useStep();
  const { ways, change } = useWays("cases");
  const id = idOf(node.id, "cases");
  const put = (index: number, next: Record<string, Json>, renamed?: [string, string]): void => change(ways.map((way, at) => (at === index ? next : way)), renamed);
  const swap = (index: number, by: number): void => {
    const moved = [...ways];
    const [one] = moved.splice(index, 1);
    if (one) moved.splice(index + by, 0, one);
    change(moved);
  };
  return (
    <Frame id={id} label="Ways out, tried in this order" isGroup problems={problemsAt(problems, "cases", ways.map((_, index) => String(index)))}>
      <ol className="space-y-3">
        {ways.map((way, index) => {
          const port = String(way["port"] ?? "");
          const own = problemsAt(problems, `cases.${index}`);
          return (
            <li key={index} className="rounded-box border border-line p-3">
              <div className="mb-2 flex items-center gap-1.5">
                <PortName label={`Name of way ${index + 1}`} port={port} taken={ways.map((one) => String(one["port"] ?? ""))} onRename={(to) => put(index, { ...way, port: to }, [port, to])} />
                <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={`Move way ${index + 1} up`} disabled={index === 0} onClick={() => swap(index, -1)}>
                  <Icon name="arrow-up" className="size-3.5" />
                </button>
                <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={`Move way ${index + 1} down`} disabled={index === ways.length - 1} onClick={() => swap(index, 1)}>
                  <Icon name="arrow-down" className="size-3.5" />
                </button>
                <RemoveButton label={`Remove way ${index + 1}`} onClick={() => change(ways.filter((_, at) => at !== index))} />
              </div>
              <ConditionEditor label={`Conditions of “${port}”`} expression={way["when"]} blank={{ value: true }} blankWords="No conditions: always this way." onChange={(when) => put(index, { ...way, when })} />
              <OwnProblems problems={own} />
            </li>
          );
        })}
      </ol>
      <AddButton label="Add a way" onClick={() => change([...ways, { port: freeName("way", ways.map((way) => String(way["port"]))), when: { value: true } }])} />
      <p className="mt-2 flex items-center gap-1.5 text-sm text-muted">
        <Icon name="corner-down-right" className="size-4" />
        When none of them is true, the run goes on by “Otherwise”.
      </p>
    </Frame>
  );
}

export function BranchesForm(): ReactNode {
  const { node, problems } = useStep();
  const { ways, change } = useWays("branches");
  const put = (index: number, next: Record<string, Json>): void => change(ways.map((way, at) => (at === index ? next : way)));
  return (
    <Frame id={idOf(node.id, "branches")} label="Branches" isGroup problems={problemsAt(problems, "branches")}>
      <ol className="space-y-2">
        {ways.map((way, index) => (
          <li key={String(way["port"])} className="flex items-center gap-1.5">
            <Icon name="git-branch" className="size-4 text-muted" />
            <input
              className="input input-sm grow"
              aria-label={`Name of branch ${index + 1}`}
              value={String(way["label"] ?? "")}
              placeholder={String(way["port"])}
              onChange={(event) => put(index, { ...way, label: event.target.value })}
            />
            <RemoveButton label={`Remove branch ${index + 1}`} onClick={() => change(ways.filter((_, at) => at !== index))} />
          </li>
        ))}
      </ol>
      {ways.length < 10 && <AddButton label="Add a branch" onClick={() => change([...ways, { port: freeName("branch", ways.map((way) => String(way["port"]))), label: `Branch ${ways.length + 1}` }])} />}
    </Frame>
  );
}

interface PortProps {
  label: string;
  port: string;
  taken: string[];
  onRename(to: string): void;
}

/// Taken when the field is left, so that the line that leaves by it is renamed once and not with every letter.
function PortName({ label, port, taken, onRename }: PortProps): ReactNode {
  return (
    <input
      key={port}
      className="input input-sm min-w-0 grow font-medium"
      aria-label={label}
      defaultValue={port}
      maxLength={64}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
      onBlur={(event) => {
        const to = event.target.value.trim();
        if (to && to !== port && to !== "else" && !taken.includes(to)) onRename(to);
        else event.target.value = port;
      }}
    />
  );
}

function OwnProblems({ problems }: { problems: { field: string; code: string; message: string; fix: string }[] }): ReactNode {
  if (!problems.length) return null;
  return (
    <ul className="mt-2 space-y-1">
      {problems.map((problem) => (
        <li key={problem.field + problem.code} className="flex items-start gap-1.5 text-sm text-warning">
          <Icon name="triangle-alert" className="mt-0.5 size-4" />
          <span>
            <span className="font-medium">{problem.message}</span> <span className="text-muted">{problem.fix}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

