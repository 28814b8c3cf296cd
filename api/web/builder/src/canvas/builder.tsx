/// The whole builder: toolbar, palette, canvas, panel.
import { ReactFlowProvider } from "@xyflow/react";
import { useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { Icon } from "../icon";
import type { Commands } from "./commands";
import { ConflictNotice } from "./conflict_notice";
import { BuilderContext, useBuilder, useBuilderState, type Builder as Shared, type Popover } from "./context";
import { Flow } from "./flow";
import { pressed } from "./keys";
import { Notices } from "./notices";
import { isWide, PanelDock } from "./panel_dock";
import type { PageData } from "./page_data";
import { Palette } from "./palette";
import { Popovers } from "./popovers";
import type { Saver } from "./saving";
import type { Session } from "./session";
import { StepsList } from "./steps_list";
import { Toolbar } from "./toolbar";

interface Given {
  session: Session;
  commands: Commands;
  saver: Saver;
  page: PageData;
}

const isPhone = (): boolean => matchMedia("(width < 40rem)").matches;

export function Builder({ session, commands, saver, page }: Given): ReactNode {
  const [popover, setPopover] = useState<Popover>(null);
  const [isList, setIsList] = useState(isPhone);
  const shared = useMemo<Shared>(() => ({ session, commands, saver, page, popover, setPopover }), [session, commands, saver, page, popover]);
  useKeys(shared);
  return (
    <BuilderContext value={shared}>
      <ReactFlowProvider>
        <div className="flex h-dvh flex-col overflow-hidden">
          <Toolbar isList={isList} onList={setIsList} />
          <main id="main" tabIndex={-1} className="relative flex min-h-0 grow outline-none">
            {isList ? (
              <StepsList />
            ) : (
              <>
                <Dock />
                <div className="relative flex min-w-0 grow">
                  <Flow />
                  <Hint />
                </div>
              </>
            )}
            <ConflictNotice />
            <PanelDock />
            <Notices />
          </main>
        </div>
        <Popovers />
      </ReactFlowProvider>
    </BuilderContext>
  );
}

/// The palette at the left; folded away it leaves a button.
function Dock(): ReactNode {
  const { commands } = useBuilder();
  const [isOpen, setIsOpen] = useState(() => innerWidth >= 1024);
  const panel = useBuilderState((state) => state.panel);
  // A wide panel is about the whole drawing: then the drawing needs the room more than the palette does.
  if (panel && isWide(panel)) return null;
  if (!isOpen)
    return (
      <button type="button" className="btn btn-sm absolute top-3 left-3 z-10 border-base-300 bg-base-100 shadow-sm" aria-label="Show the steps to add" onClick={() => setIsOpen(true)}>
        <Icon name="plus" className="size-4" />
        Add
      </button>
    );
  return (
    <section aria-label="Steps to add" className="flex w-66 shrink-0 flex-col border-e border-line bg-base-100 max-lg:absolute max-lg:inset-y-0 max-lg:z-10 max-lg:shadow-xl">
      <div className="flex items-center pt-3 ps-5 pe-2">
        <h2 className="grow text-sm font-semibold">Add a step</h2>
        <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label="Hide the steps to add" onClick={() => setIsOpen(false)}>
          <Icon name="panel-left-close" className="size-4 text-muted" />
        </button>
      </div>
      <Palette
        onChoose={(seed) => commands.add(seed, "next")}
        onDragged={(isDragged) => {
          if (isDragged) document.documentElement.dataset["draggingStep"] = "";
          else delete document.documentElement.dataset["draggingStep"];
        }}
      />
    </section>
  );
}

/// What an empty canvas is for.
function Hint(): ReactNode {
  const { setPopover } = useBuilder();
  const isEmpty = useBuilderState((state) => state.drawing.nodes.length === 0);
  if (!isEmpty) return null;
  return (
    <div className="pointer-events-none absolute inset-0 z-4 grid place-items-center p-6">
      <div className="max-w-sm text-center">
        <span className="family-start">
          <span className="family-tile mx-auto size-12 rounded-2xl">
            <Icon name="zap" className="size-6" />
          </span>
        </span>
        <h2 className="mt-4 text-lg font-semibold">What sets it off?</h2>
        <p className="mt-1 text-muted">Begin with what starts it: a form that comes in, a date, a click. Drag it here from the left, or press A.</p>
        <button type="button" data-opens="" className="btn btn-primary pointer-events-auto mt-5" onClick={(event) => setPopover({ kind: "add", spot: null, x: event.currentTarget.getBoundingClientRect().left - 60, y: 160 })}>
          <Icon name="plus" className="size-4" />
          Choose a start
        </button>
      </div>
    </div>
  );
}

function useKeys(shared: Shared): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && pressed(event, shared)) event.preventDefault();
    };
    const isOnCanvas = (event: Event): boolean => {
      const target = event.target as HTMLElement;
      return !target.closest?.("input, textarea, select, [contenteditable], aside, [role=dialog]") && !getSelection()?.toString();
    };
    const onCopy = (event: ClipboardEvent): void => {
      if (!isOnCanvas(event)) return;
      const text = shared.commands.copy();
      if (!text) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (!isOnCanvas(event)) return;
      event.preventDefault();
      shared.commands.paste(event.clipboardData?.getData("text/plain") ?? "");
    };
    document.addEventListener("keydown", onKeyDown);
    document.addEventListener("copy", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [shared]);
}
