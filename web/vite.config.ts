import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `VOCATIVE_SERVER` lets `npm run dev` talk to a server that runs elsewhere.
const server = process.env["VOCATIVE_SERVER"] ?? "http://127.0.0.1:8765";

/** What pdf.js fetches when a PDF needs it – fonts that every reader has, character maps, decoders – with their licences. */
function pdfFiles(): Plugin {
  const home = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  const address = `assets/pdfjs-${version}`;
  return {
    name: "pdf-files",
    generateBundle() {
      for (const folder of ["cmaps", "iccs", "standard_fonts", "wasm"]) {
        for (const name of readdirSync(join(home, folder))) {
          if (name.endsWith(".js")) continue; // for browsers without WebAssembly, which lack all else that is needed
          this.emitFile({ type: "asset", fileName: `${address}/${folder}/${name}`, source: readFileSync(join(home, folder, name)) });
        }
      }
      this.emitFile({ type: "asset", fileName: `${address}/LICENSE`, source: readFileSync(join(home, "LICENSE")) });
    },
    configureServer(dev) {
      dev.middlewares.use(`/${address}`, (request, response) => {
        const [, folder = "", name = ""] = /^\/(cmaps|iccs|standard_fonts|wasm)\/([\w.-]+)$/u.exec(request.url ?? "") ?? [];
        response.end(readFileSync(join(home, folder, name)));
      });
    },
  };
}

export default defineConfig({
  base: "./", // the page may be mounted below any path
  plugins: [react(), tailwindcss(), pdfFiles()],
  worker: { format: "es" },
  build: {
    outDir: "dist",
    target: "es2022",
    // Nothing inlined and no polyfill: the page must run under a Content-Security-Policy of 'self' alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", embed: "src/embed/embed.ts" },
      // Pages of others name this file, so its name stays.
      output: { entryFileNames: (chunk) => (chunk.name === "embed" ? "embed.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true },
      "/api": server,
      "/documents": server,
      "/brand": server,
      "/healthz": server,
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
