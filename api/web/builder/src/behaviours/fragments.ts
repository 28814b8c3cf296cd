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
