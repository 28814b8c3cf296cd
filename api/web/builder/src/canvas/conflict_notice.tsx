/// Two people changed the same drawing: who, what, and what to do.
import { useEffect, useState, type ReactNode } from "react";
import { get } from "../api";
import { differences } from "../graph/differences";
import { nameOf } from "../graph/looks";
import { drawingOf, type Catalogue, type Drawing } from "../graph/types";
import { Icon } from "../icon";
import { useBuilder, useBuilderState } from "./context";

export function ConflictNotice(): ReactNode {
  const { session, saver, page } = useBuilder();
  const theirs = useBuilderState((state) => state.theirs);
  const saving = useBuilderState((state) => state.saving);
  const saved = useBuilderState((state) => state.saved);
  const catalogue = useBuilderState((state) => state.catalogue);
  const [who, setWho] = useState("Somebody else");
  useEffect(() => {
    if (theirs) void changer(theirs.id, page.members, page.member.id).then(setWho, () => undefined);
  }, [theirs, page]);
  if (saving !== "conflict" || !theirs) return null;
  const what = told(saved, drawingOf(theirs.drawing), catalogue);
  const copy = (): void => {
    saver.keepMineAsCopy().then(
      (id) => location.assign(`/automations/${id}/builder`),
      (error: Error) => session.notify(`The copy was not made. ${error.message}`),
    );
  };
  return (
    <section role="alert" className="notice tone-warning absolute inset-x-2 top-3 z-10 mx-auto max-w-2xl bg-base-100 p-4 shadow-lg" aria-label="Changed by two people">
      <p className="flex items-center gap-2 font-semibold">
        <span className="toned">
          <Icon name="git-compare" className="size-4.5" />
        </span>
        {who} changed this drawing while you did
      </p>
      {what.length > 0 && (
        <ul className="mt-2 list-disc space-y-0.5 ps-6 text-sm text-muted">
          {what.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      <p className="mt-2 text-sm">Your changes are kept in this browser until you choose.</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <button type="button" className="btn btn-primary btn-sm" onClick={copy}>
          Keep mine as a copy
        </button>
        <button type="button" className="btn btn-sm border-base-300 bg-base-100" onClick={saver.takeTheirs}>
          Take theirs
        </button>
      </div>
    </section>
  );
}

interface EventRow {
  actor: string;
  created_at: string;
}

/// Who saved last, and when.
async function changer(automation_id: string, members: Record<string, string>, me: string): Promise<string> {
  const { items } = await get<{ items: EventRow[] }>(`/events?subject_id=${automation_id}&type=automation.changed&limit=1`);
  const last = items[0];
  const id = last?.actor.replace(/^member:/, "") ?? "";
  const at = last ? new Date(last.created_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : "";
  const name = id === me ? "You, in another window," : (members[id] ?? "Somebody else");
  return at ? `${name} (${at})` : name;
}

function told(before: Drawing, after: Drawing, catalogue: Catalogue): string[] {
  const { added, removed, changed, rewired } = differences(before, after);
  const names = (ids: string[], drawing: Drawing): string =>
    ids
      .map((id) => drawing.nodes.find((node) => node.id === id))
      .flatMap((node) => (node ? [`“${nameOf(node, catalogue)}”`] : []))
      .join(", ");
  return [
    added.length ? `Added ${names(added, after)}` : "",
    removed.length ? `Removed ${names(removed, before)}` : "",
    changed.length ? `Changed ${names(changed, after)}` : "",
    rewired.length ? `Connected anew ${names(rewired, after)}` : "",
  ].filter(Boolean);
}
