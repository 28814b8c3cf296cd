/// What starts a run: an event, a date of a record, a schedule, a call from outside, a person.
import { useState, type ReactNode } from "react";
import type { Json } from "../../graph/types";
import { Icon } from "../../icon";
import { DAYS, cronInWords, cronOf, scheduleOf, type Frequency, type Schedule } from "./cron";
import { EventPicker } from "./event_form";
import type { FieldModel } from "./form_model";
import { Frame } from "./frame";
import { Settings } from "./kind_form";
import { Lookup } from "./lookup";
import { idOf } from "./setting_field";
import { problemsAt, useStep } from "./step_context";
import { WebhookDoor } from "./webhook_door";

const KINDS: Record<string, { label: string; icon: string; docs: string }> = {
  event: { label: "Something happens", icon: "zap", docs: "A form comes in, a proposal is accepted, an invoice is paid." },
  date: { label: "A date comes near", icon: "calendar-clock", docs: "Before, on or after a date of a record, such as a booking." },
  schedule: { label: "On a schedule", icon: "clock", docs: "Every Monday at 9:00, the first of every month." },
  webhook: { label: "Another system calls", icon: "webhook", docs: "An address of its own that other systems call with data." },
  manual: { label: "Somebody starts it", icon: "mouse-pointer-click", docs: "By hand, for one record or for many." },
  called: { label: "Another automation", icon: "workflow", docs: "Started by a step of another automation." },
};

/// The settings that each kind of trigger has, besides its own controls.
const WITH: Record<string, string[]> = {
  event: ["on_gone", "filter"],
  date: ["offset", "time", "zone", "past", "on_gone", "filter"],
  schedule: ["zone"],
  webhook: ["filter"],
  manual: ["on_gone", "filter"],
  called: ["on_gone"],
};

export function TriggerForm({ fields }: { fields: FieldModel[] }): ReactNode {
  const { node, catalogue, set, problems } = useStep();
  const kind = String(node.settings["kind"] ?? "");
  const known = kindsOf(fields);
  const id = idOf(node.id, "kind");
  const choose = (next: string): void => {
    const { concurrency } = node.settings;
    set("", { kind: next, ...(concurrency === undefined ? {} : { concurrency }), ...(next === "schedule" ? { cron: "0 9 * * 1" } : {}) });
  };
  const wanted = WITH[kind] ?? [];
  const rest = wanted.flatMap((name) => fields.filter((field) => field.name === name)).map((field) => withUsual(field, kind));
  return (
    <>
      <Frame id={id} label="Starts when" {...(KINDS[kind] ? { hint: KINDS[kind].docs } : {})} problems={problemsAt(problems, "kind")}>
        <select id={id} className="select w-full" value={kind} onChange={(event) => choose(event.target.value)}>
          {!known.includes(kind) && <option value={kind}>Choose…</option>}
          {known.map((name) => (
            <option key={name} value={name}>
              {KINDS[name]?.label ?? name}
            </option>
          ))}
        </select>
      </Frame>
      {kind === "event" && <EventPicker setting="type" label="Event" hint={hintOf(catalogue.events.find((event) => event.name === node.settings["type"])?.name)} />}
      {kind === "date" && <PickedSetting setting="type" label="Date" lookup="date_fields" />}
      {kind === "schedule" && <ScheduleField />}
      {kind === "manual" && <PickedSetting setting="noun" label="Started by hand for" lookup="nouns" />}
      {kind === "webhook" && <WebhookDoor />}
      <Settings fields={rest} />
    </>
  );
}

/// What a run does by itself when its record is over depends on what started it.
function withUsual(field: FieldModel, kind: string): FieldModel {
  return field.name === "on_gone" && kind === "date" ? { ...field, schema: { ...field.schema, default: "cancel" } } : field;
}

function hintOf(name: string | undefined): string {
  return name ? `Known to programs as ${name}.` : "";
}

function kindsOf(fields: FieldModel[]): string[] {
  return fields.find((field) => field.name === "kind")?.choices.map((choice) => String(choice.value)) ?? Object.keys(KINDS);
}

function PickedSetting({ setting, label, lookup }: { setting: string; label: string; lookup: string }): ReactNode {
  const { node, problems, set } = useStep();
  const id = idOf(node.id, setting);
  const own = problemsAt(problems, setting);
  return (
    <Frame id={id} label={label} problems={own}>
      <Lookup id={id} label={label} lookup={lookup} value={String(node.settings[setting] ?? "")} isRequired isInvalid={own.length > 0} onChange={(value) => set(setting, value as Json)} />
    </Frame>
  );
}

const FREQUENCIES: Record<Frequency, string> = {
  hourly: "Every hour",
  daily: "Every day",
  weekdays: "Every weekday (Mon–Fri)",
  weekly: "On days of the week",
  monthly: "Once a month",
  custom: "Written as cron",
};

function ScheduleField(): ReactNode {
  const { node, problems, set, zone } = useStep();
  const cron = String(node.settings["cron"] ?? "");
  const read = scheduleOf(cron);
  const [isWritten, setWritten] = useState(read.frequency === "custom");
  const schedule: Schedule = isWritten ? { ...read, frequency: "custom" } : read;
  const id = idOf(node.id, "cron");
  const own = problemsAt(problems, "cron");
  const change = (next: Partial<Schedule>): void => set("cron", cronOf({ ...schedule, ...next }));
  const words = cronInWords(cron);
  const named = typeof node.settings["zone"] === "string" ? node.settings["zone"] : zone;
  return (
    <Frame id={id} label="When" problems={own}>
      <div className="space-y-2">
        <select
          id={id}
          className="select w-full"
          value={schedule.frequency}
          onChange={(event) => {
            const frequency = event.target.value as Frequency;
            setWritten(frequency === "custom");
            if (frequency !== "custom") change({ frequency });
          }}
        >
          {Object.entries(FREQUENCIES).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {schedule.frequency === "weekly" && <WeekDays days={schedule.days} onChange={(days) => change({ days })} />}
        {schedule.frequency === "monthly" && (
          <label className="flex items-center gap-2 text-sm">
            On day
            <input type="number" min={1} max={31} className="input w-20" value={schedule.day} onChange={(event) => change({ day: Math.min(31, Math.max(1, event.target.valueAsNumber || 1)) })} />
            of the month
          </label>
        )}
        {schedule.frequency === "hourly" && (
          <label className="flex items-center gap-2 text-sm">
            At minute
            <input
              type="number"
              min={0}
              max={59}
              className="input w-20"
              value={Number(schedule.time.slice(3))}
              onChange={(event) => change({ time: `00:${Math.min(59, Math.max(0, event.target.valueAsNumber || 0))}` })}
            />
          </label>
        )}
        {["daily", "weekdays", "weekly", "monthly"].includes(schedule.frequency) && (
          <label className="flex items-center gap-2 text-sm">
            At
            <input type="time" className="input w-36" value={schedule.time} onChange={(event) => change({ time: event.target.value || "09:00" })} />
          </label>
        )}
        {schedule.frequency === "custom" && (
          <label className="block text-xs text-muted">
            Minute, hour, day, month, weekday
            <input className="input mt-1 w-full font-mono text-sm" value={cron} placeholder="0 9 * * 1" onChange={(event) => set("cron", event.target.value)} />
          </label>
        )}
        {words && (
          <p className="flex items-start gap-1.5 text-sm">
            <Icon name="clock" className="mt-0.5 size-4 text-muted" />
            <span>
              {words}, {named} time
            </span>
          </p>
        )}
      </div>
    </Frame>
  );
}

function WeekDays({ days, onChange }: { days: number[]; onChange(days: number[]): void }): ReactNode {
  const toggle = (day: number): void => {
    const next = days.includes(day) ? days.filter((one) => one !== day) : [...days, day].sort((a, b) => a - b);
    if (next.length) onChange(next);
  };
  return (
    <div className="flex gap-1" role="group" aria-label="Days of the week">
      {DAYS.map((name, index) => (
        <button
          key={name}
          type="button"
          className={`btn btn-sm grow px-0 ${days.includes(index + 1) ? "btn-primary" : "border-base-300 bg-base-100"}`}
          aria-pressed={days.includes(index + 1)}
          onClick={() => toggle(index + 1)}
        >
          <span aria-hidden="true">{name.slice(0, 2)}</span>
          <span className="sr-only">{name}</span>
        </button>
      ))}
    </div>
  );
}
