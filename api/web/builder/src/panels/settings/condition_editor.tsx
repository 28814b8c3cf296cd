/// A condition as rows of field, comparison and value, joined by all or any, in groups; by keyboard throughout.
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Json } from "../../graph/types";
import { Icon } from "../../icon";
import { ConditionRow } from "./condition_row";
import { emptyRow, expressionOf, groupOf, newGroup, replaced, type Group, type Part } from "./expressions";

interface Props {
  label: string;
  expression: Json;
  /// What stands for no condition at all, such as `{"value": true}`.
  blank: Json;
  blankWords: string;
  withEvent?: boolean;
  onChange(expression: Json): void;
}

const MOST_DEPTH = 4;

export function ConditionEditor({ label, expression, blank, blankWords, withEvent = false, onChange }: Props): ReactNode {
  const isBlankNow = expression === undefined || JSON.stringify(expression) === JSON.stringify(blank);
  const [group, setGroup] = useState(() => groupOf(isBlankNow ? undefined : expression));
  const [added, setAdded] = useState("");
  const said = JSON.stringify(expression ?? null);
  const mine = useRef(said);

  // The rows are ours while we write; they are read anew only when the condition changed from outside, such as by undo.
  useEffect(() => {
    if (mine.current === said) return;
    mine.current = said;
    setGroup(groupOf(isBlankNow ? undefined : JSON.parse(said)));
  }, [said, isBlankNow]);

  const change = (next: Group): void => {
    setGroup(next);
    const written = expressionOf(next) ?? blank;
    mine.current = JSON.stringify(written ?? null);
    onChange(written);
  };
  const put = (id: string, becomes: (part: Part) => Part[]): void => {
    if (id !== group.id) return change(replaced(group, id, becomes));
    const [next] = becomes(group);
    if (next?.kind === "group") change(next);
  };
  const add = (to: Group, part: Part): void => {
    setAdded(part.kind === "group" ? (part.parts[0]?.id ?? "") : part.id);
    put(to.id, () => [{ ...to, parts: [...to.parts, part], isNamed: to.isNamed || to.parts.length > 0 }]);
  };
  return (
    <div className="rounded-box border border-line p-2.5" role="group" aria-label={label}>
      {!group.parts.length && <p className="mb-2 text-sm text-muted">{blankWords}</p>}
      <GroupRows group={group} depth={1} added={added} withEvent={withEvent} put={put} add={add} />
    </div>
  );
}

interface GroupProps {
  group: Group;
  depth: number;
  added: string;
  withEvent: boolean;
  put(id: string, becomes: (part: Part) => Part[]): void;
  add(to: Group, part: Part): void;
}

function GroupRows({ group, depth, added, withEvent, put, add }: GroupProps): ReactNode {
  const join = `${group.isNegated ? "not " : ""}${group.join}`;
  const isJoined = group.parts.length > 1 || depth > 1 || group.isNegated;
  const rejoin = (to: string): void =>
    put(group.id, () => [{ ...group, join: to.endsWith("any") ? "any" : "all", isNegated: to.startsWith("not"), isNamed: true }]);
  return (
    <div>
      {isJoined && (
        <div className="mb-2 flex items-center gap-2 text-sm">
          <select className="select select-sm w-auto" aria-label="How these conditions are joined" value={join} onChange={(event) => rejoin(event.target.value)}>
            <option value="all">All</option>
            <option value="any">Any</option>
            <option value="not any">None</option>
            <option value="not all">Not all</option>
          </select>
          <span className="text-muted">of these</span>
          {depth > 1 && (
            <button type="button" className="btn btn-ghost btn-xs btn-square ms-auto" aria-label="Remove this group" onClick={() => put(group.id, () => [])}>
              <Icon name="x" className="size-3.5" />
            </button>
          )}
        </div>
      )}
      <ul className="space-y-2">
        {group.parts.map((part) => (
          <li key={part.id} className={part.kind === "group" ? "border-s-2 border-primary/30 ps-2.5" : ""}>
            {part.kind === "group" && <GroupRows group={part} depth={depth + 1} added={added} withEvent={withEvent} put={put} add={add} />}
            {part.kind === "row" && <ConditionRow row={part} isNew={part.id === added} withEvent={withEvent} onChange={(row) => put(part.id, () => (row ? [row] : []))} />}
            {part.kind === "raw" && (
              <div className="flex items-center gap-2">
                <code className="grow rounded-field bg-base-200 px-2 py-1.5 text-xs break-all">{JSON.stringify(part.expression)}</code>
                <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label="Remove this condition" onClick={() => put(part.id, () => [])}>
                  <Icon name="x" className="size-3.5" />
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      <div className="mt-2 flex gap-1">
        <button type="button" className="btn btn-ghost btn-xs" onClick={() => add(group, emptyRow())}>
          <Icon name="plus" className="size-3.5" />
          Condition
        </button>
        {depth < MOST_DEPTH && group.parts.length > 0 && (
          <button type="button" className="btn btn-ghost btn-xs" onClick={() => add(group, newGroup(group.join === "all" ? "any" : "all", [emptyRow()]))}>
            <Icon name="plus" className="size-3.5" />
            Group
          </button>
        )}
      </div>
    </div>
  );
}
