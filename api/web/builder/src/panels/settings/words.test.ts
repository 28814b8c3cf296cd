import { describe, expect, it } from "vitest";
import { cronInWords, cronOf, scheduleOf } from "./cron";
import { minorOf, moneyText } from "./money";
import { found, pathInWords, readablesOf } from "./readable";
import { fallbackOf, formatted, piecesOf, placeOf, textOf } from "./text_places";

describe("a schedule", () => {
  it.each([
    ["0 9 * * 1", "Every Monday at 09:00"],
    ["30 14 * * 1,3,0", "Every Monday, Wednesday and Sunday at 14:30"],
    ["0 8 * * 1-5", "Every weekday, Monday to Friday, at 08:00"],
    ["5 0 * * *", "Every day at 00:05"],
    ["15 * * * *", "Every hour, at minute 15"],
    ["0 9 31 * *", "On day 31 of every month at 09:00, in months that have it"],
    ["*/5 * * * *", ""],
    ["0 9 1 1 *", ""],
    ["nonsense", ""],
  ])("%s reads “%s”", (cron, words) => {
    expect(cronInWords(cron)).toBe(words);
  });

  it.each(["0 9 * * 1", "30 14 * * 1,3,0", "0 8 * * 1-5", "5 0 * * *", "15 * * * *", "0 9 31 * *"])("%s is written back as it was read", (cron) => {
    expect(cronOf(scheduleOf(cron))).toBe(cron);
  });
});

describe("an amount of money", () => {
  it.each([
    ["1,250.00", "EUR", 125_000],
    ["1.250,00", "EUR", 125_000],
    ["1250", "EUR", 125_000],
    ["1,250", "EUR", 125_000],
    ["0.5", "EUR", 50],
    ["1250", "JPY", 1250],
    ["-3,10", "EUR", -310],
    ["", "EUR", null],
    ["twelve", "EUR", undefined],
  ])("“%s” %s is %s in the smallest unit", (typed, currency, minor) => {
    expect(minorOf(typed, currency)).toBe(minor);
  });

  it("is shown with the digits of its currency", () => {
    expect([moneyText(125_000, "EUR"), moneyText(1250, "JPY"), moneyText(1250, "KWD"), moneyText(null, "EUR")]).toEqual(["1250.00", "1250", "1.250", ""]);
  });
});

describe("text with places", () => {
  it.each(["", "Hi", "Hi {{ trigger.name }}!", "{{a.b|upper}}{{ c | default:'x y' }}", "{{ not a place }} {{", "a\n\n{{ x }}\n", "{{ a.b | money:'EUR' | default:\"it's\" }}"])(
    "is put together again letter for letter: %j",
    (text) => {
      expect(textOf(piecesOf(text))).toBe(text);
    },
  );

  it("knows places from what only looks like one", () => {
    expect(piecesOf("{{ a.b }} {{ a b }} {{ .a }}").filter((piece) => piece.kind === "place").map((piece) => piece.kind === "place" && piece.path)).toEqual(["a.b"]);
  });

  it("gets a format and a fallback, and loses them again", () => {
    const place = placeOf("{{ trigger.at | first_name | default:'there' }}")!;
    expect(fallbackOf(place)).toBe("there");
    expect(formatted(place, "date", "", "soon").source).toBe("{{ trigger.at | date | default:'soon' }}");
    expect(formatted(place, "", "", null).source).toBe("{{ trigger.at }}");
    expect(formatted(place, "", "", "it's").source).toBe(`{{ trigger.at | default:"it's" }}`);
  });
});

describe("fields to read", () => {
  const text = { type: "string" };
  const record = (properties: Record<string, unknown>, more = {}): Record<string, unknown> => ({ type: "object", properties, ...more });
  const schema = record({
    trigger: record({ contact: record({ name: text, email: { anyOf: [text, { type: "null" }] } }), answers: { type: "object" } }),
    nodes: record({ task: record({ task_id: text, error: record({ message: text }, { "x-may-be-missing": true }) }, { title: "Create a task" }) }),
    now: { type: "string", format: "date-time" },
  });
  const values = { trigger: { contact: { name: "Ada Byron" }, answers: { budget: 5000 } } };
  const readables = readablesOf(schema, values);
  const at = (path: string) => readables.find((one) => one.path === path);

  it("name their source, type and sample", () => {
    expect(at("trigger.contact.name")).toMatchObject({ group: "Trigger › Contact", label: "Name", typeLabel: "text", sample: "Ada Byron" });
    expect(at("nodes.task.task_id")).toMatchObject({ group: "Create a task", mayBeMissing: false });
    expect(at("nodes.task.error.message")?.mayBeMissing).toBe(true);
    expect(at("now")?.typeLabel).toBe("date and time");
  });

  it("hold what the record shows of an open one", () => {
    expect(at("trigger.answers.budget")).toMatchObject({ label: "Budget", types: ["number"], sample: "5000", mayBeMissing: true });
  });

  it("come with the fitting ones first", () => {
    const { fitting, others } = found(readables, "", ["number"]);
    expect(fitting.map((one) => one.path)).toEqual(["trigger.answers.budget"]);
    expect(others.map((one) => one.path)).toContain("trigger.contact.name");
    expect(found(readables, "ada name").fitting.map((one) => one.path)).toEqual(["trigger.contact.name"]);
  });

  it("read as people say it", () => {
    expect(pathInWords("trigger.contact.name", schema)).toBe("Contact › Name");
    expect(pathInWords("nodes.task.task_id", schema)).toBe("Create a task › Task");
    expect(pathInWords("nodes.gone.x", schema)).toBe("gone › X");
  });
});
