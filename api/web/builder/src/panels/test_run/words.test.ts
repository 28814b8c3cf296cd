import { expect, test } from "vitest";
import type { TestRunOut, TriedStepOut } from "../../generated/automations";
import { effectOf, mailsOf, undoneWords, verdictOf } from "./words";

const told = (status: string, is_cut = false): TestRunOut => ({ run: { status }, is_cut }) as TestRunOut;
const step = (change: Partial<TriedStepOut>): TriedStepOut => ({ effect: "none", error: "", would_wait_until: null, ...change }) as TriedStepOut;
const when = (moment: string): string => `<${moment}>`;

test.each([
  ["succeeded", false, "It ran to its end."],
  ["parked", false, "It would get stuck."],
  ["waiting", false, "It waits."],
  ["waiting", true, "It is too long for a test."],
])("a test that ended %s is told as such", (status, is_cut, words) => {
  expect(verdictOf(told(status, is_cut)).words).toBe(words);
});

test.each([
  [{ effect: "undone" as const }, "Done and undone"],
  [{ effect: "undone" as const, error: "No such task." }, "Tried"],
  [{ effect: "performed" as const }, "Really done"],
  [{ effect: "made_up" as const }, "Not done, result made up"],
  [{ effect: "passed_over" as const, would_wait_until: "Friday" }, "Would wait until <Friday> at most"],
  [{ effect: "passed_over" as const }, "Would wait for somebody"],
  [{}, ""],
])("a step says what became of it: %o", (change, words) => {
  expect(effectOf(step(change), when)).toBe(words);
});

test("a mail says who got it", () => {
  expect(mailsOf({ mails: 1, mailed_to: "" })).toBe("1 mail would go out. Nobody got it.");
  expect(mailsOf({ mails: 2, mailed_to: "mara@example.com" })).toBe("2 mails went to you, mara@example.com, and to nobody else.");
  expect(mailsOf({ mails: 0, mailed_to: "" })).toBe("");
});

test("nobody claims that a request which was made is undone", () => {
  expect(undoneWords({ steps: [step({ effect: "undone" })] })).toBe("Everything is undone. No client heard of it.");
  expect(undoneWords({ steps: [step({ effect: "performed" })] })).toContain("except the requests");
});
