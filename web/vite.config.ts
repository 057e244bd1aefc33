import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `VOCATIVE_SERVER` lets `npm run dev` talk to a server that runs elsewhere.
const server = process.env["VOCATIVE_SERVER"] ?? "http://127.0.0.1:8765";

export default defineConfig({
  base: "./", // the page may be mounted below any path
  plugins: [react(), tailwindcss()],
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
