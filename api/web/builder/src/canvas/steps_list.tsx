/// The drawing as a list of steps: what a phone shows first.
import type { ReactNode } from "react";
import { readingOrder } from "../graph/directions";
import { bodiesOf } from "../graph/bodies";
import { lookOf, objectOf } from "../graph/looks";
import { portsOf, portWords } from "../graph/ports";
import type { Drawing, DrawnNode } from "../graph/types";
import { Icon } from "../icon";
import { useBuilder, useBuilderState } from "./context";

export function StepsList(): ReactNode {
  const { commands, setPopover } = useBuilder();
  const drawing = useBuilderState((state) => state.drawing);
  const catalogue = useBuilderState((state) => state.catalogue);
  const problems = useBuilderState((state) => state.problems);
  const selected = useBuilderState((state) => state.selected);
  const bodies = bodiesOf(drawing);
  const depth = (id: string): number => [...bodies.values()].filter((inside) => inside.has(id)).length;
  const order = readingOrder(drawing);
  return (
    <div className="min-w-0 grow overflow-y-auto p-3 pb-24">
      <ol className="mx-auto max-w-xl" aria-label="Steps">
        {order.map((id) => {
          const node = drawing.nodes.find((one) => one.id === id) as DrawnNode;
          const look = lookOf(node, catalogue);
          const object = objectOf(node, catalogue);
          const troubles = problems.filter((problem) => problem.node_id === id);
          return (
            <li key={id} className={`family-${look.family}`} style={{ paddingInlineStart: `${depth(id) * 1.25}rem` }}>
              <Way drawing={drawing} id={id} />
              <button
                type="button"
                data-step-row={id}
                aria-pressed={selected.includes(id)}
                className={`sheet flex w-full cursor-pointer items-center gap-3 p-3 text-start aria-pressed:border-ink ${troubles.length ? "border-warning" : ""}`}
                onClick={() => commands.openSettings(id)}
              >
                <span className="family-tile size-9">
                  <Icon name={look.icon} className="size-4.5" />
                </span>
                <span className="min-w-0 grow">
                  {object && object !== look.verb && <span className="block truncate text-xs text-muted">{look.verb}</span>}
                  <span className="block truncate font-semibold">{object || look.verb}</span>
                  {troubles.map((problem, index) => (
                    <span key={index} className="tone-warning mt-1 flex items-start gap-1.5 text-sm">
                      <span className="toned">
                        <Icon name="triangle-alert" className="mt-1 size-3.5" />
                      </span>
                      <span className="min-w-0 wrap-anywhere">{problem.message}</span>
                    </span>
                  ))}
                </span>
                <Icon name="chevron-right" className="size-4 text-muted" />
              </button>
            </li>
          );
        })}
      </ol>
      {!order.length && <p className="py-10 text-center text-muted">Nothing is drawn yet.</p>}
      <div className="mx-auto mt-4 max-w-xl">
        <button type="button" data-opens="" className="btn w-full border-dashed border-base-300 bg-base-100" onClick={() => setPopover({ kind: "add", spot: null, x: 0, y: 0 })}>
          <Icon name="plus" className="size-4" />
          {order.length ? "Add a step" : "Choose what starts it"}
        </button>
      </div>
    </div>
  );
}

/// By which ways one comes to a step; a plain “then” is only a stroke.
function Way({ drawing, id }: { drawing: Drawing; id: string }): ReactNode {
  const lines = drawing.edges.filter((edge) => edge.target === id);
  const words = lines.flatMap((edge) => {
    const source = drawing.nodes.find((node) => node.id === edge.source);
    if (!source) return [];
    const isPlain = edge.port === "ok" && portsOf(source).filter((port) => port.kind !== "error").length === 1;
    return isPlain && lines.length === 1 ? [] : [portWords(source, edge.port)];
  });
  if (!lines.length) return <div className="h-3" />;
  return (
    <div className="ms-7 flex min-h-4 items-center border-s-2 border-line py-1 ps-3 text-xs font-medium text-muted">{words.join(" · ")}</div>
  );
}
