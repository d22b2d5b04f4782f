// How the page's style sheets are bundled. As a program it prints one: `node sheets.mjs src/style.css`.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** KaTeX offers its fonts in three formats; every browser that we build for reads the first. */
const oneFormat = {
  name: "one font format",
  setup: ({ onLoad }) =>
    onLoad({ filter: /katex[\\/]dist[\\/]katex\.css$/ }, ({ path }) => {
      const others = /, url\([^()]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g;
      const contents = readFileSync(path, "utf8").replace(others, "");
      if (/\.(?:woff|ttf)\)/.test(contents))
        throw new Error("Expected only woff2 fonts in KaTeX's style. Has it changed?");
      return { contents, loader: "css", resolveDir: dirname(path) };
    }),
};

/** esbuild's options for style sheets. Fonts are part of them: nothing is asked of any host. */
export const style = {
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  bundle: true,
  minify: true,
  target: ["chrome111", "firefox113", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  loader: { ".woff2": "dataurl" },
  plugins: [oneFormat],
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { outputFiles } = await build({ ...style, entryPoints: [argv[2]], outdir: "out", write: false });
  process.stdout.write(outputFiles[0].text);
}
