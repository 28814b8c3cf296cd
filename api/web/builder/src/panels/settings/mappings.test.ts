import { expect, test } from "vitest";
import { fieldOf } from "./form_model";
import { modeOf, modesOf, partsOf } from "./mappings";

const HEADERS = fieldOf("headers", { type: "object", additionalProperties: { type: "string" }, "x-parts": true, title: "Headers" });
const PLAIN = fieldOf("pick", { type: "object", additionalProperties: { type: "string" }, title: "Values to pick" });

test("texts under names of one's own are filled in one by one, or come from one field", () => {
  expect(modesOf(HEADERS, null)).toEqual(["parts", "path"]);
  expect(modesOf(PLAIN, null)).toEqual(["value", "path", "expr"]);
  expect(modeOf({ parts: {} }, HEADERS)).toBe("parts");
  expect(modeOf({ path: "trigger.body" }, HEADERS)).toBe("path");
});

test("fixed texts that were kept as one value are parts when they are opened again", () => {
  const fixed = { value: { Accept: "text/plain" } };
  expect(modeOf(fixed, HEADERS)).toBe("parts");
  expect(modeOf(fixed, PLAIN)).toBe("value");
  expect(partsOf(fixed)).toEqual({ Accept: { text: "text/plain" } });
  expect(partsOf({ parts: { "X-Client": { path: "trigger.contact.id" } } })).toEqual({ "X-Client": { path: "trigger.contact.id" } });
  expect(partsOf(undefined)).toEqual({});
});
