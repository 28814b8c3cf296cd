/// What a person can do to the drawing, by mouse, keyboard or panel; each says aloud what it did.
import { fragmentOf, readFragment, renewed, written, type Fragment } from "../graph/fragments";
import { edgeFor, insertion, nextSpot, refusal, spotBehind, type Seed, type Spot } from "../graph/insertions";
import { laidOut } from "../graph/layout";
import { nameOf } from "../graph/looks";
import { GRID } from "../graph/sizes";
import { portWords } from "../graph/ports";
import type { Drawing, DrawnNode, Note, Point } from "../graph/types";
import type { PanelName } from "../panels/panel";
import { hasPanel } from "./panels";
import type { Session } from "./session";

const CLIPBOARD = "throughline:steps";

/// The part of the canvas that commands move; it is there once the canvas is drawn.
export interface Viewer {
  /// Bring a step into view.
  reveal(node_id: string): void;
  fit(): void;
  /// The middle of what is seen, on the drawing.
  middle(): Point;
}

export type Commands = ReturnType<typeof makeCommands>;

export function makeCommands(session: Session) {
  let viewer: Viewer | null = null;
  const { dispatch, announce, notify } = session;
  const state = session.get;
  const node = (id: string): DrawnNode | undefined => state().drawing.nodes.find((one) => one.id === id);
  const say = (id: string): string => {
    const found = node(id);
    return found ? nameOf(found, state().catalogue) : "the step";
  };
  /// What a command is about: the selection, else the step in focus.
  const meant = (): string[] => {
    const { selected, focused } = state();
    return selected.length ? selected : node(focused) ? [focused] : [];
  };

  function focus(id: string): void {
    session.set({ focused: id });
    viewer?.reveal(id);
    requestAnimationFrame(() => focusWhenDrawn(id));
  }

  function select(ids: string[]): void {
    session.set({ selected: ids });
    if (ids[0]) {
      session.set({ focused: ids[0] });
      viewer?.reveal(ids[0]);
    }
  }

  function openSettings(id: string): void {
    session.set({ selected: [id], focused: id, ...(hasPanel("settings") ? { panel: "settings" as const } : {}) });
  }

  /// What a step that is chosen on the canvas shows: beside a test run what it did there, else its settings.
  function openStep(id: string): void {
    if (state().panel === "test_run" && state().tested) session.set({ selected: [id], focused: id });
    else openSettings(id);
  }

  /// Show a panel; `enters`: and go on inside, as whoever asked for it by the keyboard wants to.
  function openPanel(panel: PanelName | null, enters: boolean): void {
    session.set((now) => ({ panel, entered: now.entered + (enters ? 1 : 0) }));
  }

  function paste(fragment: Fragment, at?: Point): void {
    const { drawing } = state();
    const fresh = renewed(fragment, drawing, at);
    dispatch({ kind: "paste", ...fresh });
    const ids = fresh.nodes.map((one) => one.id);
    session.set({ selected: ids });
    if (ids[0]) focus(ids[0]);
    announce(ids.length === 1 ? `Pasted ${say(ids[0] as string)}.` : `Pasted ${ids.length} steps.`);
  }

  function copied(): Fragment | null {
    const fragment = fragmentOf(state().drawing, meant());
    if (fragment.nodes.length) return fragment;
    notify("Choose the steps to copy. The start cannot be copied.");
    return null;
  }

  return {
    useViewer(found: Viewer | null): void {
      viewer = found;
    },
    focus,
    select,
    openSettings,
    openStep,
    openPanel,
    add(seed: Seed, wanted: Spot | "next"): string {
      const { drawing, focused } = state();
      const spot = wanted === "next" ? (spotFor(drawing, meant()[0] ?? focused) ?? { at: viewer?.middle() ?? { x: 0, y: 0 } }) : wanted;
      const { operation, node_id } = insertion(drawing, seed, spot);
      dispatch(operation);
      openSettings(node_id);
      focus(node_id);
      announce(`Added ${say(node_id)}${spot && "after" in spot ? ` after ${say(spot.after)}` : ""}.`);
      return node_id;
    },
    connect(source: string, port: string, target: string): void {
      const { drawing } = state();
      const reason = refusal(drawing, source, target);
      if (reason) return notify(reason);
      dispatch({ kind: "connect", edge: edgeFor(drawing, source, port, target) });
      const found = node(source);
      announce(`“${found ? portWords(found, port) : port}” of ${say(source)} now leads to ${say(target)}.`);
    },
    disconnect(edge_ids: string[]): void {
      dispatch({ kind: "disconnect", edge_ids });
      announce(edge_ids.length === 1 ? "Line removed." : `${edge_ids.length} lines removed.`);
    },
    removeSelected(): void {
      const ids = meant();
      if (!ids.length) return;
      const { drawing } = state();
      const before = drawing.edges.find((edge) => ids.includes(edge.target) && !ids.includes(edge.source))?.source;
      const after = drawing.edges.find((edge) => ids.includes(edge.source) && !ids.includes(edge.target))?.target;
      const said = ids.length === 1 ? say(ids[0] as string) : `${ids.length} steps`;
      const healed = ids.length === 1 ? healing(ids[0] as string) : null;
      dispatch(healed ?? { kind: "remove_nodes", node_ids: ids });
      session.set((now) => ({ selected: [], panel: now.panel === "settings" ? null : now.panel }));
      const next = before ?? after ?? state().drawing.nodes[0]?.id;
      if (next) focus(next);
      announce(`Removed ${said}. Control Z brings it back.`);
    },
    duplicate(): void {
      const fragment = copied();
      if (fragment) paste(fragment);
    },
    /// The text for the system's clipboard; empty when there is nothing to copy.
    copy(): string {
      const fragment = copied();
      if (!fragment) return "";
      const text = written(fragment);
      try {
        localStorage.setItem(CLIPBOARD, text);
      } catch {
        // The system's clipboard has it still.
      }
      announce(fragment.nodes.length === 1 ? "Copied one step." : `Copied ${fragment.nodes.length} steps.`);
      return text;
    },
    /// text: what the system's clipboard holds; else what was copied last in this browser.
    paste(text: string): void {
      const fragment = readFragment(text) ?? readFragment(localStorage.getItem(CLIPBOARD) ?? "");
      if (!fragment) return notify("There are no steps to paste. Copy some first.");
      const isElsewhere = !fragment.nodes.some((one) => node(one.id));
      paste(fragment, isElsewhere ? viewer?.middle() : undefined);
    },
    move(by: Point): void {
      const { drawing } = state();
      const positions = Object.fromEntries(
        meant().flatMap((id) => {
          const place = drawing.positions[id];
          return place ? [[id, { x: place.x + by.x * GRID, y: place.y + by.y * GRID }]] : [];
        }),
      );
      if (Object.keys(positions).length) dispatch({ kind: "move_nodes", positions });
    },
    tidy(): void {
      dispatch({ kind: "move_nodes", positions: laidOut(state().drawing) });
      announce("Laid out from top to bottom.");
      requestAnimationFrame(() => viewer?.fit());
    },
    fit(): void {
      viewer?.fit();
    },
    fold(id: string): void {
      const { collapsed } = state().drawing;
      const isFolded = collapsed.includes(id);
      dispatch({ kind: "set_collapsed", node_ids: isFolded ? collapsed.filter((one) => one !== id) : [...collapsed, id] });
      announce(isFolded ? `Unfolded ${say(id)}.` : `Folded ${say(id)}.`);
    },
    addNote(at?: Point): void {
      const place = at ?? viewer?.middle() ?? { x: 0, y: 0 };
      const { notes } = state().drawing;
      const note: Note = { id: `note_${Date.now().toString(36)}`, ...place, width: 208, height: 128, text: "" };
      dispatch({ kind: "set_notes", notes: [...notes, note] });
      announce("Added a note.");
      requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-note="${note.id}"] textarea`)?.focus()));
    },
    changeNote(id: string, change: Partial<Note>): void {
      const { notes } = state().drawing;
      dispatch({ kind: "set_notes", notes: notes.map((note) => (note.id === id ? { ...note, ...change } : note)) });
    },
    removeNote(id: string): void {
      dispatch({ kind: "set_notes", notes: state().drawing.notes.filter((note) => note.id !== id) });
      announce("Removed the note.");
    },
  };

  /// Removing one step of a line leaves the line whole.
  function healing(id: string) {
    const { drawing } = state();
    const into = drawing.edges.filter((edge) => edge.target === id);
    const out = drawing.edges.filter((edge) => edge.source === id);
    const [first, next] = [into[0], out[0]];
    if (into.length !== 1 || out.length !== 1 || !first || !next) return null;
    return {
      kind: "batch" as const,
      words: "remove a step",
      operations: [
        { kind: "remove_nodes" as const, node_ids: [id] },
        { kind: "connect" as const, edge: { ...first, target: next.target } },
      ],
    };
  }
}

/// Behind the step that is meant, else where the drawing goes on.
export function spotFor(drawing: Drawing, id: string): Spot {
  return drawing.nodes.some((node) => node.id === id) ? spotBehind(drawing, id) : nextSpot(drawing, "");
}

/// Steps outside the window are not in the page until it has moved there. Whoever goes elsewhere meanwhile is left alone.
function focusWhenDrawn(id: string, tries = 60): void {
  const card = document.querySelector<HTMLElement>(`[data-step="${id}"]`);
  const active = document.activeElement;
  const isElsewhere = active?.closest("aside, header, [role=dialog]") ?? null;
  if (card) card.focus({ preventScroll: true });
  else if (tries && !isElsewhere) setTimeout(() => focusWhenDrawn(id, tries - 1), 25);
}
