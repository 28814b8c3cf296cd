/// What the page of the builder loads.
import "@xyflow/react/dist/base.css";
import "./styles/builder.css";
import { createRoot } from "react-dom/client";
import { get } from "./api";
import { Builder } from "./canvas/builder";
import { startChecking } from "./canvas/checking";
import { makeCommands } from "./canvas/commands";
import { pageData } from "./canvas/page_data";
import { startSaving } from "./canvas/saving";
import { makeSession } from "./canvas/session";
import type { Catalogue } from "./graph/types";
import { learnIcons } from "./icon";

async function start(place: HTMLElement): Promise<void> {
  const page = pageData();
  learnIcons(page.icons);
  const catalogue = await get<Catalogue>("/automation_catalogue");
  const session = makeSession(page.automation, catalogue);
  const saver = startSaving(session);
  startChecking(session);
  createRoot(place).render(<Builder session={session} commands={makeCommands(session)} saver={saver} page={page} />);
}

const place = document.getElementById("builder");
if (place)
  start(place).catch((error: Error) => {
    const said = place.querySelector("[role=status]");
    if (said) said.textContent = `The drawing could not be loaded. ${error.message} Reload the page to try again.`;
  });
