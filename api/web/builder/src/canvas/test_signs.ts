/// The signs of the last test run on the canvas, while its panel or the settings stand beside it.
import { useMemo } from "react";
import type { StepRow } from "../panels/run/facts";
import { marksOf, placed, takenLines } from "../panels/run/overlay";
import { momentsIn } from "../panels/run/words";
import type { Tested } from "../panels/panel";
import type { Drawing } from "../graph/types";
import { useBuilder, useBuilderState } from "./context";
import type { Mark } from "./flow_elements";

export interface TestSigns {
  marks: Readonly<Record<string, Mark>>;
  /// Lines that the test went along.
  taken: ReadonlySet<string>;
}

const NONE: TestSigns = { marks: {}, taken: new Set() };
const BESIDE = ["test_run", "settings"];

export function useTestSigns(): TestSigns {
  const { page } = useBuilder();
  const drawing = useBuilderState((state) => state.drawing);
  const tested = useBuilderState((state) => (state.panel && BESIDE.includes(state.panel) ? state.tested : null));
  const isShown = tested !== null && isSame(tested, drawing);
  return useMemo(() => {
    if (!isShown) return NONE;
    const rows = placed(tested.told.steps as StepRow[], drawing);
    return { marks: marksOf(drawing, rows, tested.told.run, momentsIn(page.zone)), taken: takenLines(drawing, rows) };
  }, [isShown, tested, drawing, page.zone]);
}

/// Whether the drawing still does what was tried; where its steps stand on the canvas is no matter.
export function isSame(tested: Tested, drawing: Drawing): boolean {
  return tested.drawing.nodes === drawing.nodes && tested.drawing.edges === drawing.edges;
}
