// Bundles src/ into the one file that Python ships: `npm ci && npm run build`.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [here("src/index.js")],
  outfile: process.argv[2] ?? here("../static/view.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text" },
  legalComments: "none", // LICENSES.txt beside the bundle has them whole
  logLevel: "warning",
});
