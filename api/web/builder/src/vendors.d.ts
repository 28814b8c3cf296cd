declare module "htmx.org/dist/ext/hx-sse.js";

declare module "@alpinejs/csp" {
  const Alpine: { start(): void; data(name: string, make: (...given: never[]) => object): void };
  export default Alpine;
}

declare module "virtual:icons" {
  const drawings: Record<string, readonly (readonly [string, Record<string, string>])[]>;
  export default drawings;
}
