/// The bar above the canvas: whose drawing it is, how it stands, and what can be done with the whole of it.
import { useState, type MouseEvent, type ReactNode } from "react";
import type { PanelName } from "../panels/panel";
import { Icon } from "../icon";
import { useBuilder, useBuilderState } from "./context";
import { hasPanel } from "./panels";
import type { Saving } from "./session";

const TOOLS: readonly { name: PanelName; words: string; icon: string }[] = [
  { name: "versions", words: "Versions", icon: "layers" },
  { name: "test_run", words: "Test run", icon: "flask-conical" },
  { name: "simulate", words: "Simulate", icon: "fast-forward" },
  { name: "what_if", words: "What if", icon: "telescope" },
];

export function Toolbar({ isList, onList }: { isList: boolean; onList(isList: boolean): void }): ReactNode {
  const { commands } = useBuilder();
  const id = useBuilderState((state) => state.automation.id);
  const panel = useBuilderState((state) => state.panel);
  // A click that no pointer made came from the keyboard.
  const open = (name: PanelName, event: MouseEvent): void => commands.openPanel(panel === name ? null : name, event.detail === 0);
  return (
    <header className="z-20 flex h-14 shrink-0 items-center gap-1.5 border-b border-line bg-base-100 px-2 sm:px-3">
      <a className="btn btn-ghost btn-sm btn-square" href={`/automations/${id}`} aria-label="Back to the automation" title="Back to the automation">
        <Icon name="arrow-left" className="size-4.5" />
      </a>
      <Name />
      <Badge />
      <SavingState />
      <div className="ms-auto flex shrink-0 items-center gap-1">
        <History />
        <ProblemCount />
        <button type="button" className="btn btn-ghost btn-sm btn-square sm:hidden" aria-pressed={isList} aria-label={isList ? "Show the drawing" : "Show as a list"} onClick={() => onList(!isList)}>
          <Icon name={isList ? "workflow" : "list"} className="size-4.5" />
        </button>
        <div className="flex items-center gap-1 max-lg:hidden">
          {TOOLS.filter(({ name }) => hasPanel(name)).map((tool) => (
            <button key={tool.name} type="button" className="btn btn-ghost btn-sm font-medium aria-pressed:btn-active" aria-pressed={panel === tool.name} onClick={(event) => open(tool.name, event)}>
              <Icon name={tool.icon} className="size-4" />
              <span className="max-xl:sr-only">{tool.words}</span>
            </button>
          ))}
        </div>
        <More open={open} />
        {hasPanel("publish") && (
          <button type="button" className="btn btn-primary btn-sm max-sm:btn-square sm:ms-1" aria-pressed={panel === "publish"} onClick={(event) => open("publish", event)}>
            <Icon name="rocket" className="size-4" />
            <span className="max-sm:sr-only">Publish</span>
          </button>
        )}
      </div>
    </header>
  );
}

function Name(): ReactNode {
  const { session, saver } = useBuilder();
  const name = useBuilderState((state) => state.automation.name);
  const [text, setText] = useState<string | null>(null);
  const done = (): void => {
    const wanted = (text ?? name).trim();
    setText(null);
    if (!wanted || wanted === name) return;
    saver.rename(wanted).catch((error: Error) => session.notify(`The name was not saved. ${error.message}`));
  };
  return (
    <h1 className="min-w-0">
      <input
        className="field-sizing-content max-w-full min-w-24 truncate rounded-field border border-transparent bg-transparent px-2 py-1 font-semibold hover:border-base-300 focus:border-base-300 focus:bg-base-100"
        aria-label="Name of the automation"
        maxLength={120}
        value={text ?? name}
        onChange={(event) => setText(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setText(null);
        }}
      />
    </h1>
  );
}

function Badge(): ReactNode {
  const { status, published_version: version } = useBuilderState((state) => state.automation);
  const [words, tone, icon] =
    status === "published" ? [`Version ${version} runs`, "success", "circle-check"] : status === "off" ? ["Switched off", "warning", "circle-pause"] : ["Draft", "info", "pencil-line"];
  return (
    <span className={`tone tone-${tone} max-md:hidden`}>
      <Icon name={icon} className="size-3.5" />
      {words}
    </span>
  );
}

const SAVING: Record<Saving, { words: string; icon: string; tone: string }> = {
  saved: { words: "Saved", icon: "cloud-check", tone: "text-muted" },
  waiting: { words: "Saving …", icon: "cloud-upload", tone: "text-muted" },
  saving: { words: "Saving …", icon: "cloud-upload", tone: "text-muted" },
  failed: { words: "Could not save. Kept in this browser", icon: "cloud-off", tone: "tone-error toned" },
  conflict: { words: "Not saved: somebody else changed it", icon: "git-compare", tone: "tone-warning toned" },
};

function SavingState(): ReactNode {
  const { saver } = useBuilder();
  const saving = useBuilderState((state) => state.saving);
  const { words, icon, tone } = SAVING[saving];
  return (
    <span className={`ms-1 flex min-w-0 items-center gap-1.5 text-sm ${tone}`} data-saving={saving} title={words}>
      <Icon name={icon} className="size-4" />
      <span className="truncate max-md:sr-only">{words}</span>
      {saving === "failed" && (
        <button type="button" className="link-quiet cursor-pointer text-sm whitespace-nowrap" onClick={() => void saver.save().catch(() => undefined)}>
          Try again
        </button>
      )}
    </span>
  );
}

function History(): ReactNode {
  const { session } = useBuilder();
  const undoing = useBuilderState((state) => state.past.at(-1)?.words);
  const redoing = useBuilderState((state) => state.future.at(-1)?.words);
  return (
    <>
      <button type="button" className="btn btn-ghost btn-sm btn-square max-sm:hidden" disabled={!undoing} aria-label={undoing ? `Undo: ${undoing}` : "Undo"} title={undoing ? `Undo: ${undoing} (Ctrl Z)` : "Undo"} onClick={session.undo}>
        <Icon name="undo-2" className="size-4" />
      </button>
      <button type="button" className="btn btn-ghost btn-sm btn-square max-sm:hidden" disabled={!redoing} aria-label={redoing ? `Do again: ${redoing}` : "Do again"} title={redoing ? `Do again: ${redoing} (Ctrl Y)` : "Do again"} onClick={session.redo}>
        <Icon name="redo-2" className="size-4" />
      </button>
    </>
  );
}

function ProblemCount(): ReactNode {
  const { popover, setPopover } = useBuilder();
  const count = useBuilderState((state) => state.problems.length);
  const words = count === 0 ? "No problems" : count === 1 ? "1 problem" : `${count} problems`;
  return (
    <button
      type="button"
      data-opens=""
      data-problems={count}
      className={`tone mx-1 h-7 cursor-pointer ${count ? "tone-warning" : "tone-success"}`}
      aria-expanded={popover?.kind === "problems"}
      onClick={() => setPopover(popover?.kind === "problems" ? null : { kind: "problems" })}
    >
      <Icon name={count ? "triangle-alert" : "circle-check"} className="size-4" />
      <span className="max-md:hidden">{words}</span>
      <span className="md:hidden">
        {count}
        <span className="sr-only"> {count === 1 ? "problem" : "problems"}</span>
      </span>
    </button>
  );
}

/// What has no place in the bar, on narrow screens the panels too.
function More({ open }: { open(name: PanelName, event: MouseEvent): void }): ReactNode {
  const { setPopover, session } = useBuilder();
  return (
    <details className="dropdown dropdown-end">
      <summary className="btn btn-ghost btn-sm btn-square list-none" aria-label="More">
        <Icon name="ellipsis" className="size-4.5" />
      </summary>
      <ul className="dropdown-content sheet z-30 mt-1 w-56 p-1.5 shadow-lg" onClick={(event) => event.currentTarget.closest("details")?.removeAttribute("open")}>
        <li className="sm:hidden">
          <button type="button" className="rail-link w-full cursor-pointer" onClick={session.undo}>
            <Icon name="undo-2" className="size-4" />
            Undo
          </button>
        </li>
        {TOOLS.filter(({ name }) => hasPanel(name)).map((tool) => (
          <li key={tool.name} className="lg:hidden">
            <button type="button" className="rail-link w-full cursor-pointer" onClick={(event) => open(tool.name, event)}>
              <Icon name={tool.icon} className="size-4" />
              {tool.words}
            </button>
          </li>
        ))}
        <li>
          <button type="button" data-opens="" className="rail-link w-full cursor-pointer" onClick={() => setPopover({ kind: "keys" })}>
            <Icon name="keyboard" className="size-4" />
            Keys
          </button>
        </li>
        <li>
          <a className="rail-link" href="/help/automations">
            <Icon name="book-open" className="size-4" />
            How automations work
          </a>
        </li>
      </ul>
    </details>
  );
}
