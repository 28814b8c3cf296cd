/// The search dialog: `/` or Ctrl-K opens it, arrows walk the results, Enter follows.
export function startPalette(): void {
  document.addEventListener("keydown", (event) => {
    const dialog = document.getElementById("palette");
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (dialog.open) walk(dialog, event);
    else if (isCall(event)) {
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("input")?.select();
    }
  });
}

function isCall(event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) return true;
  const writing = (event.target as Element).closest("input, textarea, select, [contenteditable]");
  return event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function walk(dialog: HTMLDialogElement, event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [...dialog.querySelectorAll<HTMLElement>("input[type=search], [data-results] a")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const next = stops[(at + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length];
  event.preventDefault();
  next?.focus();
}
