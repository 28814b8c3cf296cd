/// Two versions drawn as one, over the canvas where there is room, else in the panel. It is only looked at.
import { Background, BackgroundVariant, Controls, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { EDGE_TYPES, FIT, NODE_TYPES } from "../../canvas/flow";
import { makeElements } from "../../canvas/flow_elements";
import type { ComparisonOut } from "../../generated/automations";
import type { Catalogue } from "../../graph/types";
import { Icon } from "../../icon";
import { SIGNS } from "../publish/signs";
import { union } from "./union";

interface Given {
  comparison: ComparisonOut;
  title: string;
  catalogue: Catalogue;
  /// The panel that stands beside it.
  panel: HTMLElement | null;
  close(): void;
}

/// Room for the signs above.
const ROUND = { top: "72px", bottom: "24px", left: "24px", right: "24px" } as const;
const ROOM = "(width >= 64rem)";

export function ComparisonCanvas(given: Given): ReactNode {
  const beside = useRoom(given.panel);
  const main = document.getElementById("main");
  const drawn = <Drawn {...given} isApart={Boolean(beside && main)} />;
  if (!beside || !main) return <div className="h-96 border-y border-line">{drawn}</div>;
  return createPortal(
    <div className="absolute inset-y-0 start-0 z-11 bg-base-200" style={{ insetInlineEnd: beside }}>
      {drawn}
    </div>,
    main,
  );
}

/// How wide the panel is beside which the canvas lies; 0 where there is no room beside it.
function useRoom(panel: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(panel && matchMedia(ROOM).matches ? panel.offsetWidth : 0);
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [panel]);
  return width;
}

function Drawn({ comparison, title, catalogue, close, isApart }: Given & { isApart: boolean }): ReactNode {
  const elements = useMemo(makeElements, []);
  const { nodes, edges } = useMemo(() => {
    const { drawing, marks, lines } = union(comparison.before_drawing, comparison.after_drawing, comparison.changes);
    const made = elements({ drawing, catalogue, problems: [], marks, selected: [], selectedEdge: "", dragged: {}, isReadOnly: true });
    return { nodes: made.nodes, edges: made.edges.map((edge) => ({ ...edge, className: lines[edge.id] ? `line-${lines[edge.id]}` : "" })) };
  }, [elements, comparison, catalogue]);
  return (
    <section className="builder-canvas" aria-label={title} data-comparison={`${comparison.before} ${comparison.after}`}>
      <ReactFlowProvider>
        <ReactFlow
          key={`${comparison.before} ${comparison.after}`}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.15}
          maxZoom={1.75}
          fitView
          fitViewOptions={{ ...FIT, padding: ROUND }}
          proOptions={{ hideAttribution: true }}
          aria-label={title}
        >
          <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
          <Controls showInteractive={false} position="bottom-left" />
        </ReactFlow>
      </ReactFlowProvider>
      <div className="sheet absolute start-3 top-3 z-5 flex max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 shadow-sm">
        {isApart && <p className="text-sm font-semibold">{title}</p>}
        {Object.values(SIGNS).map(({ icon, tone, word }) => (
          <span key={word} className={`tone tone-${tone}`}>
            <Icon name={icon} className="size-3.5" />
            {word}
          </span>
        ))}
        {isApart && (
          <button type="button" className="btn btn-ghost btn-xs" onClick={close}>
            <Icon name="x" className="size-3.5" />
            Close
          </button>
        )}
      </div>
    </section>
  );
}
