/// The canvas: steps and lines on a dotted grid.
import { Background, BackgroundVariant, getViewportForBounds, MiniMap, ReactFlow, SelectionMode, useReactFlow, type Connection, type NodeChange, type OnConnectEnd, type Viewport } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type MouseEvent, type ReactNode } from "react";
import type { Seed, Spot } from "../graph/insertions";
import { first } from "../graph/directions";
import { hiddenNodes } from "../graph/bodies";
import { portsOf } from "../graph/ports";
import { GRID, portXs, sizeOf, snapped } from "../graph/sizes";
import type { Drawing, Point } from "../graph/types";
import { useBuilder, useBuilderState } from "./context";
import { makeElements, type CanvasNode, type LineEdge as LineElement } from "./flow_elements";
import { EDGE_TYPES, FIT, NODE_TYPES } from "./element_types";
import { DRAGGED } from "./palette";
import { FocusedContext, StepActionsContext, type StepActions } from "./step_node";
import { useTestSigns } from "./test_signs";
import { ViewControls } from "./view_controls";

const NOTHING: Record<string, Point> = {};
const NEAR = 260;
const SMALLEST = 0.15;
/// Below this nobody reads a card; then a drawing opens at its beginning, at that size.
const LEGIBLE = 0.5;
const BEGINNING = 0.8;
/// So many steps are seen without a map.
const MAP_FROM = 8;

export function Flow(): ReactNode {
  const { session, commands, setPopover } = useBuilder();
  const drawing = useBuilderState((state) => state.drawing);
  const problems = useBuilderState((state) => state.problems);
  const selected = useBuilderState((state) => state.selected);
  const focused = useBuilderState((state) => state.focused);
  const catalogue = useBuilderState((state) => state.catalogue);
  const flow = useReactFlow<CanvasNode, LineElement>();
  const place = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Record<string, Point>>(NOTHING);
  const [selectedEdge, setSelectedEdge] = useState("");
  const elements = useMemo(makeElements, []);
  const { marks, taken } = useTestSigns();
  const { nodes, edges } = useMemo(
    () => elements({ drawing, catalogue, problems, marks, selected, selectedEdge, dragged, isReadOnly: false }),
    [elements, drawing, catalogue, problems, marks, selected, selectedEdge, dragged],
  );
  const lines = useMemo(() => (taken.size ? edges.map((edge) => (taken.has(edge.id) ? { ...edge, className: "run-taken" } : edge)) : edges), [edges, taken]);
  const tabbed = drawing.nodes.some((node) => node.id === focused) ? focused : (first(drawing, hiddenNodes(drawing)) ?? "");

  useEffect(() => {
    commands.useViewer({
      reveal: (id) => reveal(flow, place.current, session.get().drawing, id),
      fit: () => fit(flow, place.current, session.get().drawing),
      middle: () => middle(flow, place.current),
    });
    return () => commands.useViewer(null);
  }, [commands, flow, session]);

  // A panel that opens takes room: what it is about stays in sight.
  const panel = useBuilderState((state) => state.panel);
  const chosen = selected.length === 1 ? selected[0] : "";
  useEffect(() => {
    if (panel && chosen) requestAnimationFrame(() => reveal(flow, place.current, session.get().drawing, chosen));
  }, [panel, chosen, flow, session]);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let width = element.clientWidth;
    const watcher = new ResizeObserver(() => {
      // What was in the middle stays there.
      const { x, y, zoom } = flow.getViewport();
      if (width && element.clientWidth) void flow.setViewport({ x: x + (element.clientWidth - width) / 2, y, zoom });
      width = element.clientWidth;
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [flow]);

  const openAdd = useCallback(
    (spot: Spot, at: Point) => {
      setPopover({ kind: "add", spot, ...at });
    },
    [setPopover],
  );
  const actions = useMemo<StepActions>(
    () => ({
      focused: (focused) => session.set({ focused }),
      open: commands.openSettings,
      addAfter: (after, port, from) => openAdd({ after, port }, beside(from)),
      drop: (after, port, seed) => commands.add(seed, { after, port }),
      fold: commands.fold,
      duplicate: () => commands.duplicate(),
      remove: () => commands.removeSelected(),
      connect: (node_id) => setPopover({ kind: "connect", node_id }),
    }),
    [commands, openAdd, session, setPopover],
  );

  const onNodesChange = (changes: NodeChange<CanvasNode>[]): void => {
    const moved = changes.flatMap((change) => (change.type === "position" && change.position && change.dragging ? [[change.id, change.position] as const] : []));
    if (moved.length) setDragged((now) => ({ ...now, ...Object.fromEntries(moved) }));
    const picked = changes.filter((change) => change.type === "select");
    if (picked.length) pick(picked);
  };
  const pick = (changes: { id: string; selected: boolean }[]): void => {
    const now = new Set(session.get().selected);
    for (const change of changes) change.selected ? now.add(change.id) : now.delete(change.id);
    const before = session.get().selected;
    if (now.size !== before.length || before.some((id) => !now.has(id))) session.set({ selected: [...now] });
  };
  const onDropped = (_: unknown, __: unknown, all: CanvasNode[]): void => {
    if (dragged === NOTHING) return;
    setDragged(NOTHING);
    const { drawing: now } = session.get();
    const steps = Object.fromEntries(all.filter((node) => node.type === "step" && isMoved(now.positions[node.id], node.position)).map((node) => [node.id, node.position]));
    const notes = all.filter((node) => node.type === "note");
    if (Object.keys(steps).length) session.dispatch({ kind: "move_nodes", positions: steps });
    if (notes.length) session.dispatch({ kind: "set_notes", notes: now.notes.map((note) => ({ ...note, ...notes.find((one) => one.id === note.id)?.position })) });
  };
  const onConnect = ({ source, sourceHandle, target }: Connection): void => commands.connect(source, sourceHandle ?? "ok", target);
  const onConnectEnd: OnConnectEnd = (event, { fromNode, fromHandle, isValid, toNode }) => {
    if (isValid || toNode || !fromNode || !fromHandle?.id) return;
    const at = "changedTouches" in event ? (event.changedTouches[0] as Touch) : event;
    // A line let go anywhere on a card is meant for it.
    const onto = document.elementFromPoint(at.clientX, at.clientY)?.closest<HTMLElement>(".react-flow__node-step")?.dataset["id"];
    if (onto && onto !== fromNode.id) return commands.connect(fromNode.id, fromHandle.id, onto);
    const far = Math.hypot(at.clientX - startedAt.current.x, at.clientY - startedAt.current.y);
    if (far > 24) openAdd({ after: fromNode.id, port: fromHandle.id }, { x: at.clientX, y: at.clientY });
  };
  const startedAt = useRef<Point>({ x: 0, y: 0 });
  const onDrop = (event: DragEvent): void => {
    const text = event.dataTransfer.getData(DRAGGED);
    if (!text) return;
    event.preventDefault();
    const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const seed = JSON.parse(text) as Seed;
    commands.add(seed, nearestPort(session.get().drawing, point) ?? { at: snapped({ x: point.x - 128, y: point.y - 32 }) });
  };
  const onEdgeClick = (event: MouseEvent, edge: LineElement): void => {
    event.stopPropagation();
    setSelectedEdge(edge.id);
    session.set({ selected: [] });
  };
  return (
    <StepActionsContext value={actions}>
      <FocusedContext value={tabbed}>
        <div
          ref={place}
          className="builder-canvas"
          data-canvas=""
          role="group"
          aria-label="Drawing: arrow keys go from step to step"
          tabIndex={0}
          onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
          onDrop={onDrop}
          onKeyDown={(event) => {
            if ((event.key === "Delete" || event.key === "Backspace") && selectedEdge && !session.get().selected.length) {
              event.stopPropagation();
              commands.disconnect([selectedEdge]);
              setSelectedEdge("");
            }
          }}
        >
          <ReactFlow<CanvasNode, LineElement>
            nodes={nodes}
            edges={lines}
            nodeTypes={NODE_TYPES}
            edgeTypes={EDGE_TYPES}
            onNodesChange={onNodesChange}
            onNodeDragStop={onDropped}
            onSelectionDragStop={(event, all) => onDropped(event, null, all)}
            onNodeClick={(event, node) => {
              setSelectedEdge("");
              if (node.type !== "step" || event.shiftKey || event.ctrlKey || event.metaKey) return;
              if ((event.target as Element).closest("[data-step]")) commands.openStep(node.id);
            }}
            onEdgeClick={onEdgeClick}
            onPaneClick={() => {
              setSelectedEdge("");
              session.set({ selected: [] });
            }}
            onConnect={onConnect}
            onConnectStart={(event) => {
              const at = "touches" in event ? (event.touches[0] as Touch) : event;
              startedAt.current = { x: at.clientX, y: at.clientY };
            }}
            onConnectEnd={onConnectEnd}
            connectOnClick={false}
            connectionRadius={32}
            nodesFocusable={false}
            edgesFocusable={false}
            disableKeyboardA11y
            deleteKeyCode={null}
            selectionKeyCode="Shift"
            multiSelectionKeyCode={["Control", "Meta"]}
            selectionMode={SelectionMode.Partial}
            nodeDragThreshold={3}
            snapToGrid
            snapGrid={[GRID, GRID]}
            panOnScroll
            zoomOnDoubleClick={false}
            minZoom={SMALLEST}
            maxZoom={1.75}
            onInit={() => begin(flow, place.current, session.get().drawing)}
            onlyRenderVisibleElements
            proOptions={{ hideAttribution: true }}
            aria-label="Canvas"
          >
            <Background variant={BackgroundVariant.Dots} gap={GRID * 1.5} size={1.4} />
            {drawing.nodes.length > MAP_FROM && <MiniMap<CanvasNode> className="builder-minimap" pannable zoomable ariaLabel="Map of the drawing" nodeBorderRadius={8} nodeClassName={(node) => `map-${node.type === "step" ? (node.data as { look: { family: string } }).look.family : node.type}`} />}
          </ReactFlow>
          <ViewControls />
        </div>
      </FocusedContext>
    </StepActionsContext>
  );
}

/// For other canvases, such as those of a run and of two versions.
export { EDGE_TYPES, FIT, NODE_TYPES };

export function calm(duration: number): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : duration;
}

type FlowInstance = ReturnType<typeof useReactFlow<CanvasNode, LineElement>>;

/// Move the window only when the step is not wholly in it.
function reveal(flow: FlowInstance, place: HTMLElement | null, drawing: Drawing, id: string): void {
  const node = drawing.nodes.find((one) => one.id === id);
  const at = drawing.positions[id];
  if (!node || !at || !place) return;
  const { width, height } = sizeOf(node);
  const box = place.getBoundingClientRect();
  const [from, to] = [flow.flowToScreenPosition(at), flow.flowToScreenPosition({ x: at.x + width, y: at.y + height })];
  const isSeen = from.x > box.left + 8 && to.x < box.right - 8 && from.y > box.top + 40 && to.y < box.bottom - 8;
  if (!isSeen) void flow.setCenter(at.x + width / 2, at.y + height / 2, { zoom: Math.max(flow.getZoom(), 0.6), duration: calm(140) });
}

/// The first sight of a drawing: all of it, or of a large one its beginning, large enough to read.
function begin(flow: FlowInstance, place: HTMLElement | null, drawing: Drawing): void {
  const whole = wholeView(place, drawing);
  const start = drawing.positions[first(drawing, hiddenNodes(drawing)) ?? ""];
  if (!whole || !place || !start) return;
  const isReadable = whole.zoom >= LEGIBLE;
  void flow.setViewport(isReadable ? whole : { x: place.clientWidth / 2 - (start.x + 128) * BEGINNING, y: 72 - start.y * BEGINNING, zoom: BEGINNING });
}

function fit(flow: FlowInstance, place: HTMLElement | null, drawing: Drawing): void {
  const whole = wholeView(place, drawing);
  if (whole) void flow.setViewport(whole, { duration: calm(200) });
}

/// Reckoned from the drawing, as cards outside the window are not in the page.
function wholeView(place: HTMLElement | null, drawing: Drawing): Viewport | null {
  const hidden = hiddenNodes(drawing);
  const cards = drawing.nodes.flatMap((node) => (drawing.positions[node.id] && !hidden.has(node.id) ? [{ ...(drawing.positions[node.id] as Point), ...sizeOf(node) }] : []));
  const boxes = [...cards, ...drawing.notes];
  if (!boxes.length || !place) return null;
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const bounds = { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
  return getViewportForBounds(bounds, place.clientWidth, place.clientHeight, SMALLEST, FIT.maxZoom, FIT.padding);
}

function middle(flow: FlowInstance, place: HTMLElement | null): Point {
  const box = place?.getBoundingClientRect();
  if (!box) return { x: 0, y: 0 };
  const { x, y } = flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 3 });
  return snapped({ x: x - 128, y });
}

/// The free way out that a step dropped there is surely meant to follow: just above it, and not far.
function nearestPort(drawing: Drawing, point: Point): Spot {
  let best: { far: number; after: string; port: string } | null = null;
  for (const node of drawing.nodes) {
    const place = drawing.positions[node.id];
    if (!place) continue;
    const { width, height } = sizeOf(node);
    const ports = portsOf(node);
    const xs = portXs(ports, width);
    for (const [index, port] of ports.entries()) {
      if (port.kind === "error" || drawing.edges.some((edge) => edge.source === node.id && edge.port === port.name)) continue;
      const far = Math.hypot(place.x + (xs[index] ?? 0) - point.x, place.y + height - point.y);
      if (point.y > place.y + height - 16 && far < NEAR && (!best || far < best.far)) best = { far, after: node.id, port: port.name };
    }
  }
  return best && { after: best.after, port: best.port };
}

function isMoved(before: Point | undefined, now: Point): boolean {
  return before?.x !== now.x || before.y !== now.y;
}

function beside(element: Element): Point {
  const box = element.getBoundingClientRect();
  return { x: box.right + 8, y: box.top - 12 };
}
