/// What came of a test run, in words.
import type { TestRunOut, TriedStepOut } from "../../generated/automations";

export interface Verdict {
  tone: "success" | "warning" | "error" | "info";
  icon: string;
  words: string;
  more: string;
}

const ENDS: Record<string, Verdict> = {
  succeeded: { tone: "success", icon: "circle-check", words: "It ran to its end.", more: "" },
  failed: { tone: "error", icon: "circle-x", words: "It ended as failed.", more: "A step of it says so." },
  canceled: { tone: "warning", icon: "ban", words: "It was ended before its time.", more: "" },
  parked: { tone: "warning", icon: "wrench", words: "It would get stuck.", more: "Somebody would have to repair it. The step says why." },
};

export function verdictOf(told: TestRunOut): Verdict {
  const end = ENDS[told.run.status];
  if (end) return end;
  if (told.is_cut) return { tone: "warning", icon: "scissors", words: "It is too long for a test.", more: "The test ended after a hundred moves. What came until then is shown." };
  return { tone: "info", icon: "hourglass", words: "It waits.", more: "A real run would go on from here later." };
}

/// What became of the effect of a step; empty when it has none. when: a moment in words.
export function effectOf(step: TriedStepOut, when: (moment: string) => string): string {
  switch (step.effect) {
    case "undone":
      return step.error ? "Tried" : "Done and undone";
    case "performed":
      return step.error ? "Really asked" : "Really done";
    case "made_up":
      return "Not done, result made up";
    case "passed_over":
      return step.would_wait_until ? `Would wait until ${when(step.would_wait_until)} at most` : "Would wait for somebody";
    case "none":
      return "";
  }
}

/// What became of its mails; empty when it has none.
export function mailsOf({ mails, mailed_to }: Pick<TestRunOut, "mails" | "mailed_to">): string {
  if (!mails) return "";
  const many = mails === 1 ? "1 mail" : `${mails} mails`;
  return mailed_to ? `${many} went to you, ${mailed_to}, and to nobody else.` : `${many} would go out. Nobody got ${mails === 1 ? "it" : "them"}.`;
}

/// What stays of a test. What another service did with a request nobody here can undo, or know.
export function undoneWords({ steps }: Pick<TestRunOut, "steps">): string {
  return steps.some((step) => step.effect === "performed") ? "Everything is undone, except the requests that were really made." : "Everything is undone. No client heard of it.";
}
