/// Running clocks: `<time data-ticking-since="2026-11-22T09:00:00Z">` counts up as 1:02:03.
export function startTicking(): void {
  const tick = (): void => {
    for (const clock of document.querySelectorAll<HTMLElement>("[data-ticking-since]")) {
      const since = Date.parse(clock.dataset["tickingSince"] ?? "");
      if (!Number.isNaN(since)) clock.textContent = asClock(Math.max(0, Math.floor((Date.now() - since) / 1000)));
    }
  };
  tick();
  setInterval(tick, 1000);
}

export function asClock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
