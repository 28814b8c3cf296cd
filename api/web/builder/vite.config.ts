/// Builds every entry into ../static/dist with a manifest, beside the drawings of all icons for the server's `icon()`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const ENTRIES = ["src/app.ts", "src/portal.ts", "src/automation_builder.tsx", "src/automation_run.tsx"];

function iconDrawings(): Plugin {
  const nodes = createRequire(import.meta.url).resolve("lucide-static/icon-nodes.json");
  return {
    name: "icon-drawings",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "icons.json", source: readFileSync(nodes) });
    },
  };
}

/// `virtual:icons`: the drawing of every icon that a source names in quotes, and of no other; all of them would be 800 kB.
function namedIcons(): Plugin {
  const nodes = createRequire(import.meta.url).resolve("lucide-static/icon-nodes.json");
  const sources = fileURLToPath(new URL("src", import.meta.url));
  return {
    name: "named-icons",
    resolveId: (id) => (id === "virtual:icons" ? "\0virtual:icons" : undefined),
    load(id) {
      if (id !== "\0virtual:icons") return undefined;
      const all = JSON.parse(readFileSync(nodes, "utf8")) as Record<string, unknown>;
      const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
      const text = files.map((name) => readFileSync(`${sources}/${name}`, "utf8")).join("\n");
      const named = new Set([...text.matchAll(/["'`]([a-z0-9-]+)["'`]/g)].map((match) => match[1] ?? ""));
      return `export default ${JSON.stringify(Object.fromEntries(Object.entries(all).filter(([name]) => named.has(name))))}`;
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  plugins: [react(), tailwindcss(), iconDrawings(), namedIcons()],
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: ENTRIES.filter((entry) => existsSync(new URL(entry, import.meta.url))) },
  },
});
