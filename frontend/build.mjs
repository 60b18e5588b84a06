// Bundles for the two kinds of page: plain ones, and the cockpit with its charts.
import { build } from "esbuild";

await build({
  entryPoints: ["src/app.js", "src/cockpit.js", "src/grid.js", "src/app.css", "src/cockpit.css", "src/grid.css"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  outdir: "../src/gongjian/lib/static/gongjian/dist",
  logLevel: "warning",
});
