/// A menu that would open beyond the edge of a narrow screen moves inside.
const GAP = 8;

export function startMenus(): void {
  document.addEventListener("toggle", moveInside, { capture: true });
}

function moveInside(event: Event): void {
  const menu = (event.target as Element).querySelector<HTMLElement>(":scope > .dropdown-content");
  if (!menu) return;
  menu.style.translate = "";
  const { left, right } = menu.getBoundingClientRect();
  const beyond = left < GAP ? GAP - left : Math.min(0, document.documentElement.clientWidth - GAP - right);
  if (beyond && right > left) menu.style.translate = `${beyond}px 0`;
}
