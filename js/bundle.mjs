// How the page's code is bundled, and what of its dependencies is left out. As a program it prints one bundled module:
// `node bundle.mjs src/markdown/index.ts`.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * markdown-it without its block parser and renderer: `src/markdown` has its own of both, and they are a tenth of all that
 * the page loads. Plugins still find something to hang their block rules on. Each text must be there, or the build stops.
 */
const CUTS = [
  ['"block",\n\t\t\tnew ParserBlock()', '"block", { ruler: { before() {}, enableOnly() {} } }'],
  ['"renderer",\n\t\t\tnew Renderer()', '"renderer", { rules: {} }'],
  ['_defineProperty(MarkdownIt, "Renderer", Renderer);', ""],
  ['_defineProperty(MarkdownIt, "ParserBlock", ParserBlock);', ""],
  ['_defineProperty(MarkdownIt, "StateBlock", StateBlock);', ""],
];

function cut(text, [there, instead]) {
  if (text.split(there).length !== 2) {
    throw new Error(`Expected ${JSON.stringify(there)} once in markdown-it. Has it changed? See CUTS in bundle.mjs.`);
  }
  return text.replace(there, instead);
}

const slimMarkdownIt = {
  name: "slim markdown-it",
  setup: ({ onLoad }) =>
    onLoad({ filter: /markdown-it[\\/]dist[\\/]markdown-it\.mjs$/ }, ({ path }) => ({
      contents: CUTS.reduce(cut, readFileSync(path, "utf8")),
      loader: "js",
    })),
};

/** esbuild's options for code that goes to the page. */
export const page = {
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  // The same references in half the bytes; test/entities.test.ts compares the two.
  alias: { entities: "./src/entities.ts" },
  plugins: [slimMarkdownIt],
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { outputFiles } = await build({ ...page, entryPoints: [argv[2]], write: false });
  process.stdout.write(outputFiles[0].text);
}
