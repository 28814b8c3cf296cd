/// What a value becomes for the chosen record, shown while it is written; what is missing in amber.
import { useEffect, useState, type ReactNode } from "react";
import { post } from "../../api";
import { record, type Json, type Schema } from "../../graph/types";
import { Icon } from "../../icon";
import { momentText, pathInWords } from "./readable";
import { useStep } from "./step_context";
import { piecesOf } from "./text_places";

interface Previewed {
  value: Json;
  text: string;
  missing: string[];
  misfit: string;
}

export function usePreview(mapping: Json, schema: Schema): Previewed | null {
  const { values } = useStep();
  const [shown, setShown] = useState<Previewed | null>(null);
  const wanted = isWorthIt(mapping) ? JSON.stringify(mapping) : "";
  useEffect(() => {
    if (!wanted || !values["trigger"]) {
      setShown(null);
      return;
    }
    const ended = new AbortController();
    const { trigger, now: _now, ...scope } = values;
    const timer = setTimeout(() => {
      post<Previewed>("/automation_previews", { mapping: JSON.parse(wanted), schema, record: trigger, scope }, ended.signal)
        .then(setShown)
        // A value that is not whole yet has nothing to show; what is wrong with it stands at the field.
        .catch(() => {
          if (!ended.signal.aborted) setShown(null);
        });
    }, 250);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
    // eslint-disable-next-line -- the schema of a field never changes while it is shown
  }, [wanted, values]);
  return wanted ? shown : null;
}

function isWorthIt(mapping: Json): boolean {
  const found = record(mapping);
  if (typeof found["text"] === "string") return piecesOf(found["text"]).some((piece) => piece.kind === "place");
  if (typeof found["path"] === "string") return found["path"] !== "";
  return "expr" in found;
}

export function Preview({ mapping, schema, clientReads }: { mapping: Json; schema: Schema; clientReads: boolean }): ReactNode {
  const { sampleLabel, schema: scope, zone } = useStep();
  const shown = usePreview(mapping, schema);
  if (!shown) return null;
  const read = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?$/.test(shown.text) ? `${momentText(shown.text, zone)} (${zone})` : shown.text;
  const missing = shown.missing.map((path) => `“${pathInWords(path, scope)}”`).join(", ");
  return (
    <div className="mt-1.5 text-sm" aria-live="polite" data-preview>
      <div className="flex items-start gap-1.5 text-muted">
        <Icon name="eye" className="mt-0.5 size-4" />
        <span className="sr-only">With {sampleLabel}:</span>
        <p className={`max-h-28 min-w-0 overflow-y-auto break-words whitespace-pre-wrap ${shown.text ? "" : "italic"}`}>{read || "empty"}</p>
      </div>
      {missing && (
        <p className="mt-1 flex items-start gap-1.5 text-warning">
          <Icon name="triangle-alert" className="mt-0.5 size-4" />
          <span>
            <span className="font-medium">{sampleLabel.split(" · ")[0]} has no {missing}.</span>{" "}
            <span className="text-muted">{clientReads ? "The step would stop rather than send a gap. Say what to write when it is missing." : "Say what to take when it is missing."}</span>
          </span>
        </p>
      )}
      {!missing && shown.misfit && (
        <p className="mt-1 flex items-start gap-1.5 text-warning">
          <Icon name="triangle-alert" className="mt-0.5 size-4" />
          {shown.misfit}
        </p>
      )}
    </div>
  );
}
