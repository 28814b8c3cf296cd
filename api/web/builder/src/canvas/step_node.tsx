/// A step as a card: its sign, what it does, what it is about, and its ways out.
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { createContext, memo, useContext, type DragEvent, type ReactNode } from "react";
import { isLabelled, portXs } from "../graph/sizes";
import type { Port } from "../graph/ports";
import type { Seed } from "../graph/insertions";
import { Icon } from "../icon";
import type { StepNode as StepElement } from "./flow_elements";
import { DRAGGED } from "./palette";

/// What a card can be asked for; null where the drawing is only looked at.
export interface StepActions {
  focused(node_id: string): void;
  open(node_id: string): void;
  addAfter(node_id: string, port: string, from: Element): void;
  drop(node_id: string, port: string, seed: Seed): void;
  fold(node_id: string): void;
  duplicate(node_id: string): void;
  remove(node_id: string): void;
  connect(node_id: string): void;
}

export const StepActionsContext = createContext<StepActions | null>(null);
/// The step that the Tab key leads to.
export const FocusedContext = createContext("");

export const StepNode = memo(function StepNode({ id, data, selected, dragging, width }: NodeProps<StepElement>): ReactNode {
  const actions = useContext(StepActionsContext);
  const focused = useContext(FocusedContext);
  const { node, look, object, ports, mark } = data;
  return (
    <div className={`step family-${look.family}`} data-selected={selected || undefined} data-troubled={data.problems ? "" : undefined} data-mark={mark?.tone} data-inside={data.inside ? "" : undefined} data-folded={data.isFolded || undefined}>
      {node.kind !== "trigger" && <Handle id="in" type="target" position={Position.Top} className="step-in" isConnectableStart={false} />}
      <button
        type="button"
        className="step-card"
        data-step={id}
        tabIndex={focused === id ? 0 : -1}
        aria-pressed={selected}
        onFocus={() => actions?.focused(id)}
      >
        <span className="family-tile size-9">
          <Icon name={look.icon} className="size-4.5" />
        </span>
        <span className="min-w-0 grow text-start">
          <span className="block truncate text-xs leading-4.5 text-muted">{object && object !== look.verb ? look.verb : KIND_WORDS[look.family]}</span>
          <span className="block truncate text-sm leading-5 font-semibold">{object || look.verb}</span>
        </span>
        {mark && (
          <span className={`step-mark tone-${mark.tone}`} title={mark.words}>
            <Icon name={mark.icon} className="size-4" />
            <span className="sr-only">{mark.words}</span>
          </span>
        )}
        {data.problems > 0 && (
          <span className="step-trouble" title={data.troubles}>
            <Icon name="triangle-alert" className="size-3.5" />
            {data.problems}
            <span className="sr-only">
              {data.problems === 1 ? " problem: " : " problems: "}
              {data.troubles}
            </span>
          </span>
        )}
      </button>
      <Ports id={id} ports={ports} used={data.used} width={width ?? 256} />
      {data.inside !== undefined && data.inside > 0 && actions && (
        <button type="button" tabIndex={-1} className="step-fold nodrag" onClick={() => actions.fold(id)} aria-label={data.isFolded ? `Show the ${data.inside} steps inside` : `Fold the ${data.inside} steps inside`}>
          <Icon name={data.isFolded ? "unfold-vertical" : "fold-vertical"} className="size-3.5" />
          {data.isFolded && data.inside}
        </button>
      )}
      {selected && !dragging && actions && <Actions id={id} isTrigger={node.kind === "trigger"} actions={actions} />}
    </div>
  );
});

const KIND_WORDS: Record<string, string> = { start: "Start", act: "Step", decide: "Decision", wait: "Wait", repeat: "Repeat", stop: "End" };

function Ports({ id, ports, used, width }: { id: string; ports: Port[]; used: string; width: number }): ReactNode {
  const actions = useContext(StepActionsContext);
  const xs = portXs(ports, width);
  const isCentred = ports.length === 2 && xs[0] === width / 2;
  return (
    <>
      {isLabelled(ports) && (
        <div className="step-ports" aria-hidden="true" style={{ gridTemplateColumns: `repeat(${isCentred ? 3 : ports.length}, minmax(0, 1fr))` }}>
          {isCentred && <span />}
          {ports.map((port) => (
            <span key={port.name} className={`step-port port-${port.kind}`} title={port.words}>
              {port.words}
            </span>
          ))}
        </div>
      )}
      {ports.map((port, index) => {
        const isFree = !used.includes(` ${port.name} `);
        return (
          <Handle key={port.name} id={port.name} type="source" position={Position.Bottom} className={`port port-${port.kind}`} data-free={isFree || undefined} style={{ left: xs[index] }}>
            {isFree && actions && (
              <button
                type="button"
                tabIndex={-1}
                className="plus"
                data-insert={`${id} ${port.name}`}
                aria-label={`Add a step: ${port.words}`}
                onClick={(event) => actions.addAfter(id, port.name, event.currentTarget)}
                {...dropping((seed) => actions.drop(id, port.name, seed))}
              >
                <Icon name="plus" className="size-3" />
              </button>
            )}
          </Handle>
        );
      })}
    </>
  );
}

/// What makes an element take a step from the palette.
export function dropping(take: (seed: Seed) => void): { onDragOver(event: DragEvent): void; onDragLeave(event: DragEvent): void; onDrop(event: DragEvent): void } {
  return {
    onDragOver(event) {
      if (!event.dataTransfer.types.includes(DRAGGED)) return;
      event.preventDefault();
      event.stopPropagation();
      (event.currentTarget as HTMLElement).dataset["over"] = "";
    },
    onDragLeave(event) {
      delete (event.currentTarget as HTMLElement).dataset["over"];
    },
    onDrop(event) {
      const text = event.dataTransfer.getData(DRAGGED);
      if (!text) return;
      event.preventDefault();
      event.stopPropagation();
      delete (event.currentTarget as HTMLElement).dataset["over"];
      take(JSON.parse(text) as Seed);
    },
  };
}

function Actions({ id, isTrigger, actions }: { id: string; isTrigger: boolean; actions: StepActions }): ReactNode {
  const tools: [string, string, (id: string) => void][] = [
    ["Settings", "sliders-horizontal", actions.open],
    ["Connect", "spline", actions.connect],
    ...(isTrigger ? [] : [["Duplicate", "copy", actions.duplicate] as [string, string, (id: string) => void]]),
    ["Remove", "trash", actions.remove],
  ];
  return (
    <div className="step-actions nodrag">
      {tools.map(([words, icon, act]) => (
        <button key={words} type="button" tabIndex={-1} aria-label={words} title={words} onClick={() => act(id)}>
          <Icon name={icon} className="size-4" />
        </button>
      ))}
    </div>
  );
}
