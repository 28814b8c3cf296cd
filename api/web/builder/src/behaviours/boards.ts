/// Drag boards. A column is `[data-board-column]` with `data-group-id`; a card has `data-move-url` and its own id in `data-card-id`.
/// A drop sends PUT {group_id, before_id} to the card's move URL; the keyboard path is the card's "Move to…" menu.
import Sortable from "sortablejs";
import { whenever } from "./fragments";
import { show } from "./toasts";

export function startBoards(): void {
  whenever<HTMLElement>("[data-board-column]", (column) => {
    Sortable.create(column, {
      group: column.dataset["boardColumn"] || "board",
      draggable: "[data-move-url]",
      filter: "a, button, input, select, textarea, summary",
      preventOnFilter: false,
      animation: 120,
      forceFallback: true, // native dragging neither works on touch nor in tests
      fallbackTolerance: 4,
      delay: 150,
      delayOnTouchOnly: true,
      ghostClass: "opacity-40",
      onEnd: (drop) => void send(drop.item, drop.to),
    });
  });
}

async function send(card: HTMLElement, column: HTMLElement): Promise<void> {
  const before = card.nextElementSibling as HTMLElement | null;
  const body = new URLSearchParams({ group_id: column.dataset["groupId"] ?? "", before_id: before?.dataset["cardId"] ?? "" });
  countCards();
  try {
    const answer = await fetch(card.dataset["moveUrl"] ?? "", { method: "PUT", body, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(answer.statusText);
  } catch {
    show({ kind: "error", text: "The card was not moved. Reload the page and try again." });
  }
}

/// Keeps the number beside each column's name true: `[data-board-count]` in the same section as the column.
function countCards(): void {
  for (const column of document.querySelectorAll("[data-board-column]")) {
    const count = column.closest("section")?.querySelector("[data-board-count]");
    if (count) count.textContent = String(column.querySelectorAll("[data-card-id]").length);
  }
}
