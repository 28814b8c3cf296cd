/// For whom it is played through: a real record of late, or one made up; any field can be written over.
import { useEffect, useId, useState, type ReactNode } from "react";
import { get } from "../../api";
import { sentence } from "../../graph/ports";
import type { Drawing, Json } from "../../graph/types";
import { leavesOf, pathWords, typed, type Leaf } from "./scenario";

export interface Sample {
  label: string;
  is_invented: boolean;
  record: Record<string, Json>;
}

export interface Chosen {
  /// null: one is made up that the trigger wants.
  record: Record<string, Json> | null;
  fields: Record<string, Leaf["value"]>;
}

export const INVENTED: Chosen = { record: null, fields: {} };
const FEW = 6;

interface Props {
  drawing: Drawing;
  automationId: string;
  chosen: Chosen;
  /// The record that was really used, whose fields are offered.
  used: Record<string, Json>;
  /// Begin with the newest real one, where there is one.
  prefersReal?: boolean;
  onChange(chosen: Chosen): void;
}

export function RecordChoice({ drawing, automationId, chosen, used, prefersReal = false, onChange }: Props): ReactNode {
  const id = useId();
  const samples = useSamples(drawing, automationId);
  useEffect(() => {
    if (prefersReal && samples[0]) onChange({ record: samples[0].record, fields: {} });
    // Once they have come; what is chosen after that is the person's own choice.
  }, [samples]);
  const place = samples.findIndex((sample) => sample.record === chosen.record);
  return (
    <div>
      <label htmlFor={id} className="eyebrow mb-1 block">
        With the record of
      </label>
      <select
        id={id}
        className="select select-sm w-full"
        value={place}
        onChange={(event) => onChange({ record: samples[Number(event.target.value)]?.record ?? null, fields: {} })}
      >
        <option value={-1}>Somebody made up</option>
        {samples.map((sample, index) => (
          <option key={index} value={index}>
            {sample.label}
          </option>
        ))}
      </select>
      <Fields leaves={leavesOf(used)} chosen={chosen} onChange={onChange} />
    </div>
  );
}

function Fields({ leaves, chosen, onChange }: { leaves: Leaf[]; chosen: Chosen; onChange(chosen: Chosen): void }): ReactNode {
  const [isAll, setIsAll] = useState(false);
  if (!leaves.length) return null;
  const changed = Object.keys(chosen.fields).length;
  return (
    <details className="mt-2">
      <summary className="link-quiet cursor-pointer text-sm">Change its fields{changed ? ` (${changed} changed)` : ""}</summary>
      <div className="mt-2 grid grid-cols-1 gap-2 @md:grid-cols-2">
        {(isAll ? leaves : leaves.slice(0, FEW)).map((leaf) => (
          <label key={leaf.path} className="block min-w-0">
            <span className="eyebrow block truncate">{sentence(pathWords(leaf.path))}</span>
            <FieldInput leaf={leaf} onPut={(value) => onChange({ ...chosen, fields: { ...chosen.fields, [leaf.path]: value } })} />
          </label>
        ))}
      </div>
      {leaves.length > FEW && (
        <button type="button" className="link-quiet mt-2 text-sm" onClick={() => setIsAll(!isAll)}>
          {isAll ? "Fewer fields" : `All ${leaves.length} fields`}
        </button>
      )}
    </details>
  );
}

/// Put when it is left, so that nothing is played through at every letter.
function FieldInput({ leaf, onPut }: { leaf: Leaf; onPut(value: Leaf["value"]): void }): ReactNode {
  const [text, setText] = useState<string | null>(null);
  if (typeof leaf.value === "boolean")
    return (
      <select className="select select-xs w-full" value={String(leaf.value)} onChange={(event) => onPut(event.target.value === "true")}>
        <option value="true">yes</option>
        <option value="false">no</option>
      </select>
    );
  const done = (): void => {
    if (text !== null && text !== String(leaf.value)) onPut(typed(text, leaf.value));
    setText(null);
  };
  return (
    <input
      className="input input-xs w-full"
      value={text ?? String(leaf.value)}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}

function useSamples(drawing: Drawing, automation_id: string): Sample[] {
  const trigger = drawing.nodes.find((node) => node.kind === "trigger");
  const kind = String(trigger?.settings["kind"] ?? "");
  const type = String(trigger?.settings["type"] ?? trigger?.settings["noun"] ?? "");
  const [samples, setSamples] = useState<Sample[]>([]);
  useEffect(() => {
    setSamples([]);
    if (!kind) return;
    const asking = new AbortController();
    get<Sample[]>(`/automation_samples?${new URLSearchParams({ kind, type, automation_id }).toString()}`, asking.signal)
      .then((found) => setSamples(found.filter((sample) => !sample.is_invented)))
      // Without samples somebody is made up; that is no reason to stop.
      .catch(() => undefined);
    return () => asking.abort();
  }, [kind, type, automation_id]);
  return samples;
}
