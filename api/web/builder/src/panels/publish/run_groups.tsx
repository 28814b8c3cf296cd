/// The live runs, by where they stand, and what is to become of each group.
import { useState, type ReactNode } from "react";
import { post } from "../../api";
import type { MovePreviewOut, NextStepOut, PreviewOut, RunGroupOut, RunPreviewOut } from "../../generated/automations";
import { Icon } from "../../icon";
import { choiceOf, runs, stepWords, type Choice, type Choices, type Naming } from "./words";

interface Given {
  preview: PreviewOut;
  choices: Choices;
  choose(key: string, choice: Choice): void;
  /// A page of one group's runs, from a run on.
  more(group: RunGroupOut): Promise<RunGroupOut | undefined>;
  name: Naming;
  zone: string;
}

export function RunGroups({ preview, ...rest }: Given): ReactNode {
  return (
    <ul className="space-y-4">
      {preview.groups.map((group) => (
        <li key={group.key}>
          <Group group={group} preview={preview} {...rest} />
        </li>
      ))}
    </ul>
  );
}

interface Option {
  choice: Choice;
  words: string;
  hint: string;
}

function optionsFor(group: RunGroupOut, next: number): Option[] {
  const begun = group.standing !== "start";
  return [
    { choice: "finish", words: `Finish on version ${group.version}`, hint: "They go on as they began." },
    { choice: "now", words: `Move to version ${next} now`, hint: begun ? "Their next step and time become the new ones, at once." : "They begin with the new version." },
    ...(begun ? [{ choice: "next_wait" as const, words: "Move when they next wait", hint: "What they wait for now stays; from the next wait on they follow the new version." }] : []),
    { choice: "stop", words: "Stop them", hint: "They end where they stand. What they did stays done. This cannot be undone." },
  ];
}

function Group({ group, preview, choices, choose, more, name, zone }: Given & { group: RunGroupOut }): ReactNode {
  const [further, setFurther] = useState<RunPreviewOut[]>([]);
  const [cursor, setCursor] = useState(group.next_cursor);
  const choice = choiceOf(choices, group);
  // A step without a name is given by its id.
  const place = name(group.label);
  const isBusy = group.why_not.startsWith("An action is being performed");
  const load = async (): Promise<void> => {
    const page = await more({ ...group, next_cursor: cursor });
    setFurther((before) => [...before, ...(page?.runs ?? [])]);
    setCursor(page?.next_cursor ?? null);
  };
  return (
    <fieldset className="sheet min-w-0 p-4" data-group={group.key}>
      <legend className="sr-only">
        {runs(group.count)} at {place}, version {group.version}
      </legend>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Icon name={group.standing === "start" ? "hourglass" : "map-pin"} className="size-4 text-muted" />
        <span className="font-semibold">{runs(group.count)}</span>
        <span className="min-w-0 wrap-anywhere">{group.standing === "start" ? "not begun yet" : `at “${place}”`}</span>
        <span className="ms-auto text-sm text-muted">Version {group.version}</span>
      </p>
      <div className="mt-3 grid gap-1">
        {optionsFor(group, preview.next_version).map((option) => {
          const cannot = option.choice === "now" && !group.can_move && !isBusy;
          return (
            <label key={option.choice} className={`flex items-start gap-2.5 rounded-field px-2 py-1.5 ${cannot ? "" : "cursor-pointer hover:bg-base-200"}`}>
              <input
                type="radio"
                className="radio radio-sm mt-0.5"
                name={`choice ${group.key}`}
                value={option.choice}
                checked={choice === option.choice}
                disabled={cannot}
                onChange={() => choose(group.key, option.choice)}
              />
              <span className="min-w-0 text-sm">
                <span className={`font-medium ${cannot ? "text-muted" : ""}`}>{option.words}</span>
                {cannot && <span className="block text-muted">{group.why_not}</span>}
                {option.choice === "now" && isBusy && choice === "now" && <span className="block text-muted">An action is being performed; they move as soon as it is done.</span>}
                {choice === option.choice && !cannot && !(option.choice === "now" && isBusy) && <span className="block text-muted">{option.hint}</span>}
              </span>
            </label>
          );
        })}
      </div>
      <RunTable rows={[...group.runs, ...further]} isMoving={choice === "now"} next={preview.next_version} name={name} zone={zone} />
      {cursor && (
        <button type="button" className="btn btn-ghost btn-sm mt-2" onClick={() => void load()}>
          <Icon name="chevron-down" className="size-4" />
          Show more of {group.count}
        </button>
      )}
    </fieldset>
  );
}

function RunTable({ rows, isMoving, next, name, zone }: { rows: RunPreviewOut[]; isMoving: boolean; next: number; name: Naming; zone: string }): ReactNode {
  return (
    <div className="mt-3 overflow-x-auto">
      <table className="w-full text-sm max-sm:block">
        <caption className="sr-only">Next step of each run as it is, and after moving</caption>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line text-start text-xs text-muted">
            <th scope="col" className="py-1.5 pe-3 text-start font-medium">Run</th>
            <th scope="col" className="py-1.5 pe-3 text-start font-medium">As it is</th>
            <th scope="col" className="py-1.5 text-start font-medium">On version {next}</th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map(({ run_id, client, about, preview }) => (
            <tr key={run_id} className="border-b border-line align-top last:border-0 max-sm:grid max-sm:grid-cols-2">
              <th scope="row" className="py-2 pe-3 text-start font-medium max-sm:col-span-2 max-sm:pb-0">
                <a className="link-quiet" href={`/automation_runs/${run_id}`} target="_blank" rel="noreferrer">
                  {client || "About nobody"}
                </a>
                {about && <span className="block text-xs font-normal text-muted">{about}</span>}
              </th>
              <td className={`py-2 pe-3 ${isMoving && preview.can_move ? "text-muted line-through decoration-1 max-sm:no-underline" : ""}`}>
                <Small>As it is</Small>
                <Steps steps={preview.old} name={name} zone={zone} />
              </td>
              <td className={`py-2 ${isMoving ? "" : "text-muted"}`}>
                <Small>On version {next}</Small>
                <After preview={preview} name={name} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/// The column's heading, where a phone has no room for columns.
function Small({ children }: { children: ReactNode }): ReactNode {
  return (
    <span className="eyebrow block sm:hidden" aria-hidden="true">
      {children}
    </span>
  );
}

function After({ preview, name, zone }: { preview: MovePreviewOut; name: Naming; zone: string }): ReactNode {
  if (!preview.can_move)
    return (
      <span className="flex items-start gap-1.5">
        <Icon name="ban" className="mt-0.5 size-3.5" />
        {preview.why_not}
      </span>
    );
  return (
    <>
      <Steps steps={preview.new} name={name} zone={zone} />
      {preview.unread.length > 0 && (
        <span className="tone-warning mt-1 flex items-start gap-1.5 text-xs">
          <Icon name="triangle-alert" className="toned mt-0.5 size-3.5" />
          Later steps read what {preview.unread.map(name).join(", ")} would have given; this run never did that.
        </span>
      )}
    </>
  );
}

function Steps({ steps, name, zone }: { steps: readonly NextStepOut[]; name: Naming; zone: string }): ReactNode {
  return (
    <>
      {steps.map((step) => {
        const { when, what } = stepWords(step, name, zone);
        return (
          <span key={`${step.node_path} ${step.at ?? ""}`} className="block">
            <span className="block tabular-nums sm:whitespace-nowrap">{when}</span>
            <span className="block wrap-anywhere">{what}</span>
          </span>
        );
      })}
    </>
  );
}

/// A further page of one group's runs.
export async function furtherRuns(automation_id: string, body: Record<string, unknown>, group: RunGroupOut): Promise<RunGroupOut | undefined> {
  const page = await post<PreviewOut>(`/automations/${automation_id}/publication_preview`, { ...body, group: group.key, cursor: group.next_cursor });
  return page.groups[0];
}
