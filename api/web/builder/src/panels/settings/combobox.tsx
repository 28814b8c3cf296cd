/// A field to search and choose in, by mouse and by keyboard: the ARIA combobox with a list.
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Icon } from "../../icon";

export interface Option {
  value: string;
  label: string;
  hint?: string;
  /// Options of one group stand together under its name.
  group?: string;
  /// At the right end, such as a sample value.
  aside?: string;
  isPale?: boolean;
}

interface Props {
  id?: string;
  label: string;
  options: Option[];
  /// What is chosen, as it reads.
  shown: string;
  placeholder?: string;
  isLoading?: boolean;
  onSearch(text: string): void;
  onChoose(value: string): void;
  /// Takes what was typed as it is, where that is allowed; without it only listed options count.
  onTyped?(text: string): void;
  onClear?(): void;
  onEscape?(): void;
  /// Open at once, such as in a popover.
  isOpenAtOnce?: boolean;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  empty?: string;
}

export function Combobox(props: Props): ReactNode {
  const { label, options, shown, onSearch, onChoose } = props;
  const own = useId();
  const list = `${own}-list`;
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(props.isOpenAtOnce ?? false);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);

  useEffect(() => {
    if (props.isOpenAtOnce) input.current?.focus();
  }, [props.isOpenAtOnce]);
  useEffect(() => setActive((now) => Math.min(now, Math.max(options.length - 1, 0))), [options.length]);
  useEffect(() => {
    if (isOpen) document.getElementById(`${list}-${active}`)?.scrollIntoView?.({ block: "nearest" });
  }, [active, isOpen, list]);

  const search = (typed: string): void => {
    setText(typed);
    setActive(0);
    onSearch(typed);
  };
  const open = (): void => {
    if (isOpen) return;
    setOpen(true);
    search("");
  };
  const shut = (): void => {
    setOpen(props.isOpenAtOnce ?? false);
    setText("");
  };
  const choose = (option: Option | undefined): void => {
    if (option) onChoose(option.value);
    else if (props.onTyped && text.trim()) props.onTyped(text.trim());
    else return;
    shut();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      if (isOpen) event.stopPropagation();
      shut();
      props.onEscape?.();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) choose(options[active]);
      else open();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + options.length) % Math.max(options.length, 1));
    } else if (event.key === "Home" || event.key === "End") {
      if (isOpen && !text) setActive(event.key === "Home" ? 0 : options.length - 1);
    }
  };

  return (
    <div className="relative">
      <div className={`input flex w-full items-center gap-1.5 pe-1.5 ${props.isInvalid ? "input-warning" : ""}`}>
        {isOpen && <Icon name="search" className="size-4 text-muted" />}
        <input
          ref={input}
          id={props.id}
          role="combobox"
          aria-label={props.id ? undefined : label}
          aria-expanded={isOpen}
          aria-controls={isOpen ? list : undefined}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && options.length ? `${list}-${active}` : undefined}
          aria-describedby={props.describedBy}
          aria-invalid={props.isInvalid || undefined}
          autoComplete="off"
          className="min-w-0 grow truncate"
          value={isOpen ? text : shown}
          placeholder={isOpen ? "Search…" : (props.placeholder ?? "Choose…")}
          onChange={(event) => {
            setOpen(true);
            search(event.target.value);
          }}
          onClick={open}
          onKeyDown={onKeyDown}
          onBlur={() => {
            if (!props.isOpenAtOnce) shut();
          }}
        />
        {shown && props.onClear && !isOpen && (
          <button type="button" className="btn btn-ghost btn-xs btn-square" aria-label={`Clear ${label}`} onClick={props.onClear}>
            <Icon name="x" className="size-3.5" />
          </button>
        )}
        {!props.isOpenAtOnce && <Icon name="chevrons-up-down" className="me-1 size-3.5 text-muted" />}
      </div>
      {isOpen && (
        <OptionList
          id={list}
          label={label}
          options={options}
          active={active}
          onHover={setActive}
          onChoose={choose}
          isStatic={props.isOpenAtOnce ?? false}
          empty={props.isLoading ? "Looking…" : props.onTyped && text ? `Press Enter to take “${text}”.` : (props.empty ?? "Nothing fits.")}
        />
      )}
    </div>
  );
}

interface ListProps {
  id: string;
  label: string;
  options: Option[];
  active: number;
  isStatic: boolean;
  empty: string;
  onHover(index: number): void;
  onChoose(option: Option): void;
}

function OptionList({ id, label, options, active, isStatic, empty, onHover, onChoose }: ListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (!isStatic) list.current?.scrollIntoView?.({ block: "nearest" });
  }, [isStatic]);
  const place = isStatic ? "mt-2 max-h-72" : "absolute inset-x-0 top-full z-50 mt-1 max-h-64 rounded-box border border-line bg-base-100 p-1 shadow-lg";
  if (!options.length)
    return (
      <div className={place}>
        <p id={id} className="p-2 text-sm text-muted" role="status">
          {empty}
        </p>
      </div>
    );
  const groups = grouped(options);
  return (
    <ul ref={list} id={id} role="listbox" aria-label={label} className={`${place} overflow-y-auto`}>
      {groups.map(({ name, items }, at) => (
        <li key={`${name} ${at}`} role={name ? "group" : "presentation"} aria-label={name || undefined}>
          {name && (
            <div className="px-2 pt-2 pb-0.5 text-xs font-semibold text-muted" aria-hidden="true">
              {name}
            </div>
          )}
          <ul role="presentation">
            {items.map(({ option, index }) => (
              <li
                key={option.value}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === active}
                className={`flex cursor-pointer items-baseline justify-between gap-3 rounded-field px-2 py-1.5 text-sm ${index === active ? "bg-base-200" : ""}`}
                onMouseMove={() => {
                  if (index !== active) onHover(index);
                }}
                onMouseDown={(event) => {
                  event.preventDefault();
                  onChoose(option);
                }}
              >
                <span className={`min-w-0 ${option.isPale ? "text-muted" : ""}`}>
                  {option.label}
                  {option.hint && <span className="ms-1.5 text-xs text-muted">{option.hint}</span>}
                </span>
                {option.aside && <span className="max-w-[45%] shrink-0 truncate text-xs text-muted">{option.aside}</span>}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function grouped(options: Option[]): { name: string; items: { option: Option; index: number }[] }[] {
  const groups: { name: string; items: { option: Option; index: number }[] }[] = [];
  options.forEach((option, index) => {
    const name = option.group ?? "";
    const last = groups.at(-1);
    if (last && last.name === name) last.items.push({ option, index });
    else groups.push({ name, items: [{ option, index }] });
  });
  return groups;
}
