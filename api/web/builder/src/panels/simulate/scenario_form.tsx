/// The knobs: who answers when, what fails, which dates move.
import { useId, type ReactNode } from "react";
import type { Catalogue, Drawing } from "../../graph/types";
import { Icon } from "../../icon";
import { awaited, endsOf, followed, isUsual, movedWords, USUAL, type Days, type Move, type Scenario } from "./scenario";

interface Props {
  scenario: Scenario;
  drawing: Drawing;
  catalogue: Catalogue;
  onChange(scenario: Scenario): void;
}

export function ScenarioForm({ scenario, drawing, catalogue, onChange }: Props): ReactNode {
  const put = (change: Partial<Scenario>): void => onChange({ ...scenario, ...change });
  const waits = awaited(drawing);
  const dates = followed(drawing);
  const ends = endsOf(drawing);
  const actions = drawing.nodes.filter((node) => node.kind === "action");
  const says = (type: string): string => catalogue.events.find((event) => event.name === type)?.says ?? type;
  return (
    <div className="space-y-5">
      <Group title="People">
        <DaysField label="The client answers" value={scenario.client_answers_after_days} onChange={(days) => put({ client_answers_after_days: days ?? null })}>
          <label className="flex items-center gap-2 text-sm">
            <input type="checkbox" className="checkbox checkbox-sm" checked={scenario.client_declines} onChange={(event) => put({ client_declines: event.target.checked })} />
            and says no
          </label>
        </DaysField>
        <DaysField label="The client pays" value={scenario.client_pays_after_days} onChange={(days) => put({ client_pays_after_days: days ?? null })} />
        <DaysField label="The team acts" value={scenario.team_acts_after_days} onChange={(days) => put({ team_acts_after_days: days ?? null })} />
        {drawing.nodes.some((node) => node.kind === "approval") && (
          <DaysField label="An approval comes" value={scenario.approves_after_days} onChange={(days) => put({ approves_after_days: days ?? null })}>
            <select className="select select-xs w-auto" aria-label="What is decided" value={scenario.approval} onChange={(event) => put({ approval: event.target.value as Scenario["approval"] })}>
              <option value="approved">approved</option>
              <option value="rejected">rejected</option>
            </select>
          </DaysField>
        )}
      </Group>
      {waits.length > 0 && (
        <Group title="What it waits for">
          {waits.map((type) => (
            <DaysField key={type} label={says(type)} value={scenario.events[type]} canBeUsual onChange={(days) => put({ events: withKey(scenario.events, type, days) })} />
          ))}
        </Group>
      )}
      {ends.length > 0 && (
        <Group title="It is over early">
          {ends.map((type) => (
            <DaysField key={type} label={says(type)} value={scenario.events[type]} canBeUsual onChange={(days) => put({ events: withKey(scenario.events, type, days) })} />
          ))}
        </Group>
      )}
      {dates.length > 0 && (
        <Group title="Dates that move">
          {dates.map((path) => (
            <MoveField key={path} path={path} words={movedWords(path, drawing)} move={scenario.moves.find((one) => one.path === path)} onChange={(move) => put({ moves: [...scenario.moves.filter((one) => one.path !== path), ...(move ? [move] : [])] })} />
          ))}
        </Group>
      )}
      {actions.length > 0 && (
        <Group title="A step fails">
          <FailingField scenario={scenario} steps={actions.map((node) => ({ id: node.id, label: node.label || node.id }))} onChange={(fails) => put({ fails })} />
        </Group>
      )}
      <RetainerGroup scenario={scenario} put={put} />
      {!isUsual(scenario) && (
        <button type="button" className="btn btn-ghost btn-sm" onClick={() => onChange(USUAL)}>
          <Icon name="rotate-ccw" className="size-4" />
          As usual again
        </button>
      )}
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <fieldset className="min-w-0">
      <legend className="eyebrow mb-1.5">{title}</legend>
      <div className="space-y-2">{children}</div>
    </fieldset>
  );
}

/// After how many days, or never; `undefined` is as is usual.
function DaysField({ label, value, canBeUsual = false, onChange, children }: { label: string; value: Days | undefined; canBeUsual?: boolean; onChange(value: Days | undefined): void; children?: ReactNode }): ReactNode {
  const id = useId();
  const mode = value === undefined ? "usual" : value === null ? "never" : "after";
  return (
    <div className="sim-field">
      <label htmlFor={id} className="sim-field-label">
        {label}
      </label>
      <select id={id} className="select select-xs w-auto" value={mode} onChange={(event) => onChange({ usual: undefined, never: null, after: value ?? 3 }[event.target.value])}>
        {canBeUsual && <option value="usual">as usual</option>}
        <option value="after">after</option>
        <option value="never">never</option>
      </select>
      {mode === "after" && <NumberField label={`${label}: days`} value={value ?? 0} min={0} max={730} unit={value === 1 ? "day" : "days"} onChange={onChange} />}
      {children}
    </div>
  );
}

function NumberField({ label, before, value, min, max, unit, onChange }: { label: string; before?: string; value: number; min: number; max: number; unit?: string; onChange(value: number): void }): ReactNode {
  return (
    <span className="flex items-center gap-1.5 text-sm">
      {before}
      <input
        type="number"
        className="input input-xs figures w-16"
        aria-label={label}
        min={min}
        max={max}
        value={value}
        onChange={(event) => {
          const typed = event.target.valueAsNumber;
          if (Number.isInteger(typed)) onChange(Math.min(max, Math.max(min, typed)));
        }}
      />
      {unit}
    </span>
  );
}

function MoveField({ path, words, move, onChange }: { path: string; words: string; move: Move | undefined; onChange(move: Move | undefined): void }): ReactNode {
  return (
    <div className="sim-field">
      <label className="sim-field-label flex items-center gap-2">
        <input type="checkbox" className="checkbox checkbox-sm" checked={Boolean(move)} onChange={(event) => onChange(event.target.checked ? { path, after_days: 1, by_days: 7 } : undefined)} />
        {words}
      </label>
      {move && (
        <>
          <NumberField label={`${words} moves by`} before="by" value={move.by_days} min={-730} max={730} unit="days," onChange={(by_days) => onChange({ ...move, by_days })} />
          <NumberField label={`${words} moves after`} before="on day" value={move.after_days} min={0} max={730} onChange={(after_days) => onChange({ ...move, after_days })} />
        </>
      )}
    </div>
  );
}

function FailingField({ scenario, steps, onChange }: { scenario: Scenario; steps: { id: string; label: string }[]; onChange(fails: Scenario["fails"]): void }): ReactNode {
  const [failing, times] = Object.entries(scenario.fails)[0] ?? ["", 1];
  const id = useId();
  return (
    <div className="sim-field">
      <label htmlFor={id} className="sr-only">
        Which step fails
      </label>
      <select id={id} className="select select-xs max-w-52" value={failing} onChange={(event) => onChange(event.target.value ? { [event.target.value]: times } : {})}>
        <option value="">none</option>
        {steps.map((step) => (
          <option key={step.id} value={step.id}>
            {step.label}
          </option>
        ))}
      </select>
      {failing && <NumberField label="How many attempts fail" value={times} min={1} max={100} unit={times === 1 ? "attempt" : "attempts"} onChange={(next) => onChange({ [failing]: next })} />}
    </div>
  );
}

function RetainerGroup({ scenario, put }: { scenario: Scenario; put(change: Partial<Scenario>): void }): ReactNode {
  const month = scenario.card_fails_in_months[0];
  return (
    <Group title="Where the client has a retainer">
      <div className="sim-field">
        <label className="sim-field-label flex items-center gap-2">
          <input type="checkbox" className="checkbox checkbox-sm" checked={month !== undefined} onChange={(event) => put({ card_fails_in_months: event.target.checked ? [4] : [] })} />
          The card fails
        </label>
        {month !== undefined && <NumberField label="The card fails in month" before="in month" value={month} min={1} max={25} onChange={(next) => put({ card_fails_in_months: [next] })} />}
      </div>
      <div className="sim-field">
        <label className="sim-field-label flex items-center gap-2">
          <input type="checkbox" className="checkbox checkbox-sm" checked={scenario.price_changes_in_month !== null} onChange={(event) => put({ price_changes_in_month: event.target.checked ? 6 : null })} />
          The fee changes
        </label>
        {scenario.price_changes_in_month !== null && (
          <>
            <NumberField label="The fee changes by percent" before="by" value={scenario.price_change_bps / 100} min={-100} max={1000} unit="%," onChange={(percent) => put({ price_change_bps: percent * 100 })} />
            <NumberField label="The fee changes from month" before="from month" value={scenario.price_changes_in_month} min={1} max={25} onChange={(price_changes_in_month) => put({ price_changes_in_month })} />
          </>
        )}
      </div>
      <div className="sim-field">
        <span className="sim-field-label">Hours worked</span>
        <NumberField label="Hours worked, percent of those included" value={scenario.hours_used_bps / 100} min={0} max={1000} unit="% of those included" onChange={(percent) => put({ hours_used_bps: percent * 100 })} />
      </div>
    </Group>
  );
}

function withKey(events: Scenario["events"], type: string, days: Days | undefined): Scenario["events"] {
  const { [type]: _, ...others } = events;
  return days === undefined ? others : { ...others, [type]: days };
}
