/// What every panel beside the canvas is given. A panel is `panels/<name>/index.tsx` with one default export:
/// `export default function XPanel(props: PanelProps)`. It draws its own content; heading and closing are the shell's.
import type { Operation } from "../graph/operations";
import type { TestRunOut } from "../generated/automations";
import type { Catalogue, Drawing, Problem } from "../graph/types";

export type PanelName = "settings" | "simulate" | "what_if" | "publish" | "versions" | "test_run";

export interface PanelAutomation {
  id: string;
  name: string;
  status: string;
  version: number;
  published_version: number;
}

/// What came of the last test run, and the drawing that was tried.
export interface Tested {
  drawing: Drawing;
  told: TestRunOut;
}

export interface PanelProps {
  automation: PanelAutomation;
  /// The drawing as it is on the screen, saved or not.
  drawing: Drawing;
  /// Ids of the selected nodes.
  selected: string[];
  catalogue: Catalogue;
  problems: Problem[];
  /// Change the drawing; it can be undone, and is saved by itself.
  dispatch(operation: Operation): void;
  /// Save now. Resolves when the server has it; rejects when it cannot.
  save(): Promise<void>;
  /// Read the automation again from the server, such as after publishing or rolling back.
  reload(): Promise<void>;
  close(): void;
  /// Say something in passing, to eyes and to screen readers.
  notify(text: string): void;
  /// Select nodes and bring them into view.
  select(node_ids: string[]): void;
  /// Show another panel in this one's place.
  open(name: PanelName): void;
  /// The last test run in this window; the canvas shows it beside the panel.
  tested: Tested | null;
  setTested(tested: Tested): void;
  /// The workspace's time zone, such as "Europe/Berlin".
  zone: string;
}
