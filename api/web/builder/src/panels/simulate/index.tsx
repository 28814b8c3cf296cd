/// Simulate: the drawing played through over months, before anything is published.
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { post, Refusal } from "../../api";
import type { ProblemOut, SimulationOut } from "../../generated/automations";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { Calendar } from "./calendar";
import { EntryList } from "./entry_list";
import { csvOf, Paper } from "./paper";
import { INVENTED, RecordChoice, type Chosen } from "./record_choice";
import { isUsual, USUAL, type Scenario } from "./scenario";
import { ScenarioForm } from "./scenario_form";
import { counted, dayIn, EFFECTS, LOOKS, money, sumOf, type Kind } from "./wording";
import "./simulate.css";

const HORIZONS = [1, 3, 6, 12, 24];
const PAUSE = 350;

export default function SimulatePanel(props: PanelProps): ReactNode {
  const [chosen, setChosen] = useState<Chosen>(INVENTED);
  const [months, setMonths] = useState(12);
  const [start, setStart] = useState("");
  const [scenario, setScenario] = useState<Scenario>(USUAL);
  const body = useMemo(
    () => ({
      drawing: props.drawing,
      ...(chosen.record ? { record: chosen.record } : {}),
      fields: chosen.fields,
      ...(start ? { start: `${start}T09:00:00Z` } : {}),
      horizon_months: months,
      scenario,
    }),
    [props.drawing, chosen, months, start, scenario],
  );
  const { done, problems, trouble, isBusy } = useSimulation(props.automation.id, body);
  const show = (node_id: string): void => props.select([node_id]);
  return (
    <div className="@container flex min-h-full flex-col">
      <div className="sim-form">
        <div className="grid grid-cols-1 gap-x-4 gap-y-3 @md:grid-cols-2">
          <RecordChoice drawing={props.drawing} automationId={props.automation.id} chosen={chosen} used={done?.record ?? {}} onChange={setChosen} />
          <Span months={months} start={start} onMonths={setMonths} onStart={setStart} />
        </div>
        <details className="sim-knobs">
          <summary className="cursor-pointer">
            <Icon name="sliders-horizontal" className="size-4 text-muted" />
            <span className="font-medium">How the world behaves</span>
            <span className="text-sm text-muted">{isUsual(scenario) ? "as usual" : "changed"}</span>
            <Icon name="chevron-down" className="sim-chevron ms-auto size-4 text-muted" />
          </summary>
          <div className="pt-3 pb-1">
            <ScenarioForm scenario={scenario} drawing={props.drawing} catalogue={props.catalogue} onChange={setScenario} />
          </div>
        </details>
      </div>
      <div className="grow p-4 @md:p-5" aria-busy={isBusy}>
        {problems.length > 0 ? (
          <Problems problems={problems} then="it is played through by itself" onStep={show} />
        ) : trouble ? (
          <Trouble words={trouble} />
        ) : done ? (
          <Result name={props.automation.name} done={done} isBusy={isBusy} onStep={show} />
        ) : (
          <Waiting />
        )}
      </div>
    </div>
  );
}

function useSimulation(id: string, body: unknown): { done: SimulationOut | null; problems: ProblemOut[]; trouble: string; isBusy: boolean } {
  const [done, setDone] = useState<SimulationOut | null>(null);
  const [problems, setProblems] = useState<ProblemOut[]>([]);
  const [trouble, setTrouble] = useState("");
  const [isBusy, setIsBusy] = useState(true);
  const isFirst = useRef(true);
  useEffect(() => {
    const asking = new AbortController();
    setIsBusy(true);
    const ask = async (): Promise<void> => {
      try {
        setDone(await post<SimulationOut>(`/automations/${id}/simulations`, body, asking.signal));
        setProblems([]);
        setTrouble("");
      } catch (error) {
        if (asking.signal.aborted) return;
        const found = error instanceof Refusal && Array.isArray(error.body["problems"]) ? (error.body["problems"] as ProblemOut[]) : [];
        const placed = found.filter((one) => "node_id" in one);
        setProblems(placed);
        setTrouble(placed.length ? "" : error instanceof Error ? error.message : "It could not be played through.");
      }
      if (!asking.signal.aborted) setIsBusy(false);
    };
    const timer = setTimeout(() => void ask(), isFirst.current ? 0 : PAUSE);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [id, body]);
  return { done, problems, trouble, isBusy };
}

function Span({ months, start, onMonths, onStart }: { months: number; start: string; onMonths(months: number): void; onStart(start: string): void }): ReactNode {
  return (
    <div className="min-w-0">
      <span className="eyebrow mb-1 block" id="sim-over">
        Over so many months
      </span>
      <div className="join w-full" role="group" aria-labelledby="sim-over">
        {HORIZONS.map((one) => (
          <button key={one} type="button" className="btn btn-sm join-item figures grow border-base-300 bg-base-100 px-2 font-medium aria-pressed:border-ink aria-pressed:bg-base-200 aria-pressed:text-ink" aria-pressed={one === months} aria-label={`${one} ${one === 1 ? "month" : "months"}`} onClick={() => onMonths(one)}>
            {one}
          </button>
        ))}
      </div>
      <label className="mt-2 flex items-center gap-2 text-sm text-muted">
        From
        <input type="date" className="input input-xs w-auto" value={start} onChange={(event) => onStart(event.target.value)} />
        {!start && "today"}
      </label>
    </div>
  );
}

function Result({ name, done, isBusy, onStep }: { name: string; done: SimulationOut; isBusy: boolean; onStep(node_id: string): void }): ReactNode {
  const [wanted, setView] = useState<"calendar" | "list" | null>(null);
  const [hidden, setHidden] = useState<readonly Kind[]>([]);
  const [isPrinting, setIsPrinting] = useState(false);
  const printed = useCallback(() => setIsPrinting(false), []);
  const shown = useMemo(() => done.entries.filter((entry) => !hidden.includes(entry.kind)), [done, hidden]);
  // What is over within days reads better as a list.
  const view = wanted ?? (done.days.length > 4 ? "calendar" : "list");
  const kinds = (Object.keys(LOOKS) as Kind[]).filter((kind) => done.totals[kind] && !["start", "end"].includes(kind));
  return (
    <div className={isBusy ? "opacity-60 transition-opacity" : "transition-opacity"}>
      <Summary done={done} />
      <div className="mt-4 flex flex-wrap gap-1.5" role="group" aria-label="Kinds of entries that are shown">
        {kinds.map((kind) => (
          <button key={kind} type="button" className={`sim-filter ${LOOKS[kind].hue}`} aria-pressed={!hidden.includes(kind)} onClick={() => setHidden(hidden.includes(kind) ? hidden.filter((one) => one !== kind) : [...hidden, kind])}>
            <Icon name={LOOKS[kind].icon} className="size-3.5" />
            {counted(done.totals[kind] ?? 0, kind)}
          </button>
        ))}
      </div>
      <div className="my-4 flex items-center gap-2">
        <div className="join" role="group" aria-label="How it is shown">
          {(["calendar", "list"] as const).map((one) => (
            <button key={one} type="button" className="btn btn-sm join-item border-base-300 bg-base-100 font-medium aria-pressed:bg-base-200 aria-pressed:text-ink" aria-pressed={view === one} onClick={() => setView(one)}>
              <Icon name={one === "calendar" ? "calendar-days" : "list"} className="size-4" />
              {one === "calendar" ? "Calendar" : "List"}
            </button>
          ))}
        </div>
        <button type="button" className="btn btn-ghost btn-sm ms-auto" onClick={() => setIsPrinting(true)}>
          <Icon name="printer" className="size-4" />
          Print
        </button>
        <a className="btn btn-ghost btn-sm" download={`${name}.csv`} href={`data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(done))}`}>
          <Icon name="download" className="size-4" />
          CSV
        </a>
      </div>
      {view === "calendar" ? (
        <Calendar entries={shown} first={dayIn(done.start, done.zone)} last={dayIn(done.horizon, done.zone)} zone={done.zone} onStep={onStep} />
      ) : (
        <EntryList entries={shown} zone={done.zone} onStep={onStep} />
      )}
      <p className="mt-6 flex items-center gap-2 text-sm text-muted">
        <Icon name="shield-check" className="size-4" />
        Nothing was sent, written or asked of anybody. Times in {done.zone}.
      </p>
      {isPrinting && <Paper name={name} done={done} onPrinted={printed} />}
    </div>
  );
}

function Summary({ done }: { done: SimulationOut }): ReactNode {
  const effects = sumOf(done.totals, EFFECTS);
  const stuck = done.totals.stuck ?? 0;
  const runs = done.runs.length;
  return (
    <div aria-live="polite">
      <p className="text-lg leading-7 font-semibold text-balance">{effects ? `${runs > 1 ? `${runs.toLocaleString("en")} runs: ` : ""}${effects}.` : "Nothing that anybody would notice."}</p>
      {done.money.map((sum) => (
        <dl key={sum.currency} className="mt-3 grid grid-cols-2 gap-3">
          <Figure words="Invoiced" amount={money(sum.invoiced_minor, sum.currency)} />
          <Figure words="Received" amount={money(sum.received_minor, sum.currency)} />
        </dl>
      ))}
      {!done.passes_filter && <Note tone="warning" icon="filter-x" words="The trigger’s filter would keep this record out. It is played through all the same." />}
      {stuck > 0 && <Note tone="error" icon="triangle-alert" words={`${counted(stuck, "stuck")}: somebody would have to repair it. See the list.`} />}
      {done.cut && <Note tone="warning" icon="scissors" words={done.cut} />}
    </div>
  );
}

function Figure({ words, amount }: { words: string; amount: string }): ReactNode {
  return (
    <div className="rounded-box border border-line px-3 py-2">
      <dt className="eyebrow">{words}</dt>
      <dd className="figures text-base font-semibold">{amount}</dd>
    </div>
  );
}

function Note({ tone, icon, words }: { tone: string; icon: string; words: string }): ReactNode {
  return (
    <p className={`notice tone-${tone} mt-3 flex items-start gap-2 px-3 py-2 text-sm`}>
      <span className="toned mt-0.5">
        <Icon name={icon} className="size-4" />
      </span>
      {words}
    </p>
  );
}

export function Problems({ problems, then, onStep }: { problems: ProblemOut[]; then: string; onStep(node_id: string): void }): ReactNode {
  return (
    <div role="alert">
      <p className="font-semibold">It cannot run yet.</p>
      <p className="mt-1 text-sm text-muted">Mend this first, then {then}.</p>
      <ul className="sim-list mt-3">
        {problems.map((one, index) => (
          <li key={index} className="sim-row">
            <span className="tone-warning toned mt-1">
              <Icon name="triangle-alert" className="size-4" />
            </span>
            <span className="min-w-0 grow">
              <span className="block">{one.message}</span>
              <span className="block text-sm text-muted">{one.fix}</span>
              {one.node_id && (
                <button type="button" className="link-quiet text-sm" onClick={() => onStep(one.node_id)}>
                  Show the step
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Trouble({ words }: { words: string }): ReactNode {
  return (
    <div role="alert" className="notice tone-error p-4">
      <p className="font-semibold">That did not work.</p>
      <p className="mt-1 text-sm">{words} Your drawing is safe.</p>
    </div>
  );
}

/// What is under way in words, and for how long once it takes longer than a moment.
export function Waiting({ words = "Playing it through" }: { words?: string }): ReactNode {
  const seconds = useSeconds();
  return (
    <div className="space-y-3">
      <p className="text-sm text-muted" role="status">
        {words} …
      </p>
      {[75, 100, 60].map((width) => (
        <div key={width} className="skeleton h-8 rounded-field" style={{ width: `${width}%` }} />
      ))}
      {seconds > 1 && (
        <p className="figures text-sm text-muted" aria-hidden>
          {seconds} seconds so far.
        </p>
      )}
    </div>
  );
}

function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const beat = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(beat);
  }, []);
  return seconds;
}
