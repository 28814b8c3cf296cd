/// What opens over the canvas without stopping anybody from drawing: the palette, connecting, problems, keys.
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { portsOf } from "../graph/ports";
import { nameOf } from "../graph/looks";
import { refusal } from "../graph/insertions";
import { readingOrder } from "../graph/directions";
import type { Drawing, Problem } from "../graph/types";
import { Icon } from "../icon";
import { useBuilder, useBuilderState, type Popover as Opened } from "./context";
import { KEYS } from "./keys";
import { Palette } from "./palette";

export function Popovers(): ReactNode {
  const { popover } = useBuilder();
  if (popover?.kind === "add") return <Adder key={`${popover.x} ${popover.y}`} popover={popover} />;
  if (popover?.kind === "connect") return <Connector key={popover.node_id} node_id={popover.node_id} />;
  if (popover?.kind === "problems") return <Problems />;
  if (popover?.kind === "keys") return <Keys />;
  return null;
}

interface BoxGiven {
  label: string;
  className: string;
  at?: { x: number; y: number };
  children: ReactNode;
}

/// Closes on Escape and on a click elsewhere, and stays inside the window.
function Box({ label, className, at, children }: BoxGiven): ReactNode {
  const { setPopover, session, commands } = useBuilder();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !at || innerWidth < 640) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`;
    element.style.top = `${Math.max(64, Math.min(at.y, innerHeight - height - 8))}px`;
  }, [at]);
  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      const target = event.target as Element;
      if (!box.current?.contains(target) && !target.closest("[data-opens]")) setPopover(null);
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    return () => document.removeEventListener("pointerdown", onPointerDown, true);
  }, [setPopover]);
  const close = (): void => {
    setPopover(null);
    const { focused } = session.get();
    if (focused) commands.focus(focused);
  };
  return (
    <div
      ref={box}
      role="dialog"
      aria-label={label}
      className={`builder-popover ${className}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      {children}
    </div>
  );
}

function Adder({ popover }: { popover: Opened & { kind: "add" } }): ReactNode {
  const { commands, setPopover } = useBuilder();
  const drawing = useBuilderState((state) => state.drawing);
  const catalogue = useBuilderState((state) => state.catalogue);
  const { spot } = popover;
  const after = spot && "after" in spot ? drawing.nodes.find((node) => node.id === spot.after) : undefined;
  const port = after && spot && "after" in spot ? portsOf(after).find((one) => one.name === spot.port) : undefined;
  return (
    <Box label="Add a step" className="max-sm:inset-x-2 max-sm:bottom-2 max-sm:h-[70dvh] sm:h-[26rem] sm:w-80" at={popover}>
      <p className="shrink-0 truncate border-b border-line px-4 py-2.5 text-sm">
        {after ? (
          <>
            <span className="text-muted">After </span>
            <strong className="font-semibold">{nameOf(after, catalogue)}</strong>
            {port && portsOf(after).length > 1 && <span className="text-muted"> · {port.words}</span>}
          </>
        ) : (
          <strong className="font-semibold">{drawing.nodes.length ? "Add a step" : "What starts it?"}</strong>
        )}
      </p>
      <Palette
        startsSearching
        stepsOnly={Boolean(after)}
        onChoose={(seed) => {
          setPopover(null);
          commands.add(seed, spot ?? "next");
        }}
      />
    </Box>
  );
}

function Connector({ node_id }: { node_id: string }): ReactNode {
  const { commands, setPopover } = useBuilder();
  const drawing = useBuilderState((state) => state.drawing);
  const catalogue = useBuilderState((state) => state.catalogue);
  const node = drawing.nodes.find((one) => one.id === node_id);
  const ports = node ? portsOf(node) : [];
  const [port, setPort] = useState(ports.length === 1 ? (ports[0]?.name ?? "") : "");
  if (!node) return null;
  const named = (id: string | undefined): string => {
    const found = drawing.nodes.find((one) => one.id === id);
    return found ? nameOf(found, catalogue) : "nothing";
  };
  const line = (name: string) => drawing.edges.find((edge) => edge.source === node_id && edge.port === name);
  const done = (): void => {
    setPopover(null);
    commands.focus(node_id);
  };
  const targets = readingOrder(drawing).filter((id) => !refusal(drawing, node_id, id));
  const card = document.querySelector(`[data-step="${node_id}"]`)?.getBoundingClientRect();
  const at = { x: (card?.right ?? 200) + 12, y: card?.top ?? 120 };
  return (
    <Box label={`Connect ${nameOf(node, catalogue)}`} className="w-80 max-w-[calc(100vw-1rem)] max-sm:inset-x-2 max-sm:bottom-2 max-sm:w-auto" at={at}>
      {!port ? (
        <Choices
          heading={ports.length ? "Which way out?" : "Nothing follows this step."}
          choices={ports.map((one) => ({ key: one.name, words: one.words, aside: named(line(one.name)?.target) }))}
          onChoose={setPort}
        />
      ) : (
        <Choices
          heading={`“${ports.find((one) => one.name === port)?.words}” leads to`}
          choices={[
            ...targets.map((id) => ({ key: id, words: named(id), aside: line(port)?.target === id ? "now" : "" })),
            ...(line(port) ? [{ key: "", words: "Nothing: remove the line", aside: "" }] : []),
          ]}
          onChoose={(target) => {
            const present = line(port);
            if (target) commands.connect(node_id, port, target);
            else if (present) commands.disconnect([present.id]);
            done();
          }}
        />
      )}
    </Box>
  );
}

interface Choice {
  key: string;
  words: string;
  aside: string;
}

/// A list that the arrow keys walk through.
function Choices({ heading, choices, onChoose }: { heading: string; choices: Choice[]; onChoose(key: string): void }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>("button")?.focus(), [heading]);
  const walk = (by: number): void => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + by + all.length) % all.length]?.focus();
  };
  return (
    <>
      <p className="shrink-0 border-b border-line px-4 py-2.5 text-sm font-semibold">{heading}</p>
      <div
        ref={list}
        className="max-h-80 overflow-y-auto p-1.5"
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          walk(event.key === "ArrowDown" ? 1 : -1);
        }}
      >
        {choices.map((choice) => (
          <button key={choice.key} type="button" className="flex min-h-9 w-full cursor-pointer items-center gap-3 rounded-field px-3 py-1.5 text-start text-sm hover:bg-base-content/6" onClick={() => onChoose(choice.key)}>
            <span className="min-w-0 grow truncate">{choice.words}</span>
            {choice.aside && <span className="max-w-36 shrink-0 truncate text-xs text-muted">{choice.aside}</span>}
          </button>
        ))}
        {!choices.length && <p className="px-3 py-4 text-sm text-muted">There is nothing to connect.</p>}
      </div>
    </>
  );
}

function Problems(): ReactNode {
  const { commands, setPopover } = useBuilder();
  const found = useBuilderState((state) => state.problems);
  // What keeps it from running stands first.
  const problems = [...found].sort((one, other) => Number(other.severity === "error") - Number(one.severity === "error"));
  const drawing = useBuilderState((state) => state.drawing);
  const catalogue = useBuilderState((state) => state.catalogue);
  return (
    <Box label="Problems" className="inset-x-2 top-16 max-h-[70dvh] sm:left-auto sm:right-4 sm:w-96">
      <p className="shrink-0 border-b border-line px-4 py-3 font-semibold">{heading(problems)}</p>
      <ul className="overflow-y-auto p-1.5">
        {problems.map((problem, index) => (
          <li key={index}>
            <button
              type="button"
              className="flex w-full cursor-pointer gap-3 rounded-field px-3 py-2 text-start hover:bg-base-content/6"
              onClick={(event) => {
                setPopover(null);
                const at = placeOf(problem, drawing);
                if (!at) return;
                commands.openSettings(at);
                commands.focus(at);
                if (event.detail === 0) commands.openPanel("settings", true);
              }}
            >
              <span className="tone-warning">
                <span className="toned">
                  <Icon name="triangle-alert" className="mt-0.5 size-4" />
                </span>
              </span>
              <span className="min-w-0">
                {problem.node_id && <span className="block truncate text-xs text-muted">{stepName(problem, drawing, catalogue)}</span>}
                <span className="block text-sm font-medium wrap-anywhere">{problem.message}</span>
                <span className="block text-sm text-muted wrap-anywhere">{problem.fix}</span>
              </span>
            </button>
          </li>
        ))}
        {!problems.length && <li className="px-3 py-4 text-sm text-muted">Everything is in order. It can be published.</li>}
      </ul>
    </Box>
  );
}

function heading(problems: Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const others = problems.length > errors ? `, ${problems.length - errors} more to look at` : "";
  if (errors) return `${errors} ${errors === 1 ? "problem keeps" : "problems keep"} it from running${others}`;
  return problems.length ? "It can run, but look at this" : "No problems";
}

/// The step at which a problem is mended; empty when it is at none. The trigger's panel has the limits.
function placeOf(problem: Problem, drawing: Drawing): string {
  if (problem.node_id || !problem.field.startsWith("limits")) return problem.node_id;
  return drawing.nodes.find((node) => node.kind === "trigger")?.id ?? "";
}

function stepName(problem: Problem, drawing: Drawing, catalogue: Parameters<typeof nameOf>[1]): string {
  const node = drawing.nodes.find((one) => one.id === problem.node_id);
  return node ? nameOf(node, catalogue) : "";
}

function Keys(): ReactNode {
  return (
    <Box label="Keys" className="inset-x-2 bottom-2 max-h-[80dvh] sm:left-auto sm:right-4 sm:bottom-4 sm:w-[26rem]">
      <p className="shrink-0 border-b border-line px-4 py-3 font-semibold">Keys</p>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5 overflow-y-auto p-4 text-sm" tabIndex={0} aria-label="All keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="col-span-2 grid grid-cols-subgrid">
            <dt>
              {keys.split(", ").map((combination) => (
                <kbd key={combination} className="kbd kbd-sm me-1 whitespace-nowrap">
                  {combination}
                </kbd>
              ))}
            </dt>
            <dd className="text-muted">{does}</dd>
          </div>
        ))}
      </dl>
    </Box>
  );
}
