/// What draws which element; the same object always, or React Flow would begin anew.
import { LineEdge } from "./line_edge";
import { BodyNode, NoteNode } from "./note_node";
import { StepNode } from "./step_node";

export const NODE_TYPES = { step: StepNode, note: NoteNode, body: BodyNode };
export const EDGE_TYPES = { line: LineEdge };
export const FIT = { padding: 0.15, maxZoom: 1, minZoom: 0.4 };
