import { expect, it } from "vitest";
import type { Json } from "../../graph/types";
import { fieldOf } from "./form_model";
import { WEEKDAYS, withDay, workingDaysInWords } from "./working_days";

interface Example {
  name: string;
  settings: Record<string, Json>;
  says: string;
}

const files = import.meta.glob<Example[]>("../../../../../../tests/models/rules/automation_plan/examples/working_days.json", { eager: true, import: "default" });
const examples = Object.values(files).flat();

it.each(examples)("$name: the panel says what the outline says", ({ settings, says }) => {
  expect(workingDaysInWords(settings)).toBe(says);
});

it("reads the very examples of the server", () => {
  expect(examples.length).toBeGreaterThan(10);
});

it("keeps the days in the order of the week", () => {
  expect(withDay(["wed", "mon"], "tue", true)).toEqual(["mon", "tue", "wed"]);
  expect(withDay(["mon", "tue"], "mon", false)).toEqual(["tue"]);
});

it("has a control of its own in the form", () => {
  expect(fieldOf("working_days", { type: "array", items: { enum: WEEKDAYS } }).control).toBe("weekdays");
  expect(fieldOf("holidays", { enum: ["free", "worked"] }).choices.map((choice) => choice.value)).toEqual(["free", "worked"]);
});
