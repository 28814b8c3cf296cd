/// A line between two steps, with a place to put another between them.
import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo, useContext, type ReactNode } from "react";
import { corners, rounded, TURN } from "../graph/routes";
import { Icon } from "../icon";
import type { LineEdge as LineElement } from "./flow_elements";
import { dropping, StepActionsContext } from "./step_node";

export const LineEdge = memo(function LineEdge(given: EdgeProps<LineElement>): ReactNode {
  const actions = useContext(StepActionsContext);
  const { id, source, sourceHandleId, sourceX, sourceY, targetX, targetY, data, selected } = given;
  const { points, middle } = corners({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data?.route ?? { x: targetX, turn: TURN });
  const port = sourceHandleId ?? "ok";
  return (
    <>
      <BaseEdge id={id} path={rounded(points, 14)} interactionWidth={24} className={`line line-${data?.kind ?? "usual"}`} data-selected={selected || undefined} />
      {actions && (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            className="plus plus-on-line nopan nodrag"
            data-insert={`${source} ${port}`}
            aria-label={`Insert a step: ${data?.words ?? port}`}
            // Not a transform: growing under the pointer would move it along.
            style={{ translate: `${middle.x - 10}px ${middle.y - 10}px` }}
            onClick={(event) => actions.addAfter(source, port, event.currentTarget)}
            {...dropping((seed) => actions.drop(source, port, seed))}
          >
            <Icon name="plus" className="size-3" />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
