/// The panel at the canvas's side; a sheet from below on a phone.
import { useEffect, useRef, type ReactNode } from "react";
import { lookOf, objectOf } from "../graph/looks";
import type { PanelName } from "../panels/panel";
import { Icon } from "../icon";
import { useBuilder, useBuilderState } from "./context";
import { Panel } from "./panels";

const TITLES: Record<PanelName, { words: string; icon: string }> = {
  settings: { words: "Settings", icon: "sliders-horizontal" },
  simulate: { words: "Simulate", icon: "fast-forward" },
  what_if: { words: "What if", icon: "telescope" },
  publish: { words: "Publish", icon: "rocket" },
  versions: { words: "Versions", icon: "layers" },
  test_run: { words: "Test run", icon: "flask-conical" },
};
/// These show calendars, lists and pairs of drawings.
const WIDE: readonly PanelName[] = ["simulate", "what_if", "publish", "versions"];

export const isWide = (name: PanelName): boolean => WIDE.includes(name);

export function PanelDock(): ReactNode {
  const { session, commands, saver, page } = useBuilder();
  const name = useBuilderState((state) => state.panel);
  const automation = useBuilderState((state) => state.automation);
  const drawing = useBuilderState((state) => state.drawing);
  const selected = useBuilderState((state) => state.selected);
  const catalogue = useBuilderState((state) => state.catalogue);
  const tested = useBuilderState((state) => state.tested);
  const problems = useBuilderState((state) => state.problems);
  const dock = useRef<HTMLElement>(null);
  const entered = useBuilderState((state) => state.entered);
  useEffect(() => {
    if (entered) focusInside(dock.current);
  }, [entered]);
  if (!name) return null;
  const node = name === "settings" && selected.length === 1 ? drawing.nodes.find((one) => one.id === selected[0]) : undefined;
  const look = node && lookOf(node, catalogue);
  const close = (): void => {
    session.set({ panel: null });
    const { focused } = session.get();
    if (focused) commands.focus(focused);
  };
  return (
    <aside
      ref={dock}
      aria-label={TITLES[name].words}
      data-panel={name}
      className={`builder-panel ${isWide(name) ? "builder-panel-wide" : ""}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        close();
      }}
    >
      <div className={`flex h-14 shrink-0 items-center gap-3 border-b border-line px-4 family-${look?.family ?? "act"}`}>
        <span className="family-tile size-8">
          <Icon name={look?.icon ?? TITLES[name].icon} className="size-4" />
        </span>
        <h2 className="min-w-0 grow">
          {node && look ? (
            <>
              <span className="block truncate text-xs leading-4 text-muted">{look.verb}</span>
              <span className="block truncate leading-5 font-semibold">{objectOf(node, catalogue) || look.verb}</span>
            </>
          ) : (
            <span className="font-semibold">{TITLES[name].words}</span>
          )}
        </h2>
        <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label="Close" title="Close (Escape)" onClick={close}>
          <Icon name="x" className="size-4" />
        </button>
      </div>
      <div className="relative flex min-h-0 grow flex-col overflow-y-auto overscroll-contain" data-panel-body="">
        <Panel
          name={name}
          automation={automation}
          drawing={drawing}
          selected={selected}
          catalogue={catalogue}
          problems={problems}
          dispatch={session.dispatch}
          save={saver.save}
          reload={saver.reload}
          close={close}
          notify={session.notify}
          select={commands.select}
          open={(panel) => session.set({ panel })}
          tested={tested}
          setTested={(told) => session.set({ tested: told })}
          zone={page.zone}
        />
      </div>
    </aside>
  );
}

/// The first field, once the panel has loaded.
function focusInside(dock: HTMLElement | null, tries = 40): void {
  if (!dock?.isConnected) return;
  const field = dock.querySelector<HTMLElement>("[data-panel-body] :is(input, textarea, select, button, [tabindex='0']):not([disabled])");
  if (field) field.focus();
  else if (tries) setTimeout(() => focusInside(dock, tries - 1), 50);
}
