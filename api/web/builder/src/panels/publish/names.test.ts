import { expect, test } from "vitest";
import type { DrawnNode } from "../../graph/types";
import { waysOf } from "./names";

test("a way out is told in the words of its step, not by the port's name", () => {
  const wait: DrawnNode = { id: "wait", kind: "wait_for_event", label: "", settings: { timeout: { amount: 3, unit: "days" } } };
  const way = waysOf([wait]);
  expect(way("wait", "timeout")).toBe("After 3 days");
  expect(way("wait", "ok")).toBe("It happens");
  expect(way("gone", "timeout")).toBe("Timeout");
});
