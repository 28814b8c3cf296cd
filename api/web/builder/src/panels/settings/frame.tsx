/// The frame of a field: label, control, hint, and what is wrong with it, with the way to mend it.
import type { ReactNode } from "react";
import type { Problem } from "../../graph/types";
import { Icon } from "../../icon";

export interface FrameProps {
  id: string;
  label: string;
  hint?: string;
  isRequired?: boolean;
  problems?: Problem[];
  /// Stands right of the label.
  aside?: ReactNode;
  children: ReactNode;
  /// Stands below the hint, such as a preview.
  after?: ReactNode;
  /// A group of controls rather than one: the label does not belong to a single input.
  isGroup?: boolean;
}

export function Frame({ id, label, hint, isRequired = true, problems = [], aside, children, after, isGroup = false }: FrameProps): ReactNode {
  const optional = isRequired ? null : <span className="text-xs font-normal text-muted"> optional</span>;
  return (
    <div className="mb-4" role={isGroup ? "group" : undefined} aria-labelledby={isGroup ? `${id}-label` : undefined} data-field={id}>
      <div className="mb-1 flex min-h-6 items-center justify-between gap-2">
        {isGroup ? (
          <span id={`${id}-label`} className="text-sm font-medium">
            {label}
            {optional}
          </span>
        ) : (
          <label id={`${id}-label`} htmlFor={id} className="text-sm font-medium">
            {label}
            {optional}
          </label>
        )}
        {aside}
      </div>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
      <Problems id={`${id}-problems`} problems={problems} />
      {after}
    </div>
  );
}

export function Problems({ id, problems }: { id: string; problems: Problem[] }): ReactNode {
  if (!problems.length) return null;
  return (
    <ul id={id} className="mt-1 space-y-1">
      {problems.map((problem) => (
        <li key={`${problem.field} ${problem.code} ${problem.message}`} className="flex items-start gap-1.5 text-sm text-warning">
          <Icon name="triangle-alert" className="mt-0.5 size-4" />
          <span>
            <span className="font-medium">{problem.message}</span> <span className="text-muted">{problem.fix}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/// What a control says about itself to those who do not see it.
export function described(id: string, hint: string | undefined, problems: Problem[] = []): Record<string, string | boolean | undefined> {
  const ids = [hint ? `${id}-hint` : "", problems.length ? `${id}-problems` : ""].filter(Boolean).join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": problems.length > 0 || undefined };
}
