// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "..", "src");

/** Imports point to a lower layer, or stay within a folder. */
const LAYERS: [pattern: RegExp, layer: number][] = [
  [/^(?:wire\.gen|entities\.gen|json)\.ts$/, 0],
  [/^(?:store|partial-json|times|host|entities)\.ts$/, 1],
  [/^scheduler\.ts$/, 2],
  [/^markdown\//, 2],
  [/^views\//, 3],
  [/^link\.ts$/, 4],
  [/^(?:index|loader|notebook)\.ts$/, 5],
];

/** What has one door. */
const DOORS: [what: RegExp, where: RegExp][] = [
  [/\bdocument\.|\bnavigator\.|\bcreateElement/, /^(?:views|markdown)\/|^loader\.ts$/],
  [/\bmodel\.send\b/, /^(?:link|loader|notebook)\.ts$/],
  [/\bfrom "markdown-it/, /^markdown\//],
  [/\b(?:requestAnimationFrame)\b/, /^scheduler\.ts$/],
];

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function layerOf(file: string): number {
  const layer = LAYERS.find(([pattern]) => pattern.test(file))?.[1];
  if (layer === undefined) throw new Error(`${file} has no layer. Give it a row in LAYERS.`);
  return layer;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  const paths = [...text.matchAll(/from "(\.[^"]+)\.js"/g)].map((match) => match[1] as string);
  return paths.map((path) => `${normalize(join(dirname(file), path))}.ts`);
}

it("imports point downwards", () => {
  for (const file of files) {
    for (const other of importsOf(file)) {
      const isInFolder = file.includes("/") && dirname(other).startsWith(dirname(file).split("/")[0] as string);
      expect([file, other, isInFolder || layerOf(other) < layerOf(file)]).toEqual([file, other, true]);
    }
  }
});

it("what has one door is used behind it only", () => {
  for (const file of files) {
    // Without comments: words about a thing are no use of it.
    const text = readFileSync(join(SOURCE, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    for (const [what, where] of DOORS) {
      if (!where.test(file)) expect([file, what.exec(text)?.[0]]).toEqual([file, undefined]);
    }
  }
});
