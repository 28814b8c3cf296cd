/// Alpine in its build for strict content policies: no expression is ever compiled.
import Alpine from "@alpinejs/csp";

export function startSprinkles(): void {
  if (document.querySelector("[x-data]")) Alpine.start();
}
