/// The draft saves itself. What the server does not have yet is kept in the browser, so that a reload or a lost line loses nothing.
import { get, patch, post, Refusal } from "../api";
import { isSame } from "../graph/differences";
import { withPlaces } from "../graph/layout";
import type { Operation } from "../graph/operations";
import { drawingOf, type Drawing } from "../graph/types";
import type { AutomationDetail } from "../generated/automations";
import { automationOf, type Session, type SessionState } from "./session";

const PAUSE = 900;
const FIRST_RETRY = 2_000;
const LAST_RETRY = 30_000;

interface Kept {
  version: number;
  operations: Operation[];
  drawing: Drawing;
}

export interface Saver {
  /// Save now. Rejects with what keeps it from being saved.
  save(): Promise<void>;
  /// Read the automation again; what is unsaved is saved first.
  reload(): Promise<void>;
  rename(name: string): Promise<void>;
  /// Drop one's own changes for somebody else's.
  takeTheirs(): void;
  /// Keep one's own changes as an automation of its own; its id.
  keepMineAsCopy(): Promise<string>;
}

export function startSaving(session: Session): Saver {
  const key = `throughline:drawing:${session.get().automation.id}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;
  let retry = FIRST_RETRY;

  const later = (pause: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void save().catch(() => undefined), pause);
  };

  async function save(): Promise<void> {
    clearTimeout(timer);
    while (running) await running.catch(() => undefined);
    if (!session.get().unsaved.length) return;
    running = send().finally(() => {
      running = null;
    });
    await running;
    if (session.get().unsaved.length) await save();
  }

  async function send(): Promise<void> {
    const { automation, drawing, unsaved, saving } = session.get();
    if (saving === "conflict") throw new Error("Somebody else changed this automation.");
    session.set({ saving: "saving" });
    try {
      const detail = await patch<AutomationDetail>(`/automations/${automation.id}`, { drawing, version: automation.version });
      taken(detail, drawing, unsaved.length);
    } catch (error) {
      await refused(error);
    }
  }

  function taken(detail: AutomationDetail, drawing: Drawing, count: number): void {
    retry = FIRST_RETRY;
    session.set((now) => {
      const unsaved = now.unsaved.slice(count);
      return { automation: automationOf(detail), saved: drawing, unsaved, saving: unsaved.length ? "waiting" : "saved" };
    });
    keep(key, session.get());
  }

  async function refused(error: unknown): Promise<void> {
    if (error instanceof Refusal && error.status === 409) return await collided();
    session.set({ saving: "failed" });
    const isLasting = error instanceof Refusal && error.status < 500 && error.status !== 429;
    if (!isLasting) {
      later(retry);
      retry = Math.min(retry * 2, LAST_RETRY);
    }
    throw error;
  }

  /// The version is not the present one. Only another drawing is a conflict: a new name or a publication is none.
  async function collided(): Promise<void> {
    const { automation, saved, drawing } = session.get();
    const theirs = await get<AutomationDetail>(`/automations/${automation.id}`);
    const document = drawingOf(theirs.drawing);
    if (isSame(document, saved) || isSame(document, drawing)) {
      session.set({ automation: automationOf(theirs) });
      return await send();
    }
    session.set({ saving: "conflict", theirs });
    throw new Error("Somebody else changed this automation.");
  }

  session.subscribe(() => {
    if (session.get().saving !== "waiting" || running) return;
    keep(key, session.get());
    later(PAUSE);
  });
  addEventListener("online", () => session.get().saving === "failed" && later(0));
  addEventListener("pagehide", () => void save().catch(() => undefined));
  restore(key, session);

  return {
    save,
    async reload() {
      await save();
      shown(session, await get<AutomationDetail>(`/automations/${session.get().automation.id}`));
    },
    async rename(name) {
      const { automation } = session.get();
      const detail = await patch<AutomationDetail>(`/automations/${automation.id}`, { name });
      session.set((now) => ({ automation: { ...automationOf(detail), version: now.automation.version === detail.version - 1 ? detail.version : now.automation.version } }));
    },
    takeTheirs() {
      const { theirs } = session.get();
      if (theirs) shown(session, theirs);
      keep(key, session.get());
    },
    async keepMineAsCopy() {
      const { automation, drawing } = session.get();
      const copy = await post<AutomationDetail>("/automations", { name: `${automation.name} (my copy)`.slice(0, 120), drawing });
      localStorage.removeItem(key);
      return copy.id;
    },
  };
}

/// Show what the server has, and forget what was done before.
function shown(session: Session, detail: AutomationDetail): void {
  const saved = drawingOf(detail.drawing);
  session.set({
    automation: automationOf(detail),
    saved,
    drawing: withPlaces(saved),
    unsaved: [],
    past: [],
    future: [],
    saving: "saved",
    theirs: null,
    selected: [],
  });
}

function keep(key: string, { unsaved, automation, drawing }: SessionState): void {
  try {
    if (unsaved.length) localStorage.setItem(key, JSON.stringify({ version: automation.version, operations: unsaved, drawing } satisfies Kept));
    else localStorage.removeItem(key);
  } catch {
    // Full or forbidden: then only the server's copy remains.
  }
}

/// Bring back what was not saved when the page was left.
function restore(key: string, session: Session): void {
  const kept = read(key);
  if (!kept) return;
  const { automation, saved } = session.get();
  const mine = drawingOf(kept.drawing);
  if (isSame(mine, saved)) return localStorage.removeItem(key);
  session.set({ drawing: withPlaces(mine), unsaved: kept.operations });
  if (kept.version === automation.version) {
    session.set({ saving: "waiting" });
    session.notify("Your last changes were brought back.");
    return;
  }
  void get<AutomationDetail>(`/automations/${automation.id}`).then((theirs) => session.set({ saving: "conflict", theirs }));
}

function read(key: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
    return kept && Array.isArray(kept.operations) && kept.drawing ? kept : null;
  } catch {
    return null;
  }
}
