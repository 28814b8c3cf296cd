/// The whole builder: toolbar, canvas, panel.
import type { ReactNode } from "react";
import type { PanelName } from "../panels/panel";
import { Panel, hasPanel } from "./panels";
import { useSession, type Session } from "./session";

const TOOLS: PanelName[] = ["versions", "test_run", "simulate", "what_if", "publish"];

export function Builder({ session, zone }: { session: Session; zone: string }): ReactNode {
  const state = useSession(session, (now) => now);
  const close = (): void => session.set({ panel: null });
  return (
    <div className="flex h-dvh flex-col">
      <header className="flex h-14 items-center gap-2 border-b border-line px-4">
        <a className="btn btn-ghost btn-sm" href={`/automations/${state.automation.id}`}>
          Back
        </a>
        <h1 className="grow truncate font-semibold">{state.automation.name}</h1>
        {TOOLS.filter(hasPanel).map((name) => (
          <button key={name} type="button" className="btn btn-sm" onClick={() => session.set({ panel: name })}>
            {name}
          </button>
        ))}
      </header>
      <main id="main" className="flex min-h-0 grow">
        <ul className="grow p-4">
          {state.drawing.nodes.map((node) => (
            <li key={node.id}>
              <button type="button" className="btn" onClick={() => session.set({ selected: [node.id], panel: hasPanel("settings") ? "settings" : null })}>
                {node.label}
              </button>
            </li>
          ))}
        </ul>
        {state.panel && (
          <aside className="w-96 overflow-y-auto border-s border-line bg-base-100">
            <Panel
              name={state.panel}
              automation={state.automation}
              drawing={state.drawing}
              selected={state.selected}
              catalogue={state.catalogue}
              problems={state.problems}
              dispatch={session.dispatch}
              save={() => Promise.resolve()}
              reload={() => Promise.resolve()}
              close={close}
              notify={session.notify}
              select={(selected) => session.set({ selected })}
              open={(panel) => session.set({ panel })}
              zone={zone}
            />
          </aside>
        )}
      </main>
    </div>
  );
}
