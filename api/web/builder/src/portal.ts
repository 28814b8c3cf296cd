/// What a client's browser loads: public forms, proposals, signing, booking, paying. Every one of them works without it.
import "@fontsource-variable/inter/opsz.css";
import "./styles/app.css";
import "./behaviours/fragments";
import { startDialogs } from "./behaviours/dialogs";
import { startFormLogic } from "./behaviours/form_logic";
import { startOwnZone } from "./behaviours/own_zone";
import { startSignaturePads } from "./behaviours/signature_pads";
import { startSprinkles } from "./behaviours/sprinkles";
import { startTicking } from "./behaviours/ticking";
import { startToasts } from "./behaviours/toasts";

startDialogs();
startFormLogic();
startToasts();
startTicking();
startOwnZone();
startSignaturePads();
startSprinkles();
