/// What every field of the panel knows: the step, what it may read, the record it is tried with, what is wrong with it.
import { createContext, useContext } from "react";
import type { Catalogue, Drawing, DrawnNode, Json, Problem, Schema } from "../../graph/types";
import type { Readable } from "./readable";

export interface StepContext {
  automation_id: string;
  drawing: Drawing;
  node: DrawnNode;
  catalogue: Catalogue;
  problems: Problem[];
  /// The schema of what this step may read; empty until the server said.
  schema: Schema;
  /// The values that the schema describes: the chosen record, and invented outputs of the steps before.
  values: Record<string, Json>;
  readables: Readable[];
  /// Who the record is, for the words beside previews.
  sampleLabel: string;
  currency: string;
  zone: string;
  /// Look again which records there are, such as after a sample call came in.
  refreshSamples(): void;
  /// Change one setting; undefined takes it away. Without a name: all of them at once.
  set(name: string, value: Json): void;
  /// Change the ways out that a setting names; the lines that leave by a renamed one stay, those of a removed one go.
  setWays(setting: string, ways: Record<string, Json>[], renamed?: [string, string]): void;
}

export const Step = createContext<StepContext | null>(null);

export function useStep(): StepContext {
  const step = useContext(Step);
  if (!step) throw new Error("A field stands outside of a step.");
  return step;
}

/// The problems at a field or at a part of it. own: only those that no field below shows.
export function problemsAt(problems: Problem[], field: string, below: string[] = []): Problem[] {
  const isAt = (name: string, problem: Problem): boolean => problem.field === name || problem.field.startsWith(`${name}.`);
  return problems.filter((problem) => isAt(field, problem) && !below.some((name) => isAt(`${field}.${name}`, problem)));
}
