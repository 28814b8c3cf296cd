/// Test run: the drawing on the screen, done with one record and undone again, before anything is published.
import { useState, type ReactNode } from "react";
import { isSame } from "../../canvas/test_signs";
import { post, Refusal } from "../../api";
import type { ProblemOut, TestRunOut } from "../../generated/automations";
import { Icon } from "../../icon";
import type { PanelProps } from "../panel";
import { Problems, Trouble, Waiting } from "../simulate/index";
import { INVENTED, RecordChoice, type Chosen } from "../simulate/record_choice";
import { OptionsForm, USUAL, type Options } from "./options";
import { Result } from "./result";
import "../../styles/run.css";
import "../simulate/simulate.css";

export default function TestRunPanel(props: PanelProps): ReactNode {
  const [chosen, setChosen] = useState<Chosen>(INVENTED);
  const [options, setOptions] = useState<Options>(USUAL);
  const { isBusy, problems, trouble, run } = useTest(props, chosen, options);
  const { tested } = props;
  return (
    <div className="@container flex min-h-full flex-col">
      <div className="sim-form space-y-4">
        <p className="text-sm text-muted">Every step is done with this record, in order, and undone again. No client hears of it.</p>
        <RecordChoice drawing={props.drawing} automationId={props.automation.id} chosen={chosen} used={chosen.record ?? tested?.told.record ?? {}} prefersReal onChange={setChosen} />
        {!chosen.record && <p className="text-sm text-muted">Somebody made up is not in your records: steps that look them up get stuck.</p>}
        <OptionsForm drawing={props.drawing} options={options} onChange={setOptions} />
        <button type="button" className="btn btn-primary btn-sm" disabled={isBusy} onClick={run}>
          {isBusy ? <span className="loading loading-spinner loading-xs" /> : <Icon name="flask-conical" className="size-4" />}
          {tested ? "Test it again" : "Test it"}
        </button>
      </div>
      <div className="grow p-4 @md:p-5" aria-busy={isBusy}>
        {isBusy ? (
          <Waiting />
        ) : problems.length > 0 ? (
          <Problems problems={problems} then="test it again" onStep={(node_id) => props.select([node_id])} />
        ) : trouble ? (
          <Trouble words={trouble} />
        ) : (
          tested && <Result {...props} tested={tested} isStale={!isSame(tested, props.drawing)} />
        )}
      </div>
    </div>
  );
}

function useTest(props: PanelProps, { record, fields }: Chosen, options: Options): { isBusy: boolean; problems: ProblemOut[]; trouble: string; run(): void } {
  const [isBusy, setIsBusy] = useState(false);
  const [problems, setProblems] = useState<ProblemOut[]>([]);
  const [trouble, setTrouble] = useState("");
  const run = (): void => {
    const { drawing } = props;
    setIsBusy(true);
    setProblems([]);
    setTrouble("");
    post<TestRunOut>(`/automations/${props.automation.id}/test_runs`, { drawing, ...(record ? { record } : {}), fields, ...options })
      .then((told) => props.setTested({ drawing, told }))
      .catch((error: unknown) => {
        const found = error instanceof Refusal && Array.isArray(error.body["problems"]) ? (error.body["problems"] as ProblemOut[]) : [];
        setProblems(found);
        setTrouble(found.length ? "" : error instanceof Error ? error.message : "It could not be tested.");
      })
      .finally(() => setIsBusy(false));
  };
  return { isBusy, problems, trouble, run };
}
