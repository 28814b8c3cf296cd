/// Choosing a field of the trigger or of an earlier step: by source, with its type and what it holds in the chosen record.
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Icon } from "../../icon";
import { Combobox, type Option } from "./combobox";
import { found, pathInWords, type Readable } from "./readable";
import type { TypeName } from "./schema";
import { useStep } from "./step_context";

const MOST = 150;

/// wanted: the types that fit; none for any. roots: only what begins with one of these names, such as the event that is waited for.
export function useFieldOptions(text: string, wanted: readonly TypeName[], roots: readonly string[] = []): Option[] {
  const { readables } = useStep();
  return useMemo(() => {
    const here = readables.filter((one) => !roots.length || roots.includes(one.path.split(".")[0] ?? ""));
    const { fitting, others } = found(here, text, wanted);
    return [...fitting.map((one) => optionOf(one, false)), ...others.map((one) => optionOf(one, true))].slice(0, MOST);
    // eslint-disable-next-line -- arrays are literals at the call: their words decide
  }, [readables, text, wanted.join(), roots.join()]);
}

function optionOf(one: Readable, isOther: boolean): Option {
  return {
    value: one.path,
    label: one.label,
    hint: one.mayBeMissing ? `${one.typeLabel}, may be missing` : one.typeLabel,
    group: isOther ? `Of another kind · ${one.group}` : one.group,
    aside: one.sample,
    isPale: isOther,
  };
}

interface Props {
  id?: string;
  label: string;
  path: string;
  wanted?: readonly TypeName[];
  /// Fields of the event that is waited for may be read here.
  withEvent?: boolean;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  onChange(path: string): void;
  onClear?(): void;
}

const NO_TYPES: readonly TypeName[] = [];

export function FieldPicker({ id, label, path, wanted = NO_TYPES, withEvent = false, onChange, ...more }: Props): ReactNode {
  const { schema } = useStep();
  const [text, setText] = useState("");
  const options = useFieldOptions(text, wanted).filter((option) => withEvent || !option.value.startsWith("event."));
  return (
    <Combobox
      {...(id ? { id } : {})}
      label={label}
      options={withEvent ? eventFirst(options) : options}
      shown={path ? pathInWords(path, schema) : ""}
      placeholder="Choose a field…"
      onSearch={setText}
      onChoose={onChange}
      empty="No field fits. Fields come from the trigger and from steps before this one."
      {...more}
    />
  );
}

/// The picker that opens while a text is written, above the text.
/// Who knows the path goes on typing: `}}` ends the place as it was written.
export function FloatingPicker({ onChoose, onWritten, onCancel }: { onChoose(path: string): void; onWritten(inside: string): void; onCancel(): void }): ReactNode {
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const options = useFieldOptions(text, ["string", "number", "boolean", "array"]).filter((option) => !option.value.startsWith("event."));
  return (
    <div
      ref={box}
      className="absolute inset-x-0 top-full z-50 mt-1 rounded-box border border-line bg-base-100 p-2 shadow-lg"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onCancel();
      }}
    >
      <p className="mb-1.5 flex items-center gap-1.5 text-xs text-muted">
        <Icon name="braces" className="size-3.5" />
        Put in a field
      </p>
      <Combobox
        label="Field to put in"
        options={options}
        shown=""
        isOpenAtOnce
        onSearch={(typed) => {
          if (typed.endsWith("}}")) onWritten(typed.slice(0, -2));
          else setText(typed);
        }}
        onChoose={onChoose}
        onEscape={onCancel}
        empty="No field fits. Fields come from the trigger and from steps before this one."
      />
    </div>
  );
}

function eventFirst(options: Option[]): Option[] {
  return [...options].sort((a, b) => Number(b.value.startsWith("event.")) - Number(a.value.startsWith("event.")));
}
