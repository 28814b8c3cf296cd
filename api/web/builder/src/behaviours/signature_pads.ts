/// Signing by hand: a canvas `[data-signature-pad="input id"]` writes a PNG into the input it names; `[data-signature-clear]` wipes it.
import SignaturePad from "signature_pad";
import { whenever } from "./fragments";

export function startSignaturePads(): void {
  whenever<HTMLCanvasElement>("canvas[data-signature-pad]", (canvas) => {
    const input = document.getElementById(canvas.dataset["signaturePad"] ?? "");
    if (!(input instanceof HTMLInputElement)) return;
    const pad = new SignaturePad(canvas, { minWidth: 0.8, maxWidth: 2.6, penColor: "#1e1d1a" });
    const keep = (): void => {
      input.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    pad.addEventListener("endStroke", keep);
    canvas.parentElement?.querySelector("[data-signature-clear]")?.addEventListener("click", () => {
      pad.clear();
      keep();
    });
    new ResizeObserver(() => fit(canvas, pad)).observe(canvas);
  });
}

/// Sharp on dense screens; strokes survive turning the phone.
function fit(canvas: HTMLCanvasElement, pad: SignaturePad): void {
  const ratio = Math.max(1, window.devicePixelRatio);
  const strokes = pad.toData();
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d")?.scale(ratio, ratio);
  pad.clear();
  pad.fromData(strokes);
}
