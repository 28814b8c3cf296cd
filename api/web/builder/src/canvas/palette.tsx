/// What can be added: a list with a search, docked beside the canvas or opened where a step shall go.
import { useId, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from "react";
import type { Seed } from "../graph/insertions";
import { Icon } from "../icon";
import { useBuilderState } from "./context";
import { paletteGroups, searched, type PaletteGroup, type PaletteItem } from "./palette_items";

export const DRAGGED = "application/x-automation-step";

interface Given {
  /// What a chosen item does.
  onChoose(seed: Seed): void;
  onDragged?(isDragged: boolean): void;
  startsSearching?: boolean;
  /// Leave out what can only be a start.
  stepsOnly?: boolean;
}

export function Palette({ onChoose, onDragged, startsSearching = false, stepsOnly = false }: Given): ReactNode {
  const catalogue = useBuilderState((state) => state.catalogue);
  const hasTrigger = useBuilderState((state) => state.drawing.nodes.some((node) => node.kind === "trigger"));
  const all = useMemo(() => {
    const groups = paletteGroups(catalogue, hasTrigger || stepsOnly);
    return stepsOnly ? groups.filter((group) => group.key !== "starts" && group.key !== "events") : groups;
  }, [catalogue, hasTrigger, stepsOnly]);
  const [text, setText] = useState("");
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const name = useId();
  const groups = useMemo(() => searched(all, text), [all, text]);
  const isOpen = (group: PaletteGroup): boolean => !group.isFolded || unfolded.has(group.key);
  const shown = groups.flatMap((group) => (isOpen(group) ? group.items : []));
  const present = shown[Math.min(at, shown.length - 1)];

  const go = (to: number): void => {
    const next = shown.length ? (to + shown.length) % shown.length : -1;
    setAt(next);
    requestAnimationFrame(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at < 0 ? -1 : at - 1);
    else if (event.key === "Enter" && (present ?? (text ? shown[0] : undefined))) onChoose((present ?? (shown[0] as PaletteItem)).seed);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="relative m-3 mb-2">
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 z-1 size-4 -translate-y-1/2 text-muted" />
        <input
          type="search"
          role="combobox"
          className="input input-sm h-9 w-full pl-9 outline-offset-0"
          placeholder="Search steps …"
          aria-label="Search steps"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${name}-list`}
          aria-activedescendant={present ? `${name}-${present.key}` : undefined}
          value={text}
          // The palette opens because somebody asked for it.
          autoFocus={startsSearching}
          onChange={(event) => {
            setText(event.target.value);
            setAt(event.target.value ? 0 : -1);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id={`${name}-list`} role="listbox" aria-label="Steps to add" tabIndex={-1} className="min-h-0 grow overflow-y-auto overscroll-contain px-3 pb-4">
        {groups.map((group) => (
          <div key={group.key} role="group" aria-labelledby={`${name}-group-${group.key}`} className="mt-3 first:mt-1">
            <Heading id={`${name}-group-${group.key}`} group={group} isOpen={isOpen(group)} onToggle={() => setUnfolded(toggled(unfolded, group.key))} />
            {isOpen(group) &&
              group.items.map((item) => (
                <Item key={item.key} id={`${name}-${item.key}`} item={item} isPresent={item === present} onChoose={onChoose} onDragged={onDragged} />
              ))}
          </div>
        ))}
        {!groups.length && (
          <p className="px-2 py-8 text-center text-sm text-muted" role="option" aria-selected="false" aria-disabled="true">
            Nothing fits “{text}”.
          </p>
        )}
      </div>
    </div>
  );
}

function Heading({ id, group, isOpen, onToggle }: { id: string; group: PaletteGroup; isOpen: boolean; onToggle(): void }): ReactNode {
  const words = <span className="eyebrow">{group.title}</span>;
  if (!group.isFolded)
    return (
      <div id={id} role="presentation" className="px-2 pb-1">
        {words}
      </div>
    );
  return (
    <div id={id} role="presentation" className="flex cursor-pointer items-center gap-1 rounded-field px-2 py-1 hover:bg-base-content/5" onClick={onToggle}>
      {words}
      <span className="text-xs text-muted">{group.items.length}</span>
      <Icon name={isOpen ? "chevron-down" : "chevron-right"} className="ms-auto size-4 text-muted" />
    </div>
  );
}

interface ItemGiven {
  id: string;
  item: PaletteItem;
  isPresent: boolean;
  onChoose(seed: Seed): void;
  onDragged: ((isDragged: boolean) => void) | undefined;
}

function Item({ id, item, isPresent, onChoose, onDragged }: ItemGiven): ReactNode {
  const onDragStart = (event: DragEvent): void => {
    event.dataTransfer.setData(DRAGGED, JSON.stringify(item.seed));
    event.dataTransfer.effectAllowed = "copy";
    onDragged?.(true);
  };
  return (
    <div
      id={id}
      role="option"
      aria-selected={isPresent}
      data-item={item.key}
      title={item.docs}
      draggable={Boolean(onDragged)}
      onDragStart={onDragStart}
      onDragEnd={() => onDragged?.(false)}
      onClick={() => onChoose(item.seed)}
      className={`palette-item family-${item.family}`}
    >
      <span className="family-tile size-7">
        <Icon name={item.icon} className="size-3.5" />
      </span>
      <span className="min-w-0 grow truncate">{item.title}</span>
    </div>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
