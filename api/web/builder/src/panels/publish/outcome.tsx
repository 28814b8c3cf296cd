/// After publishing: what came of it, and the way back.
import { useState, type ReactNode } from "react";
import { post } from "../../api";
import type { MoveDetail, PublicationOut } from "../../generated/automations";
import { Icon } from "../../icon";
import { moveWords, runs } from "./words";

interface Given {
  made: PublicationOut;
  /// The version that was in force before; 0 for none.
  before: number;
  /// How many runs finish on which version, in words.
  finishing: string;
  onUndone(): void;
  onAgain(): void;
  close(): void;
}

export function Outcome({ made, before, finishing, onUndone, onAgain, close }: Given): ReactNode {
  const [move, setMove] = useState<MoveDetail | null>(made.move);
  const [isBack, setIsBack] = useState(made.is_new);
  const [refusal, setRefusal] = useState("");
  const undo = async (): Promise<void> => {
    if (!move) return;
    try {
      setMove(await post<MoveDetail>(`/automation_moves/${move.id}/undo`, { reactivate: isBack }));
      setRefusal("");
      onUndone();
    } catch (error) {
      setRefusal((error as Error).message);
    }
  };
  const isUndone = Boolean(move?.undone_at);
  return (
    <div className="p-5" data-published={made.number}>
      <div role="status">
        <p className="flex items-center gap-2 text-lg font-semibold">
          <span className={`tone-${isUndone ? "info" : "success"}`}>
            <Icon name={isUndone ? "undo-2" : "circle-check"} className="toned size-5" />
          </span>
          {isUndone ? "Undone" : made.is_new ? `Version ${made.number} is published` : `Version ${made.number} is in force`}
        </p>
        {move && moveWords(move).map((words) => (
          <p key={words} className="mt-1">
            {words}
          </p>
        ))}
        {finishing && !isUndone && <p className="mt-1">{finishing}.</p>}
        {isUndone && made.is_new && <p className="mt-1 text-sm text-muted">Runs that began on version {made.number} finish on it. Your draft is as it was.</p>}
      </div>
      {move && <Reasons move={move} />}
      {move && !isUndone && (
        <div className="notice tone-info mt-5 p-4">
          <p className="font-medium">Changed your mind?</p>
          <p className="mt-1 text-sm">
            {move.runs.length
              ? "Runs that have done nothing since are put back on their version, where they stood. Those that have are listed and stay."
              : "You can let the version before start again."}
          </p>
          {made.is_new && (
            <label className="mt-3 flex cursor-pointer items-start gap-2.5 text-sm">
              <input type="checkbox" className="checkbox checkbox-sm" checked={isBack} onChange={(event) => setIsBack(event.target.checked)} />
              {before ? `Let version ${before} start new runs again` : "Switch the automation off again"}
            </label>
          )}
          <button type="button" className="btn btn-sm mt-3 border-base-300 bg-base-100" onClick={() => void undo()}>
            <Icon name="undo-2" className="size-4" />
            Undo
          </button>
        </div>
      )}
      {refusal && (
        <p className="notice tone-error mt-4 p-3 text-sm" role="alert">
          {refusal}
        </p>
      )}
      <div className="mt-5 flex flex-wrap gap-2">
        <button type="button" className="btn btn-primary btn-sm" onClick={close}>
          Back to the drawing
        </button>
        <button type="button" className="btn btn-ghost btn-sm" onClick={onAgain}>
          Look again
        </button>
      </div>
    </div>
  );
}

/// The runs that did not do as chosen, or did not go back, with why.
function Reasons({ move }: { move: MoveDetail }): ReactNode {
  const told = move.runs.filter((one) => one.reason && one.status !== "stopped");
  if (!told.length) return null;
  return (
    <section className="mt-4" aria-label="Runs that stay">
      <p className="text-sm font-medium">{runs(told.length)} to know about</p>
      <ul className="mt-1 space-y-1 text-sm">
        {told.map((one) => (
          <li key={one.run_id} className="flex items-start gap-2">
            <Icon name="info" className="mt-0.5 size-4 text-muted" />
            <span>
              <a className="link-quiet" href={`/automation_runs/${one.run_id}`} target="_blank" rel="noreferrer">
                The run
              </a>{" "}
              on version {one.status === "kept" ? one.to_version : one.from_version}: {one.reason}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
