/// What a member's browser loads: htmx for fragments, Alpine for sprinkles, and the few behaviours below.
import "@fontsource-variable/inter/opsz.css";
import "./styles/app.css";
import "./behaviours/fragments";
import { startBoards } from "./behaviours/boards";
import { startDialogs } from "./behaviours/dialogs";
import { startFormLogic } from "./behaviours/form_logic";
import { startMenus } from "./behaviours/menus";
import { startPalette } from "./behaviours/palette";
import { startSprinkles } from "./behaviours/sprinkles";
import { startTabs } from "./behaviours/tabs";
import { startTheme } from "./behaviours/theme";
import { startTicking } from "./behaviours/ticking";
import { startToasts } from "./behaviours/toasts";

startTheme();
startDialogs();
startFormLogic();
startToasts();
startMenus();
startPalette();
startTabs();
startTicking();
startBoards();
startSprinkles();
