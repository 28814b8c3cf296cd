/// A run on its drawing, live: signs on the steps, the line it went along, and beside it what a chosen step did.
import { Background, BackgroundVariant, getViewportForBounds, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent, type ReactNode } from "react";
import { calm, EDGE_TYPES, FIT, NODE_TYPES } from "../../canvas/flow";
import { makeElements, type CanvasNode, type LineEdge, type Mark } from "../../canvas/flow_elements";
import { FocusedContext, StepActionsContext } from "../../canvas/step_node";
import type { Store } from "../../canvas/store";
import { first, neighbour, type Direction } from "../../graph/directions";
import { nameOf } from "../../graph/looks";
import { GRID } from "../../graph/sizes";
import type { Catalogue, Drawing, Json } from "../../graph/types";
import { Icon } from "../../icon";
import { inPasses, marksOf, passesOf, placed, SIGNS, takenLines, type Passes, type Placed } from "./overlay";
import { StepDetails } from "./step_details";
import type { Watched } from "./stream";
import { momentsIn } from "./words";

interface Given {
  drawing: Drawing;
  catalogue: Catalogue;
  trigger: Record<string, Json>;
  zone: string;
  watched: Store<Watched>;
  /// The step that the reader came for.
  came: Placed | undefined;
}

const NOTHING = {};
const KEYS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

export function RunView({ drawing, catalogue, trigger, zone, watched, came }: Given): ReactNode {
  const { run, steps, isConnected } = useSyncExternalStore(watched.subscribe, watched.get);
  const [chosen, setChosen] = useState<string | null>(came?.node_id ?? null);
  const [passes, setPasses] = useState<Passes>(came?.passes ?? {});
  const when = useMemo(() => momentsIn(zone), [zone]);
  const rows = useMemo(() => placed(steps, drawing), [steps, drawing]);
  const shown = useMemo(() => inPasses(rows, passes), [rows, passes]);
  const marks = useMemo(() => marksOf(drawing, shown, run, when), [drawing, shown, run, when]);
  const taken = useMemo(() => takenLines(drawing, shown), [drawing, shown]);
  const node = drawing.nodes.find((one) => one.id === chosen);
  return (
    <>
      <div className="flex min-h-11 flex-wrap items-center gap-x-5 gap-y-1 border-b border-line px-4 py-1.5 text-sm">
        <Live isOver={!!run.finished_at} isConnected={isConnected} />
        <Loops drawing={drawing} catalogue={catalogue} rows={rows} passes={passes} choose={setPasses} />
        <Legend marks={marks} />
      </div>
      <div className="run-stage">
        <ReactFlowProvider>
          <Canvas drawing={drawing} catalogue={catalogue} marks={marks} taken={taken} chosen={chosen} choose={setChosen} />
        </ReactFlowProvider>
        {node && (
          <StepDetails
            key={node.id}
            node={node}
            catalogue={catalogue}
            rows={shown.filter((one) => one.node_id === node.id)}
            mark={marks[node.id]}
            trigger={trigger}
            run={run}
            when={when}
            close={() => setChosen(null)}
          />
        )}
      </div>
    </>
  );
}

function Live({ isOver, isConnected }: { isOver: boolean; isConnected: boolean }): ReactNode {
  if (isOver) return <span className="flex items-center gap-1.5 text-muted"><Icon name="flag" className="size-4" />It is over</span>;
  if (!isConnected) return <span className="flex items-center gap-1.5 font-medium" role="status"><Icon name="wifi-off" className="size-4" />Connection lost. Trying again …</span>;
  return <span className="flex items-center gap-1.5 font-medium" role="status"><span className="run-pulse" aria-hidden="true" />Live</span>;
}

/// Which pass of every loop is looked at.
function Loops({ drawing, catalogue, rows, passes, choose }: { drawing: Drawing; catalogue: Catalogue; rows: ReturnType<typeof placed>; passes: Passes; choose(passes: Passes): void }): ReactNode {
  return drawing.nodes
    .filter((node) => node.kind === "for_each")
    .map((loop) => {
      const found = passesOf(rows, loop.id, passes);
      if (!found.length) return null;
      const { [loop.id]: pass, ...others } = passes;
      return (
        <label key={loop.id} className="flex items-center gap-2">
          <span className="text-muted">{nameOf(loop, catalogue)}</span>
          <select className="select select-sm w-auto" value={pass ?? ""} onChange={({ target }) => choose(target.value === "" ? others : { ...others, [loop.id]: Number(target.value) })}>
            <option value="">All {found.length}</option>
            {found.map((one) => (
              <option key={one.pass} value={one.pass}>
                {one.pass + 1} · {SIGNS[one.status].words}
              </option>
            ))}
          </select>
        </label>
      );
    });
}

/// What the signs mean, for those that stand on the canvas.
function Legend({ marks }: { marks: Record<string, Mark> }): ReactNode {
  const found = new Map(Object.values(marks).map((mark) => [mark.icon, mark]));
  const signs = [...Object.values(SIGNS), { tone: "quiet" as const, icon: "circle-dashed", words: "Not reached yet" }, { tone: "quiet" as const, icon: "circle-slash", words: "Not taken" }];
  return (
    <ul className="ms-auto flex flex-wrap items-center gap-x-4 gap-y-0.5 text-muted" aria-label="Signs">
      {signs
        .filter((sign) => found.has(sign.icon))
        .map((sign) => (
          <li key={sign.icon} className="flex items-center gap-1.5">
            <span className={`step-mark tone-${sign.tone}`}><Icon name={sign.icon} className="size-3.5" /></span>
            {sign.words}
          </li>
        ))}
    </ul>
  );
}

function Canvas({ drawing, catalogue, marks, taken, chosen, choose }: { drawing: Drawing; catalogue: Catalogue; marks: Record<string, Mark>; taken: ReadonlySet<string>; chosen: string | null; choose(id: string | null): void }): ReactNode {
  const flow = useReactFlow<CanvasNode, LineEdge>();
  const place = useRef<HTMLDivElement>(null);
  const elements = useMemo(makeElements, []);
  const { nodes, edges } = useMemo(
    () => elements({ drawing, catalogue, problems: [], marks, selected: chosen ? [chosen] : [], selectedEdge: "", dragged: NOTHING, isReadOnly: true }),
    [elements, drawing, catalogue, marks, chosen],
  );
  const signed = useMemo(() => nodes.map((node) => ({ ...node, className: marks[node.id]?.tone === "quiet" ? "run-pale" : "" })) as CanvasNode[], [nodes, marks]);
  const lines = useMemo(() => edges.map((edge) => ({ ...edge, focusable: false, className: taken.has(edge.id) ? "run-taken" : "run-pale" })), [edges, taken]);
  const fit = (): void => {
    const box = place.current?.getBoundingClientRect();
    if (!box) return;
    const bounds = flow.getNodesBounds(drawing.nodes.map((node) => node.id));
    void flow.setViewport(getViewportForBounds(bounds, box.width, box.height, FIT.minZoom, FIT.maxZoom, 0.08), { duration: calm(150) });
  };
  const fitted = useRef(fit);
  fitted.current = fit;
  useEffect(() => {
    const watcher = new ResizeObserver(() => fitted.current());
    if (place.current) watcher.observe(place.current);
    return () => watcher.disconnect();
  }, []);
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") choose(null);
    const direction = KEYS[event.key];
    const from = (event.target as Element).closest<HTMLElement>("[data-step]")?.dataset["step"];
    const next = direction && from ? neighbour(drawing, from, direction) : null;
    if (!next) return;
    event.preventDefault();
    choose(next);
    place.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <div ref={place} className="builder-canvas run-canvas" data-canvas="" onKeyDown={pressed}>
      <StepActionsContext value={null}>
        <FocusedContext value={chosen ?? first(drawing) ?? ""}>
          <ReactFlow<CanvasNode, LineEdge>
            nodes={signed}
            edges={lines}
            nodeTypes={NODE_TYPES}
            edgeTypes={EDGE_TYPES}
            onNodeClick={(_, node) => node.type === "step" && choose(node.id)}
            onPaneClick={() => choose(null)}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            disableKeyboardA11y
            zoomOnScroll={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            minZoom={0.15}
            maxZoom={1.5}
            fitView
            fitViewOptions={FIT}
            proOptions={{ hideAttribution: true }}
            aria-label="The run on its drawing"
          >
            <Background variant={BackgroundVariant.Dots} gap={GRID * 1.5} size={1.4} />
          </ReactFlow>
        </FocusedContext>
      </StepActionsContext>
      <div className="builder-controls" role="toolbar" aria-label="View">
        <Tool words="Zoom out" icon="minus" act={() => void flow.zoomOut()} />
        <Tool words="Zoom in" icon="plus" act={() => void flow.zoomIn()} />
        <Tool words="Show all" icon="scan" act={fit} />
      </div>
    </div>
  );
}

function Tool({ words, icon, act }: { words: string; icon: string; act(): void }): ReactNode {
  return (
    <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label={words} title={words} onClick={act}>
      <Icon name={icon} className="size-4" />
    </button>
  );
}
