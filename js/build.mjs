// Builds what the kernel sends to the page, minified: the view, and the parts that only some answers need. Prints sizes.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundle } from "./bundle.mjs";
import { style } from "./sheets.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "streamcell", "static");

const modules = {
  widget: "src/index.ts",
  loader: "src/loader.ts",
  notebook: "src/notebook.ts",
  highlight: "src/markdown/highlight/index.ts",
  maths: "src/markdown/maths/index.ts",
};
const sheets = { widget: "src/style.css", maths: "src/markdown/maths/maths.css" };
await build({ ...style, entryPoints: sheets, outdir: out });
for (const [name, code] of Object.entries(await bundle(modules))) writeFileSync(join(out, name), code);

for (const name of ["widget.js", "widget.css", "loader.js", "notebook.js", "highlight.js", "maths.js", "maths.css"]) {
  const bytes = readFileSync(join(out, name));
  console.log(
    `${name.padEnd(12)} ${bytes.length.toLocaleString("en")} B, gzip ${gzipSync(bytes, { level: 9 }).length.toLocaleString("en")} B`,
  );
}

// Others' tools save a widget's module text with every widget: what each widget carries stays below 2 KB.
const loader = readFileSync(join(out, "loader.js")).length;
if (loader > 2048) throw new Error(`Expected loader.js to be at most 2,048 B, it is ${loader} B.`);
