// How the page's code is bundled, and what of its dependencies is left out. As a program it prints one bundled module:
// `node bundle.mjs src/markdown/index.ts`.
import { dirname } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { slimPackages } from "./slim.mjs";

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
  plugins: [slimPackages],
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { outputFiles } = await build({ ...page, entryPoints: [argv[2]], write: false });
  process.stdout.write(outputFiles[0].text);
}
