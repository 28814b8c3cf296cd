/// What the page of the builder loads.
import { createRoot } from "react-dom/client";
import { get } from "./api";
import { Builder } from "./canvas/builder";
import { pageData } from "./canvas/page_data";
import { makeSession } from "./canvas/session";
import type { Catalogue } from "./graph/types";
import { learnIcons } from "./icon";

const place = document.getElementById("builder");
if (place) {
  const page = pageData();
  learnIcons(page.icons);
  const catalogue = await get<Catalogue>("/automation_catalogue");
  createRoot(place).render(<Builder session={makeSession(page.automation, catalogue)} zone={page.zone} />);
}
