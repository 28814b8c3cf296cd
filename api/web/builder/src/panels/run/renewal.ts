/// Parts of a page that were read anew take the place of the old ones, and keep what a person has opened and typed there.

export function renewed(old: Element, fresh: Element): void {
  const next = document.importNode(fresh, true);
  keepTyped(old, next);
  keepOpened(old, next);
  const at = focusIn(old, next);
  old.replaceWith(next);
  at?.focus();
}

/// Whether somebody is typing in a part: replacing it would take the caret away.
export const isTypedIn = (part: Element): boolean => part.contains(document.activeElement) && !!document.activeElement?.matches("input, select, textarea");

/// What has the focus in the old part, in the new one.
function focusIn(old: Element, next: Element): HTMLElement | undefined {
  const now = document.activeElement;
  if (!now || !old.contains(now)) return undefined;
  const alike = (within: Element): HTMLElement[] => [...within.querySelectorAll<HTMLElement>(now.tagName)].filter((one) => one.textContent === now.textContent);
  return alike(next)[alike(old).indexOf(now as HTMLElement)];
}

/// Forms are known again by where they lead.
function keepTyped(old: Element, next: Element): void {
  for (const form of old.querySelectorAll<HTMLFormElement>("form[action]")) {
    const same = next.querySelector<HTMLFormElement>(`form[action="${CSS.escape(form.getAttribute("action") ?? "")}"]`);
    for (const field of same ? form.elements : []) if (same) keepField(field, same);
  }
}

function keepField(field: Element, form: HTMLFormElement): void {
  const found = [...form.elements].filter((one) => one.getAttribute("name") === field.getAttribute("name"));
  if (field instanceof HTMLInputElement && field.type === "radio") {
    for (const one of found) if (one instanceof HTMLInputElement && one.value === field.value) one.checked = field.checked;
  } else if (isTyped(field)) {
    for (const one of found) if (isTyped(one)) one.value = field.value;
  }
}

const isTyped = (field: Element): field is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement =>
  field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text");

/// What is folded out is known again by its words and by how many of the same words come before it.
function keepOpened(old: Element, next: Element): void {
  const now = folds(next);
  for (const [name, fold] of folds(old)) {
    const same = now.get(name);
    if (same) same.open = fold.open;
  }
}

function folds(within: Element): Map<string, HTMLDetailsElement> {
  const found = new Map<string, HTMLDetailsElement>();
  const counted = new Map<string, number>();
  for (const fold of within.querySelectorAll("details")) {
    const words = `${fold.querySelector("form")?.getAttribute("action") ?? ""} ${fold.querySelector("summary")?.textContent?.trim() ?? ""}`;
    const before = counted.get(words) ?? 0;
    counted.set(words, before + 1);
    found.set(`${words} ${before}`, fold);
  }
  return found;
}
