/// The keyboard: everything that the mouse can do.
import { neighbour, type Direction } from "../graph/directions";
import { hiddenNodes } from "../graph/bodies";
import { bodyPorts } from "../graph/ports";
import type { Spot } from "../graph/insertions";
import type { Point } from "../graph/types";
import { spotFor } from "./commands";
import type { Builder } from "./context";

export const KEYS: readonly (readonly [string, string])[] = [
  ["Arrows", "Go to the next, previous or neighbouring step"],
  ["A or +", "Add a step behind this one"],
  ["Enter", "Open the settings of this step"],
  ["C", "Connect: choose a way out, then where it leads"],
  ["Space", "Select this step, or no longer"],
  ["Shift Arrows", "Select on the way"],
  ["Alt Arrows", "Move what is selected"],
  ["Delete", "Remove what is selected"],
  ["Ctrl Z, Ctrl Y", "Undo, do again"],
  ["Ctrl C, Ctrl V, Ctrl D", "Copy, paste, duplicate"],
  ["Ctrl A", "Select all"],
  ["P", "Go to the next problem"],
  ["N", "Add a note"],
  ["X", "Fold or unfold a loop or branches"],
  ["F, T", "Show all, tidy up"],
  ["Escape", "Close what is open, select nothing"],
  ["?", "Show these keys"],
];

const ARROWS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const STEPS: Record<Direction, Point> = { up: { x: 0, y: -1 }, down: { x: 0, y: 1 }, left: { x: -1, y: 0 }, right: { x: 1, y: 0 } };

/// Handles a key; true when it was one of ours.
export function pressed(event: KeyboardEvent, builder: Builder): boolean {
  if (event.isComposing) return false;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  const isOnCanvas = target === document.body || Boolean(target.closest("[data-canvas]")) || target.id === "main";
  if (isTyping(target)) return false;
  if (event.key === "Escape") return escaped(builder);
  if (event.ctrlKey || event.metaKey) return withControl(event, builder, isOnCanvas);
  if (event.key === "?") {
    builder.setPopover(builder.popover?.kind === "keys" ? null : { kind: "keys" });
    return true;
  }
  if (!isOnCanvas) return false;
  const direction = ARROWS[event.key];
  if (direction) return arrow(direction, event, builder);
  return !event.altKey && plain(event.key, target, builder);
}

function escaped({ popover, setPopover, session, commands }: Builder): boolean {
  const { panel, selected, focused } = session.get();
  if (popover) setPopover(null);
  else if (panel) session.set({ panel: null });
  else if (selected.length) session.set({ selected: [] });
  else return false;
  if (focused) commands.focus(focused);
  return true;
}

function withControl(event: KeyboardEvent, { session, commands, saver }: Builder, isOnCanvas: boolean): boolean {
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) session.undo();
  else if (key === "y" || key === "z") session.redo();
  else if (key === "s") void saver.save().then(() => session.announce("Saved."), () => undefined);
  else if (!isOnCanvas) return false;
  else if (key === "d") commands.duplicate();
  else if (key === "a") session.set((state) => ({ selected: state.drawing.nodes.map((node) => node.id) }));
  else return false;
  return true;
}

function arrow(direction: Direction, event: KeyboardEvent, { session, commands }: Builder): boolean {
  if (event.altKey) {
    commands.move(STEPS[direction]);
    return true;
  }
  const { drawing, focused, selected } = session.get();
  const isOnStep = event.target instanceof Element && event.target.closest("[data-step]");
  if (!isOnStep && drawing.nodes.some((node) => node.id === focused)) {
    commands.focus(focused);
    return true;
  }
  const next = neighbour(drawing, focused, direction, hiddenNodes(drawing));
  if (!next) {
    session.announce("Nothing further that way.");
    return true;
  }
  // The selection goes along, so that what is done next is done to the step one is at.
  session.set({ selected: event.shiftKey ? [...new Set([...selected, focused, next])].filter(Boolean) : [next] });
  commands.focus(next);
  return true;
}

function plain(key: string, target: HTMLElement, builder: Builder): boolean {
  const { session, commands, setPopover } = builder;
  const { focused, selected, drawing } = session.get();
  const step = target.closest<HTMLElement>("[data-step]")?.dataset["step"] ?? "";
  switch (key) {
    case "a":
    case "A":
    case "+":
      setPopover(addPopover(builder));
      return true;
    case "c":
    case "C":
      if (focused) setPopover({ kind: "connect", node_id: focused });
      return Boolean(focused);
    case "Enter":
      if (step) {
        commands.openStep(step);
        commands.openPanel(session.get().panel, true);
      }
      return Boolean(step);
    case " ":
      if (step) session.set({ selected: selected.includes(step) ? selected.filter((id) => id !== step) : [...selected, step] });
      return Boolean(step);
    case "Delete":
    case "Backspace":
      commands.removeSelected();
      return true;
    case "n":
    case "N":
      commands.addNote();
      return true;
    case "f":
    case "F":
      commands.fit();
      return true;
    case "t":
    case "T":
      commands.tidy();
      return true;
    case "p":
    case "P":
      nextProblem(builder);
      return true;
    case "x":
    case "X": {
      const node = drawing.nodes.find((one) => one.id === focused);
      if (node && bodyPorts(node).length) commands.fold(node.id);
      return Boolean(node);
    }
    default:
      return false;
  }
}

/// The palette behind the step in focus, beside its card.
export function addPopover({ session }: Builder): { kind: "add"; spot: Spot; x: number; y: number } {
  const { drawing, focused } = session.get();
  const card = document.querySelector(`[data-step="${focused}"]`)?.getBoundingClientRect();
  const x = card ? card.right + 12 : innerWidth / 2 - 160;
  return { kind: "add", spot: spotFor(drawing, focused), x, y: card?.top ?? 120 };
}

export function nextProblem({ session, commands }: Builder): void {
  const { problems, focused } = session.get();
  const ids = [...new Set(problems.map((problem) => problem.node_id).filter(Boolean))];
  const next = ids[(ids.indexOf(focused) + 1) % ids.length];
  if (next) commands.focus(next);
  else session.announce(problems[0]?.message ?? "There are no problems.");
}

function isTyping(target: HTMLElement): boolean {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
