import { describe, expect, it } from "vitest";
import { fieldOf, fieldsOf } from "./form_model";

/// As Pydantic writes the input of an action.
const INPUT = {
  title: "MailInput",
  type: "object",
  required: ["to", "body", "status"],
  $defs: { Status: { title: "Status", type: "string", enum: ["lead", "active"] } },
  properties: {
    to: { title: "To", type: "string", description: "A mail address", maxLength: 320 },
    body: { title: "Text", type: "string", maxLength: 50_000 },
    status: { $ref: "#/$defs/Status" },
    owner_id: { title: "Owner", anyOf: [{ type: "string" }, { type: "null" }], default: null, "x-lookup": "members" },
    value_minor: { title: "Value", anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }], default: null },
    due_on: { title: "Due", anyOf: [{ type: "string", format: "date" }, { type: "null" }], default: null },
    tags: { title: "Tags", type: "array", items: { type: "string" } },
    people: { title: "People", type: "array", items: { type: "string", "x-lookup": "members" } },
    is_marketing: { title: "Nobody asked for it", type: "boolean", default: false },
    lines: { type: "array", items: { type: "object", properties: { text: { type: "string" } } } },
  },
};

describe("the form of a schema", () => {
  it("has the control that fits each field", () => {
    expect(Object.fromEntries(fieldsOf(INPUT).map((field) => [field.name, field.control]))).toEqual({
      to: "text",
      body: "paragraphs",
      status: "choice",
      owner_id: "lookup",
      value_minor: "money",
      due_on: "date",
      tags: "list",
      people: "lookups",
      is_marketing: "boolean",
      lines: "records",
    });
  });

  it("says what is required, and offers choices by reference", () => {
    const fields = Object.fromEntries(fieldsOf(INPUT).map((field) => [field.name, field]));
    expect(fields["to"]).toMatchObject({ label: "To", hint: "A mail address", isRequired: true });
    expect(fields["owner_id"]).toMatchObject({ label: "Owner", isRequired: false, lookup: "members" });
    expect(fields["people"]?.lookup).toBe("members");
    expect(fields["status"]).toMatchObject({ label: "Status", choices: [{ value: "lead", label: "Lead" }, { value: "active", label: "Active" }] });
  });

  it.each([
    ["timeout", { type: "object", properties: { amount: { type: "integer", minimum: 1 }, unit: { enum: ["days"] } } }, "duration"],
    ["offset", { type: "object", properties: { amount: { type: "integer", minimum: -9 }, unit: { enum: ["days"] } } }, "offset"],
    ["quiet_hours", { anyOf: [{ type: "boolean" }, { type: "object", properties: { from: {}, to: {} } }] }, "quiet_hours"],
    ["zone", { anyOf: [{ type: "string" }, { type: "object", properties: { path: {} } }] }, "zone"],
    ["at", { type: "object", "x-mapping": { type: "string" } }, "mapping"],
    ["filter", { type: "object", "x-expression": true }, "condition"],
    ["time", { type: "string", format: "time" }, "time"],
    ["url", { type: "string", format: "uri", maxLength: 2000 }, "text"],
    ["anything", {}, "anything"],
    ["headers", { type: "object", additionalProperties: { type: "string" } }, "texts"],
  ])("knows the settings of steps: %s", (name, schema, control) => {
    expect(fieldOf(name, schema).control).toBe(control);
  });
});
