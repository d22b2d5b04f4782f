// How the page's code is bundled, and what of its dependencies is left out. As a program it prints one bundled module:
// `node bundle.mjs src/markdown/index.ts`.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import { slimPackages } from "./slim.mjs";

/** esbuild's options for code that goes to the page. */
export const page = {
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  outdir: "out",
  write: false,
  // The same references in half the bytes; test/entities.test.ts compares the two.
  alias: { entities: "./src/entities.ts" },
  plugins: [slimPackages],
};

/**
 * What terser, which looks into what esbuild only shortens, makes a thirtieth smaller when packed. Unsafe is that it has
 * `"" + x` for `String(x)`, which differ for symbols: JSON has none.
 */
const SMALL = {
  module: true,
  ecma: 2020,
  compress: { passes: 2, unsafe: true, unsafe_arrows: true, unsafe_methods: true, inline: 1 },
  mangle: { properties: { regex: privateNames(), keep_quoted: true } },
};

/**
 * Matches the names of private members that no other object has: they may be short, since nothing outside of a bundle
 * sees them. What crosses the comm is typed in our sources, so that its names are known; browsers' names terser knows.
 */
function privateNames() {
  const source = join(page.absWorkingDir, "src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const code = files.map((file) => readFileSync(join(source, file), "utf8")).join("\n");
  const members = code.matchAll(/\bprivate (?:readonly )?(?:get )?(\w+)(?=[(:<]| =)/g);
  const isSeen = (name) =>
    RegExp(`(?<!this)\\.${name}\\b|(?<!private |readonly |get )\\b${name}\\??:|["']${name}["']`).test(code);
  const names = new Set([...members].map(([, name]) => name));
  return RegExp(`^(?:${[...names].filter((name) => !isSeen(name)).join("|")})$`);
}

/**
 * The modules as they go to the page.
 * @param {Record<string, string>} entryPoints sources by the names that their modules get
 * @returns {Promise<Record<string, string>>} code by name
 */
export async function bundle(entryPoints) {
  const { outputFiles } = await build({ ...page, minify: true, entryPoints });
  const modules = outputFiles.map(async ({ path, text }) => [basename(path), (await minify(text, SMALL)).code]);
  return Object.fromEntries(await Promise.all(modules));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { "module.js": code } = await bundle({ module: argv[2] });
  process.stdout.write(code);
}
