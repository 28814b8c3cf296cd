/// Shows and hides the questions of a form while it is filled in. The server decides again; without this all are shown.
import { whenever } from "./fragments";

interface Condition {
  field: string;
  comparison: string;
  value: string;
}

export function startFormLogic(): void {
  whenever<HTMLFormElement>("form[data-form-logic], [data-form-logic] form", (form) => {
    for (const note of form.querySelectorAll("[data-only-if]")) note.remove();
    const look = (): void => apply(form);
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    look();
  });
}

/// In the order of the page, because a hidden question counts as unanswered for those below it.
function apply(form: HTMLFormElement): void {
  for (const question of form.querySelectorAll<HTMLElement>("[data-show-if]")) {
    const conditions = JSON.parse(question.dataset["showIf"] ?? "[]") as Condition[];
    const isAsked = conditions.every((condition) => holds(condition, answersTo(form, condition.field)));
    question.hidden = !isAsked;
    for (const control of question.querySelectorAll<HTMLInputElement>("input, select, textarea")) control.disabled = !isAsked;
  }
}

function answersTo(form: HTMLFormElement, key: string): string[] {
  const asked = form.querySelector<HTMLElement>(`[data-field="${key}"]`);
  const given = new FormData(form).getAll(key).map((one) => (one instanceof File ? one.name : one.trim()));
  const isConsent = asked?.querySelector(`input[type=checkbox]#${CSS.escape(key)}`) != null;
  return given.filter((one) => one !== "").map((one) => (isConsent ? "yes" : one));
}

export function holds(condition: Condition, answers: string[]): boolean {
  const wanted = condition.value.trim().toLowerCase();
  const said = answers.map((one) => one.toLowerCase());
  const number = Number((answers[0] ?? "").replaceAll(",", ""));
  switch (condition.comparison) {
    case "filled":
      return said.length > 0;
    case "empty":
      return said.length === 0;
    case "over":
      return said.length > 0 && number > Number(wanted);
    case "under":
      return said.length > 0 && number < Number(wanted);
    case "contains":
      return said.some((one) => one.includes(wanted));
    case "is_not":
      return !said.includes(wanted);
    default:
      return said.includes(wanted);
  }
}
