/// What is wrong with the drawing: told at once as far as the browser can, and by the server as soon as the hand rests.
import { post } from "../api";
import { problems, together } from "../graph/problems";
import type { Drawing, Problem } from "../graph/types";
import type { Session } from "./session";

const PAUSE = 500;

export function startChecking(session: Session): void {
  let checked: Drawing | null = null;
  let served: Problem[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;

  async function ask(): Promise<void> {
    asking?.abort();
    asking = new AbortController();
    const { drawing } = session.get();
    try {
      served = await post<Problem[]>("/automation_problems", { drawing }, asking.signal);
    } catch {
      // Without an answer the early findings stand; the next change asks again.
      return;
    }
    if (isAlike(drawing, session.get().drawing)) session.set({ problems: served });
  }

  function check(): void {
    const { drawing, catalogue } = session.get();
    if (checked && isAlike(checked, drawing)) return;
    checked = drawing;
    session.set({ problems: together(problems(drawing, catalogue), served, drawing) });
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), PAUSE);
  }

  session.subscribe(check);
  check();
}

/// Whether two drawings are the same but for where things stand.
function isAlike(one: Drawing, other: Drawing): boolean {
  return one.nodes === other.nodes && one.edges === other.edges && one.limits === other.limits;
}
