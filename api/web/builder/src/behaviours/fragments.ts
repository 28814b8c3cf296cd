/// htmx with its extension for server-sent events (`hx-sse:connect`); importing this file starts both.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

/// Runs `each` for every element that matches, now and after every swap; an element is handed over once.
export function whenever<E extends HTMLElement>(selector: string, each: (element: E) => void): void {
  const seen = new WeakSet<Element>();
  const look = (): void => {
    for (const element of document.querySelectorAll<E>(selector)) {
      if (seen.has(element)) continue;
      seen.add(element);
      each(element);
    }
  };
  look();
  document.addEventListener("htmx:after:swap", look);
}

interface Asking {
  sourceElement: Element;
  request: { body: unknown };
  response?: { headers: Headers };
}

/// Requests of one form that wait for each other carry the version that the one before made: an answer's header `Fresh` is kept
/// in the form's `input[data-fresh]`, and read again as the next one leaves.
function freshField(request: Asking): HTMLInputElement | null | undefined {
  return request.sourceElement.closest("form")?.querySelector<HTMLInputElement>("input[data-fresh]");
}

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: Asking }>).detail;
  const field = freshField(ctx);
  if (field && ctx.request.body instanceof URLSearchParams) ctx.request.body.set(field.name, field.value);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: Asking }>).detail;
  const fresh = ctx.response?.headers.get("Fresh");
  const field = fresh ? freshField(ctx) : null;
  if (field && fresh) field.value = fresh;
});
