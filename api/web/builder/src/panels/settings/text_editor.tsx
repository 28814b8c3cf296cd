/// Text with fields in it as chips. Typing `{{` or pressing the button opens the picker; chips move and go like letters.
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Icon } from "../../icon";
import { FloatingPicker } from "./field_picker";
import { PlaceSettings } from "./place_settings";
import { pathInWords } from "./readable";
import { useStep } from "./step_context";
import { madePlace, piecesOf, placeOf, type Place } from "./text_places";

interface Props {
  id: string;
  label: string;
  value: string;
  isLong: boolean;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  onChange(text: string): void;
}

const CHIP =
  "mx-px inline-flex max-w-full items-center rounded bg-primary/10 px-1.5 align-baseline text-[0.9em] font-medium text-ink ring-1 ring-inset ring-primary/25 cursor-pointer";

export function TextEditor({ id, label, value, isLong, onChange, ...more }: Props): ReactNode {
  const { schema } = useStep();
  const box = useRef<HTMLDivElement>(null);
  const written = useRef<string | null>(null);
  const caret = useRef<Range | null>(null);
  const [isPicking, setPicking] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const places = piecesOf(value).filter((piece) => piece.kind === "place");
  const nameOf = (place: Place): string => pathInWords(place.path, schema);

  // The browser owns what is inside; it is drawn anew only when the text changed from outside, such as by undo.
  // Before the next letter can come: later, this would take the letter for a change from outside and send the caret to the beginning.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (written.current !== value) {
      draw(element, value, nameOf);
      written.current = value;
    } else rename(element, nameOf);
  });

  const read = (): void => {
    const element = box.current;
    if (!element) return;
    const text = textIn(element);
    if (text === written.current) return;
    written.current = text;
    onChange(text);
  };
  const remember = (): void => {
    const selection = getSelection();
    if (selection?.rangeCount && box.current?.contains(selection.anchorNode)) caret.current = selection.getRangeAt(0).cloneRange();
  };
  const restore = (): void => {
    const element = box.current;
    if (!element) return;
    element.focus();
    const selection = getSelection();
    if (!selection) return;
    selection.removeAllRanges();
    if (caret.current && element.contains(caret.current.startContainer)) selection.addRange(caret.current);
    else {
      selection.selectAllChildren(element);
      selection.collapseToEnd();
    }
  };
  const put = (place: Place): void => {
    setPicking(false);
    restore();
    const before = textBeforeCaret();
    if (before.endsWith("{{")) {
      getSelection()?.modify("extend", "backward", "character");
      getSelection()?.modify("extend", "backward", "character");
    }
    insert(chipHtml(place, nameOf(place)));
    read();
  };
  const cancel = (): void => {
    setPicking(false);
    restore();
  };
  const onInput = (): void => {
    const before = textBeforeCaret();
    if (before.endsWith("{{")) {
      remember();
      setPicking(true);
    } else if (before.endsWith("}}")) convert(before);
    read();
  };
  /// A place that was written by hand becomes a chip as soon as it is closed.
  const convert = (before: string): void => {
    const source = /\{\{[^{}]+\}\}$/.exec(before)?.[0];
    const place = source ? placeOf(source) : null;
    const selection = getSelection();
    if (!source || !place || !selection) return;
    for (let letters = 0; letters < source.length; letters++) selection.modify("extend", "backward", "character");
    insert(chipHtml(place, nameOf(place)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (isLong) document.execCommand("insertLineBreak");
    } else if ((event.ctrlKey || event.metaKey) && ["b", "i", "u"].includes(event.key.toLowerCase())) event.preventDefault();
  };
  const reformat = (index: number, place: Place): void => {
    let seen = -1;
    const pieces = piecesOf(value).map((piece) => (piece.kind === "place" && (seen += 1) === index ? place : piece));
    onChange(pieces.map((piece) => (piece.kind === "text" ? piece.text : piece.source)).join(""));
  };

  return (
    <div className="relative">
      <div
        ref={box}
        id={id}
        role="textbox"
        aria-label={label}
        aria-multiline={isLong}
        aria-describedby={more.describedBy}
        aria-invalid={more.isInvalid || undefined}
        tabIndex={0}
        contentEditable
        suppressContentEditableWarning
        spellCheck
        className={`w-full overflow-y-auto rounded-field border bg-base-100 px-3 py-2 pe-9 text-sm leading-6 break-words whitespace-pre-wrap ${
          isLong ? "max-h-72 min-h-28" : "min-h-10 max-h-24"
        } ${more.isInvalid ? "border-warning" : "border-base-300"}`}
        onInput={onInput}
        onKeyDown={onKeyDown}
        onKeyUp={remember}
        onMouseUp={remember}
        onBlur={remember}
        onPaste={(event) => {
          event.preventDefault();
          const text = event.clipboardData.getData("text/plain");
          const clean = isLong ? text : text.replaceAll(/\s*\n\s*/g, " ");
          insert(piecesOf(clean).map((piece) => (piece.kind === "text" ? escaped(piece.text) : chipHtml(piece, nameOf(piece)))).join(""));
        }}
        onCopy={(event) => copied(event.nativeEvent)}
        onDrop={(event) => event.preventDefault()}
        onClick={(event) => {
          const chip = (event.target as Element).closest("[data-place]");
          const chips = [...(box.current?.querySelectorAll("[data-place]") ?? [])];
          if (chip) setChosen(chips.indexOf(chip));
        }}
      />
      <button
        type="button"
        className="btn btn-ghost btn-xs btn-square absolute end-1.5 top-1.5"
        title="Put in a field (or type {{)"
        aria-label={`Put a field into ${label}`}
        aria-expanded={isPicking}
        onClick={() => setPicking(!isPicking)}
      >
        <Icon name="braces" className="size-4" />
      </button>
      {isPicking && (
        <FloatingPicker
          onChoose={(path) => put(madePlace(path))}
          onWritten={(inside) => {
            const place = placeOf(`{{${inside}}}`);
            if (place) put(place);
            else cancel();
          }}
          onCancel={cancel}
        />
      )}
      {places.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-1" aria-label={`Fields in ${label}`}>
          {places.map((place, index) => (
            <li key={`${place.source} ${index}`}>
              <button
                type="button"
                className="btn btn-ghost btn-xs h-6 gap-1 font-normal text-muted"
                aria-expanded={chosen === index}
                onClick={() => setChosen(chosen === index ? null : index)}
              >
                <Icon name="settings-2" className="size-3" />
                {nameOf(place)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen !== null && places[chosen] && (
        <PlaceSettings place={places[chosen]} name={nameOf(places[chosen])} onChange={(place) => reformat(chosen, place)} onClose={() => setChosen(null)} />
      )}
    </div>
  );
}

function draw(element: HTMLElement, text: string, nameOf: (place: Place) => string): void {
  element.replaceChildren(
    ...piecesOf(text).map((piece) => (piece.kind === "text" ? document.createTextNode(piece.text) : chip(piece, nameOf(piece)))),
    // A line break at the very end shows only before something; this is no part of the text.
    document.createElement("br"),
  );
}

function rename(element: HTMLElement, nameOf: (place: Place) => string): void {
  for (const found of element.querySelectorAll<HTMLElement>("[data-place]")) {
    const place = placeOf(found.dataset["place"] ?? "");
    if (place && found.textContent !== nameOf(place)) found.textContent = nameOf(place);
  }
}

function chip(place: Place, name: string): HTMLElement {
  const made = document.createElement("span");
  made.contentEditable = "false";
  made.dataset["place"] = place.source;
  made.className = CHIP;
  made.textContent = name;
  return made;
}

const chipHtml = (place: Place, name: string): string => chip(place, name).outerHTML;

/// Put HTML at the caret, so that the browser's own undo knows of it, and the caret behind it: browsers leave it inside of a chip.
function insert(html: string): void {
  document.execCommand("insertHTML", false, html);
  const selection = getSelection();
  const chip = selection?.anchorNode?.parentElement?.closest("[data-place]");
  if (!selection || !chip) return;
  if (!chip.nextSibling) chip.after(document.createElement("br"));
  const behind = document.createRange();
  behind.setStartAfter(chip);
  selection.removeAllRanges();
  selection.addRange(behind);
}

function escaped(text: string): string {
  const made = document.createElement("span");
  made.textContent = text;
  return made.innerHTML.replaceAll("\n", "<br>");
}

/// The text of the editor with its chips as places; the browser's own line elements become line breaks.
function textIn(element: HTMLElement): string {
  const parts: string[] = [];
  const walk = (node: Node): void => {
    if (node instanceof HTMLElement && node.dataset["place"]) parts.push(node.dataset["place"]);
    else if (node instanceof Text) parts.push(node.data.replaceAll("\u00a0", " "));
    else if (node instanceof HTMLBRElement) {
      if (node !== element.lastChild) parts.push("\n");
    } else {
      if (node !== element && node instanceof HTMLDivElement && parts.length && !parts.at(-1)?.endsWith("\n")) parts.push("\n");
      node.childNodes.forEach(walk);
    }
  };
  walk(element);
  return parts.join("");
}

function copied(event: ClipboardEvent): void {
  const selection = getSelection();
  if (!selection?.rangeCount || !event.clipboardData) return;
  const holder = document.createElement("div");
  holder.append(selection.getRangeAt(0).cloneContents(), document.createElement("br"));
  event.clipboardData.setData("text/plain", textIn(holder));
  event.preventDefault();
}

function textBeforeCaret(): string {
  const selection = getSelection();
  const node = selection?.anchorNode;
  return node instanceof Text ? node.data.slice(0, selection?.anchorOffset ?? 0) : "";
}
