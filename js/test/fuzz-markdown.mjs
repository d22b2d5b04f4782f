// Random documents against batch markdown-it, many more than a test run looks at:
//   node test/fuzz-markdown.mjs [--docs 20000] [--seed N]      the seed is printed, for another run of the same documents
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { docs: { type: "string" }, seed: { type: "string" } } });
const docs = values.docs ?? "20000";
const seed = values.seed ?? String(Date.now() % 2 ** 31);
process.stdout.write(`${docs} documents of seed ${seed}\n`);
const { status } = spawnSync("npx", ["vitest", "run", "test/markdown"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: { ...process.env, FUZZ_DOCS: docs, FUZZ_SEED: seed },
  stdio: "inherit",
});
process.exit(status ?? 1);
