/// One person editing one automation: the drawing, what can be undone, what the server has.
import { useSyncExternalStore } from "react";
import { withPlaces } from "../graph/layout";
import { apply, inverse, words, type Operation } from "../graph/operations";
import { drawingOf, type Catalogue, type Drawing, type Json, type Problem } from "../graph/types";
import type { AutomationDetail } from "../generated/automations";
import type { PanelAutomation, PanelName, Tested } from "../panels/panel";
import { makeStore, type Store } from "./store";

export type Saving = "saved" | "waiting" | "saving" | "failed" | "conflict";

export interface SessionState {
  automation: PanelAutomation;
  drawing: Drawing;
  /// What the server has, and the operations that lead from there to `drawing`.
  saved: Drawing;
  unsaved: Operation[];
  saving: Saving;
  past: Step[];
  future: Step[];
  selected: string[];
  /// The node that has, or would get, the keyboard's focus.
  focused: string;
  panel: PanelName | null;
  /// Counts how often somebody asked to go on inside the panel, by the keyboard.
  entered: number;
  catalogue: Catalogue;
  problems: Problem[];
  /// Said aloud and shown in passing; `at` tells two equal ones apart.
  notice: { text: string; at: number; isSpokenOnly: boolean };
  /// Somebody else's version, while two people's changes stand against each other.
  theirs: AutomationDetail | null;
  tested: Tested | null;
}

export interface Step {
  back: Operation;
  forth: Operation;
  words: string;
}

const MOST_STEPS = 200;

export interface Session extends Store<SessionState> {
  dispatch(operation: Operation): void;
  undo(): void;
  redo(): void;
  notify(text: string): void;
  announce(text: string): void;
}

export function makeSession(detail: AutomationDetail, catalogue: Catalogue): Session {
  const saved = drawingOf(detail.drawing);
  const store = makeStore<SessionState>({
    automation: automationOf(detail),
    drawing: withPlaces(saved),
    saved,
    unsaved: [],
    saving: "saved",
    past: [],
    future: [],
    selected: [],
    focused: "",
    panel: null,
    entered: 0,
    catalogue,
    problems: [],
    notice: { text: "", at: 0, isSpokenOnly: true },
    theirs: null,
    tested: null,
  });
  const say = (text: string, isSpokenOnly: boolean): void => {
    store.set((state) => ({ notice: { text, at: state.notice.at + 1, isSpokenOnly } }));
  };
  const take = (operation: Operation): Partial<SessionState> => {
    const { drawing: before, unsaved, saving, selected } = store.get();
    const after = apply(operation, before);
    const there = new Set(after.nodes.map((node) => node.id));
    return {
      drawing: after,
      unsaved: [...unsaved, operation],
      saving: saving === "conflict" ? saving : "waiting",
      selected: selected.every((id) => there.has(id)) ? selected : selected.filter((id) => there.has(id)),
    };
  };
  return {
    ...store,
    dispatch(operation) {
      const { drawing: before, past } = store.get();
      const step = { back: inverse(operation, before), forth: operation, words: words(operation, before) };
      store.set({ ...take(operation), past: merged(past, step), future: [] });
    },
    undo() {
      const { past, future } = store.get();
      const step = past.at(-1);
      if (!step) return say("Nothing to undo.", true);
      store.set({ ...take(step.back), past: past.slice(0, -1), future: [...future, step] });
      say(`Undone: ${step.words}.`, true);
    },
    redo() {
      const { past, future } = store.get();
      const step = future.at(-1);
      if (!step) return say("Nothing to do again.", true);
      store.set({ ...take(step.forth), past: [...past, step], future: future.slice(0, -1) });
      say(`Done again: ${step.words}.`, true);
    },
    notify: (text) => say(text, false),
    announce: (text) => say(text, true),
  };
}

export function automationOf(detail: AutomationDetail): PanelAutomation {
  const { id, name, status, version, published_version } = detail;
  return { id, name, status, version, published_version };
}

/// What a view needs of the session; drawn again only when that changes. `choose` must return the same value for the same state.
export function useSession<T>(session: Session, choose: (state: SessionState) => T): T {
  return useSyncExternalStore(session.subscribe, () => choose(session.get()));
}

/// Letters typed one after the other into one field are undone together.
function merged(past: Step[], step: Step): Step[] {
  const last = past.at(-1);
  const field = last && fieldOf(last);
  if (last && field && field === fieldOf({ back: last.forth, forth: step.forth }))
    return [...past.slice(0, -1), { back: last.back, forth: step.forth, words: step.words }];
  return [...past, step].slice(-MOST_STEPS);
}

/// The one field that a step typed into, to any depth; empty when it did something else.
function fieldOf({ back, forth }: Pick<Step, "back" | "forth">): string {
  if (forth.kind === "set_label" && back.kind === "set_label" && back.node_id === forth.node_id) return `${forth.node_id} label`;
  if (forth.kind === "set_limits" && back.kind === "set_limits") return limitOf(typedAt(back.limits, forth.limits));
  if (forth.kind !== "set_settings" || back.kind !== "set_settings" || back.node_id !== forth.node_id) return "";
  const path = typedAt(back.settings, forth.settings);
  return path ? `${forth.node_id} ${path}` : "";
}

const limitOf = (path: string): string => path && `limits ${path}`;

/// Where two values differ in one text or number and nowhere else; empty when they differ otherwise.
function typedAt(before: Json, now: Json): string {
  if (typeof before !== "object" || typeof now !== "object" || !before || !now) return "";
  const [left, right] = [before, now] as Record<string, Json>[] as [Record<string, Json>, Record<string, Json>];
  const differing = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]));
  const [key] = differing;
  if (!key || differing.length > 1) return "";
  const isTyped = typeof left[key] === typeof right[key] && ["string", "number"].includes(typeof right[key]);
  const deeper = isTyped ? "value" : typedAt(left[key], right[key]);
  return deeper && `${key}.${deeper}`;
}
