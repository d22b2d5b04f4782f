// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../bundle.mjs";

const SOURCE = join(import.meta.dirname, "..", "src");

/** Ways to make a document, or code, out of text. */
const FORBIDDEN = [
  /\b(?:inner|outer)HTML\b/,
  /\binsertAdjacentHTML\b/,
  /\bdocument\s*\.\s*write(?:ln)?\b/,
  /\bcreateContextualFragment\b/,
  /\bDOMParser\b/,
  /\bsetHTML(?:Unsafe)?\b/,
  /\bparseHTML(?:Unsafe)?\b/,
  /\bsrcdoc\b/,
  /\beval\s*\(/,
  /\bnew\s+Function\b/,
  /\bset(?:Timeout|Interval)\s*\(\s*["'`]/,
  /\bsetAttribute\s*\(\s*["'`](?:on\w*|style|srcset)["'`]/,
];

const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function offences(text: string): string[] {
  return FORBIDDEN.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
}

describe("no text becomes a document or code", () => {
  it("in the sources", () => {
    expect(sources.length).toBeGreaterThan(20);
    for (const name of sources) expect([name, offences(readFileSync(join(SOURCE, name), "utf8"))]).toEqual([name, []]);
  });

  let code = "";
  beforeAll(async () => {
    code = (await bundle({ widget: "src/index.ts" }))["widget.js"] ?? "";
  }, 60_000);

  it("in the bundle", () => {
    expect(code.length).toBeGreaterThan(10_000);
    expect(offences(code)).toEqual([]);
  });

  it("and nothing is fetched by our own code", () => {
    for (const request of [/\bfetch\s*\(/, /\bXMLHttpRequest\b/, /\bWebSocket\b/, /\bsendBeacon\b/, /\bnew Image\b/]) {
      expect(code).not.toMatch(request);
    }
  });
});
