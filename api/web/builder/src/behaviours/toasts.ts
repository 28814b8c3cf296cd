/// Short notices. The server raises one with the header `HX-Trigger: {"toast": {"kind": "success", "text": "Saved"}}`.
type Notice = { kind?: string; text?: string };

export function startToasts(): void {
  document.addEventListener("toast", (event) => show((event as CustomEvent<Notice>).detail));
  document.addEventListener("htmx:error", () => show({ kind: "error", text: "No connection. Nothing was lost; try again." }));
  for (const toast of document.querySelectorAll<HTMLElement>("#toasts > [data-kind]")) fade(toast);
  document.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-dismiss]")?.closest("[data-kind]")?.remove();
  });
}

export function show({ kind = "success", text = "" }: Notice): void {
  const shape = document.querySelector<HTMLTemplateElement>(`template[data-toast="${kind}"]`);
  const area = document.getElementById("toasts");
  const toast = shape?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!area || !toast) return;
  toast.querySelector("[data-text]")!.textContent = text;
  area.append(toast);
  fade(toast);
}

function fade(toast: HTMLElement): void {
  // An error stays until it is read.
  if (toast.dataset["kind"] !== "error") setTimeout(() => toast.remove(), 6000);
}
