import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { create, type Markdown } from "../src/markdown/index.js";

const ROOT = join(import.meta.dirname, "..");

/** What `build.mjs` would send to the page for this module. In a process of its own: esbuild does not run beside jsdom. */
function bundled(entry: string): string {
  return execFileSync(process.execPath, ["bundle.mjs", entry], { cwd: ROOT, encoding: "utf8", maxBuffer: 1e8 });
}

function shown(make: typeof create, text: string): string {
  const container = document.createElement("div");
  const markdown: Markdown = make(container);
  for (const character of text) markdown.push(character);
  markdown.end();
  return new XMLSerializer().serializeToString(container);
}

const TEXT = `# Title &amp; more &notanentity; &copy; &#65; &#x1f600;

A *b* **c** \`d\` ~~e~~ <script>alert(1)</script> [link][r] ![alt](https://example.org/x.png "t") www.example.org
line two\\
line three with a note[^1] and &CounterClockwiseContourIntegral;

- [ ] task
- [x] done
  1. one
  2. two

> quote
> > deeper

| a | b |
|:--|--:|
| 1 | \`x|y\` |

\`\`\`js
let a = "&lt;";
\`\`\`

    indented

***

<div onclick="x">html</div>

[r]: <https://example.org/?a=1&amp;b=2> "title"
[^1]: The note, with *style*.
`;

describe("the bundle", () => {
  it("renders markdown as its sources do, though parts of markdown-it are left out", async () => {
    const code = bundled("src/markdown/index.ts");
    const module = await import(
      /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
    );
    expect(shown(module.create, TEXT).replaceAll(/sc-\d+-/g, "")).toBe(shown(create, TEXT).replaceAll(/sc-\d+-/g, ""));
  });

  it("stays small, packed: 60 KB of code, 5 KB of style", () => {
    const packed = (entry: string) => gzipSync(bundled(entry), { level: 9 }).length / 1024;
    expect(packed("src/index.ts")).toBeLessThanOrEqual(60);
    expect(packed("src/style.css")).toBeLessThanOrEqual(5);
  });
});
