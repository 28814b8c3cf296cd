/// Builds every entry into ../static/dist with a manifest, beside the drawings of all icons for the server's `icon()`.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const ENTRIES = ["src/app.ts", "src/portal.ts", "src/automation_builder.tsx"];

function iconDrawings(): Plugin {
  const nodes = createRequire(import.meta.url).resolve("lucide-static/icon-nodes.json");
  return {
    name: "icon-drawings",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "icons.json", source: readFileSync(nodes) });
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  plugins: [react(), tailwindcss(), iconDrawings()],
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
