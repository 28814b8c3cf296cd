/// How the world behaves towards a test run, and what it may really do; only what the drawing has a step for.
import { useId, type ReactNode } from "react";
import type { Drawing } from "../../graph/types";

export interface Options {
  passes_over_waits: boolean;
  events_come: boolean;
  approval: "approved" | "rejected";
  makes_requests: boolean;
  mails_me: boolean;
}

/// Nothing leaves the house unless somebody says so.
export const USUAL: Options = { passes_over_waits: true, events_come: true, approval: "approved", makes_requests: false, mails_me: false };

interface Props {
  drawing: Drawing;
  options: Options;
  onChange(options: Options): void;
}

const WAITS = ["delay", "wait_until", "wait_for_event", "approval"];

export function OptionsForm({ drawing, options, onChange }: Props): ReactNode {
  const put = (change: Partial<Options>): void => onChange({ ...options, ...change });
  const has = (kind: string): boolean => drawing.nodes.some((node) => node.kind === kind);
  const does = (action: string): boolean => drawing.nodes.some((node) => node.settings["action"] === action);
  return (
    <div className="space-y-2.5">
      {WAITS.some(has) && (
        <Switch words="Do not wait" more="Each wait is over at once, and says until when it would last" checked={options.passes_over_waits} onChange={(passes_over_waits) => put({ passes_over_waits })} />
      )}
      {has("wait_for_event") && options.passes_over_waits && (
        <Choice words="What it waits for" value={options.events_come ? "comes" : "stays away"} values={["comes", "stays away"]} onChange={(value) => put({ events_come: value === "comes" })} />
      )}
      {has("approval") && options.passes_over_waits && (
        <Choice words="Approvals are" value={options.approval} values={["approved", "rejected"]} onChange={(approval) => put({ approval: approval as Options["approval"] })} />
      )}
      {does("messages.send_mail") && <Switch words="Send its mails to me" more="Marked as a test. Otherwise nobody gets them" checked={options.mails_me} onChange={(mails_me) => put({ mails_me })} />}
      {does("http.request") && (
        <Switch words="Really ask other services" more="They cannot tell it from a real request. Otherwise their answers are made up" checked={options.makes_requests} onChange={(makes_requests) => put({ makes_requests })} />
      )}
    </div>
  );
}

function Switch({ words, more, checked, onChange }: { words: string; more: string; checked: boolean; onChange(checked: boolean): void }): ReactNode {
  return (
    <label className="flex items-start gap-2.5">
      <input type="checkbox" className="checkbox checkbox-sm mt-0.5" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span className="min-w-0 text-sm">
        {words}
        <span className="block text-xs text-muted">{more}</span>
      </span>
    </label>
  );
}

function Choice({ words, value, values, onChange }: { words: string; value: string; values: string[]; onChange(value: string): void }): ReactNode {
  const id = useId();
  return (
    <div className="flex items-center gap-2.5">
      <label htmlFor={id} className="text-sm">
        {words}
      </label>
      <select id={id} className="select select-sm w-auto" value={value} onChange={(event) => onChange(event.target.value)}>
        {values.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}
