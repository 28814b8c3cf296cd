/// Pickers over rows of the product: people, templates, forms.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { get } from "../../api";
import { Icon } from "../../icon";
import { Combobox, type Option } from "./combobox";

interface Found {
  value: string;
  label: string;
  hint: string;
}

/// Where a row of a list can be looked at, so that a picked template can be read before it is used.
const PAGES: Record<string, string> = {
  proposal_templates: "/proposal_templates/",
  contract_templates: "/contract_templates/",
  project_templates: "/project_templates/",
  forms: "/forms/",
  automations: "/automations/",
  contacts: "/contacts/",
  companies: "/companies/",
  engagements: "/engagements/",
  projects: "/projects/",
};

/// The options of a list that fit a text, and the names of what is chosen, from the server.
export function useOptions(lookup: string, text: string, chosen: string[]): { options: Found[]; isLoading: boolean; isBroken: boolean } {
  const [options, setOptions] = useState<Found[]>([]);
  const [state, setState] = useState<"loading" | "ready" | "broken">("loading");
  const wanted = chosen.filter(Boolean).join("\n");
  useEffect(() => {
    const ended = new AbortController();
    const query = new URLSearchParams([["q", text], ...wanted.split("\n").filter(Boolean).map((value) => ["value", value] as [string, string])]);
    const timer = setTimeout(() => {
      setState("loading");
      get<Found[]>(`/automation_options/${encodeURIComponent(lookup)}?${query}`, ended.signal)
        .then((found) => {
          setOptions(found);
          setState("ready");
        })
        .catch((error: unknown) => {
          if (!ended.signal.aborted) setState("broken");
          if (ended.signal.aborted || error) setOptions((before) => before);
        });
    }, text ? 150 : 0);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [lookup, text, wanted]);
  return { options, isLoading: state === "loading", isBroken: state === "broken" };
}

interface LookupProps {
  id: string;
  label: string;
  lookup: string;
  value: string;
  isRequired: boolean;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  onChange(value: string | null): void;
}

export function Lookup({ id, label, lookup, value, isRequired, onChange, ...more }: LookupProps): ReactNode {
  const [text, setText] = useState("");
  const { options, isLoading, isBroken } = useOptions(lookup, text, [value]);
  const chosen = options.find((option) => option.value === value);
  const page = PAGES[lookup];
  return (
    <>
      <Combobox
        id={id}
        label={label}
        options={asOptions(options, text ? "" : value)}
        shown={value ? (chosen?.label ?? (isLoading ? "…" : value)) : ""}
        isLoading={isLoading}
        onSearch={setText}
        onChoose={onChange}
        {...(lookup === "channels" || lookup === "tags" ? { onTyped: onChange } : {})}
        {...(isRequired ? {} : { onClear: () => onChange(null) })}
        empty={isBroken ? "The list could not be loaded. Try again." : "Nothing fits."}
        {...more}
      />
      {value && page && (
        <a className="link-quiet mt-1 inline-flex items-center gap-1 text-xs" href={page + value} target="_blank" rel="noreferrer">
          <Icon name="external-link" className="size-3" />
          Look at {chosen?.label ?? "it"}
        </a>
      )}
    </>
  );
}

interface LookupsProps extends Omit<LookupProps, "value" | "onChange"> {
  value: string[];
  onChange(value: string[]): void;
}

/// Several of a list, as chips that can be taken away one by one.
export function Lookups({ id, label, lookup, value, onChange, ...more }: LookupsProps): ReactNode {
  const [text, setText] = useState("");
  const names = useRef<Record<string, string>>({});
  const { options, isLoading } = useOptions(lookup, text, value);
  for (const option of options) names.current[option.value] = option.label;
  const isFree = lookup === "tags" || lookup === "channels";
  const add = (one: string): void => {
    if (!value.includes(one)) onChange([...value, one]);
  };
  return (
    <>
      {value.length > 0 && (
        <ul className="mb-1.5 flex flex-wrap gap-1.5" aria-label={`${label}, chosen`}>
          {value.map((one) => (
            <li key={one} className="badge gap-1 border-line bg-base-200 pe-1">
              {names.current[one] ?? one}
              <button
                type="button"
                className="rounded p-0.5 hover:bg-base-300"
                aria-label={`Remove ${names.current[one] ?? one}`}
                onClick={() => onChange(value.filter((other) => other !== one))}
              >
                <Icon name="x" className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        id={id}
        label={label}
        options={asOptions(options.filter((option) => !value.includes(option.value)))}
        shown=""
        placeholder="Add…"
        isLoading={isLoading}
        onSearch={setText}
        onChoose={add}
        {...(isFree ? { onTyped: add } : {})}
        describedBy={more.describedBy}
        isInvalid={more.isInvalid ?? false}
      />
    </>
  );
}

function asOptions(found: Found[], first = ""): Option[] {
  const sorted = first ? [...found].sort((a, b) => Number(b.value === first) - Number(a.value === first)) : found;
  return sorted.map(({ value, label, hint }) => ({ value, label, hint }));
}
