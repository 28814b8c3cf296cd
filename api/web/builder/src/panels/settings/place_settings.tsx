/// How one field of a text is shown, and what stands there when it is missing.
import type { ReactNode } from "react";
import { Icon } from "../../icon";
import { useStep } from "./step_context";
import { FILTERS, fallbackOf, formatted, type Place } from "./text_places";
import { schemaAt, typesOf } from "./schema";

interface SettingsProps {
  place: Place;
  name: string;
  onChange(place: Place): void;
  onClose(): void;
}

export function PlaceSettings({ place, name, onChange, onClose }: SettingsProps): ReactNode {
  const { schema, currency } = useStep();
  const found = schemaAt(schema, place.path);
  const types: readonly string[] = found ? typesOf(found) : [];
  const filter = place.filters.find((one) => FILTERS.some((known) => known.name === one.name));
  const known = FILTERS.find((one) => one.name === filter?.name);
  const fallback = fallbackOf(place);
  const fitting = FILTERS.filter((one) => one.name === filter?.name || one.types.some((type) => types.includes(type)));
  const usualArgument: Record<string, string> = { currency: `'${currency}'`, length: "80" };
  const change = (to: string, argument = ""): void => onChange(formatted(place, to, argument, fallback));
  return (
    <div
      role="group"
      aria-label={`How ${name} is shown`}
      className="mt-1 rounded-box border border-line bg-base-200/60 p-3"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="mb-2 flex items-center justify-between">
        <span className="text-sm font-medium">{name}</span>
        <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label="Close" onClick={onClose}>
          <Icon name="x" className="size-3.5" />
        </button>
      </div>
      <label className="mb-2 block text-xs">
        <span className="mb-1 block text-muted">Show it</span>
        <select
          className="select select-sm w-full"
          value={filter?.name ?? ""}
          onChange={(event) => change(event.target.value, usualArgument[FILTERS.find((one) => one.name === event.target.value)?.argument ?? ""] ?? "")}
        >
          <option value="">As it is</option>
          {fitting.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      {known?.argument && (
        <label className="mb-2 block text-xs">
          <span className="mb-1 block text-muted">{known.argument === "length" ? "Letters at most" : "Currency"}</span>
          <input
            className="input input-sm w-full"
            value={(filter?.argument ?? "").replaceAll(/['"]/g, "")}
            onChange={(event) => {
              const clean = event.target.value.replaceAll(/[^\w.-]/g, "");
              change(known.name, known.argument === "currency" && !clean.includes(".") ? `'${clean}'` : clean);
            }}
          />
        </label>
      )}
      <label className="block text-xs">
        <span className="mb-1 block text-muted">When it is missing, write</span>
        <input
          className="input input-sm w-full"
          value={fallback ?? ""}
          placeholder="nothing said: the step stops"
          onChange={(event) => onChange(formatted(place, filter?.name ?? "", filter?.argument ?? "", event.target.value || null))}
        />
      </label>
    </div>
  );
}
