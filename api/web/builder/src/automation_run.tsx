/// What the page of a run loads: the canvas above, and the parts of the page below renewed whenever the run moved.
import "@xyflow/react/dist/base.css";
import "./styles/builder.css";
import "./styles/run.css";
import { createRoot } from "react-dom/client";
import { laidOut } from "./graph/layout";
import { drawingOf, type Drawing } from "./graph/types";
import { learnIcons } from "./icon";
import type { RunData } from "./panels/run/facts";
import { placed } from "./panels/run/overlay";
import { isTypedIn, renewed } from "./panels/run/renewal";
import { RunView } from "./panels/run/run_view";
import { watch, type Watched } from "./panels/run/stream";

function start(place: HTMLElement): void {
  const data = JSON.parse(document.getElementById("run-data")?.textContent ?? "{}") as RunData;
  const drawing = withPlaces(drawingOf(data.drawing));
  learnIcons(data.icons);
  const { behind, iteration } = document.getElementById("run-data")?.dataset ?? {};
  const came = placed(data.steps, drawing).find((one) => one.row.node_path === behind && one.row.iteration === Number(iteration));
  const watched = watch(data.run, data.steps);
  place.hidden = false;
  createRoot(place.querySelector("[data-stage]") as HTMLElement).render(<RunView drawing={drawing} catalogue={data.catalogue} trigger={data.trigger} zone={data.zone} watched={watched} came={came} />);
  let shown = told(watched.get());
  watched.subscribe(() => {
    const now = told(watched.get());
    if (now === shown) return;
    shown = now;
    renewSoon();
  });
}

/// Folded bodies are opened: what happened in them is the point here.
function withPlaces(drawing: Drawing): Drawing {
  const isPlaced = drawing.nodes.every((node) => drawing.positions[node.id]);
  return { ...drawing, collapsed: [], positions: isPlaced ? drawing.positions : laidOut(drawing) };
}

function told({ run, steps }: Watched): string {
  return JSON.stringify([run.status, run.waits, steps.length, run.next_wake_at, steps.map((step) => step.status)]);
}

let soon: ReturnType<typeof setTimeout> | undefined;

/// Everything on the page that carries `data-live` is read anew from the server, which wrote it. Where somebody is at work it waits.
function renewSoon(): void {
  clearTimeout(soon);
  soon = setTimeout(() => void renew(), 150);
}

async function renew(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${old.getAttribute("data-live") ?? ""}"]`);
    if (!fresh || fresh.innerHTML === old.innerHTML) continue;
    if (isTypedIn(old)) old.addEventListener("focusout", renewSoon, { once: true });
    else renewed(old, fresh);
  }
}

const place = document.getElementById("run-view");
if (place) start(place);
