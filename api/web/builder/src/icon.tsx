/// Lucide icons: those that the builder's own sources name are built in, those of the catalogue come with the page.
import { createElement, type ReactElement } from "react";
import builtIn from "virtual:icons";

type Shapes = readonly (readonly [string, Record<string, string>])[];

const drawings: Record<string, Shapes> = { ...builtIn };

/// Make icons known that no source names, such as those of actions.
export function learnIcons(more: Record<string, Shapes>): void {
  Object.assign(drawings, more);
}

/// An icon in the text's colour; hidden from screen readers, so something beside it must say what it means.
export function Icon({ name, className = "size-4" }: { name: string; className?: string }): ReactElement {
  const shapes = drawings[name] ?? drawings["circle"] ?? [];
  return (
    <svg
      className={`${className} shrink-0`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes.map(([tag, attributes], index) => createElement(tag, { ...attributes, key: index }))}
    </svg>
  );
}
