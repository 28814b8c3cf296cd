/// Dialogs: `commandfor` for browsers that do not know it yet, closing by a click beside, and `data-confirm` before a destructive act.
export function startDialogs(): void {
  if (!("commandForElement" in HTMLButtonElement.prototype)) document.addEventListener("click", openByCommand);
  document.addEventListener("click", closeBeside);
  document.addEventListener("submit", askFirst, { capture: true });
}

function openByCommand(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[commandfor]");
  const dialog = document.getElementById(button?.getAttribute("commandfor") ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button?.getAttribute("command") === "close") dialog.close();
  else dialog.showModal();
}

function closeBeside(event: MouseEvent): void {
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
}

const agreed = new WeakSet<HTMLFormElement>();

function askFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = event.submitter?.dataset["confirm"] ?? form.dataset["confirm"];
  if (!question || agreed.delete(form)) return;
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  const [, asked, consequence] = /^([^?]*\?)\s+(.+)$/s.exec(question) ?? ["", question, ""];
  dialog.querySelector("[data-question]")!.textContent = asked!;
  dialog.querySelector("[data-consequence]")!.textContent = consequence!;
  dialog.querySelector("[data-yes]")!.textContent = submitter?.textContent?.trim() || "Yes";
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      agreed.add(form);
      form.requestSubmit(submitter);
    },
    { once: true },
  );
  dialog.showModal();
}
