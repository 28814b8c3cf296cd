/// A row of tabs that is wider than the screen begins where the open one is seen.
export function startTabs(): void {
  for (const open of document.querySelectorAll<HTMLElement>("[data-tabs] > [aria-current]")) {
    const row = open.parentElement!;
    const [tab, frame] = [open.getBoundingClientRect(), row.getBoundingClientRect()];
    if (tab.right > frame.right) row.scrollLeft += (tab.left + tab.right - frame.left - frame.right) / 2;
  }
}
