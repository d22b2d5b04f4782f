import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { create, type Markdown } from "../src/markdown/index.js";
import { random, document as randomDocument } from "./markdown/documents.js";

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

function compare(make: typeof create, text: string): void {
  const plain = (markup: string) => markup.replaceAll(/sc-\d+-/g, "");
  expect(plain(shown(make, text)), text).toBe(plain(shown(create, text)));
}

describe("the bundle", { timeout: 60_000 }, () => {
  let make: typeof create;

  beforeAll(async () => {
    const code = bundled("src/markdown/index.ts");
    const module = await import(
      /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
    );
    make = module.create;
  }, 60_000);

  it("renders markdown as its sources do, though parts of its packages are left out", () => compare(make, TEXT));

  it("renders random documents as its sources do", () => {
    const next = random(20_261_121);
    for (let i = 0; i < 200; i++) compare(make, randomDocument(next));
  });

  it("finds addresses as its sources do", () => {
    for (const scheme of ["http://", "HTTPS://", "ftp://", "//", "mailto:", "www.", "", "user@"])
      for (const host of [
        "example.org",
        "sub.bücher.example",
        "[::1]",
        "127.0.0.1",
        "localhost",
        "xn--bcher-kva.example",
      ])
        for (const rest of ["", ":8080", "/a(b)c).", "?q='x'&amp;y", "/%C3%BC…", "/&copy;_*a*"])
          compare(make, `(${scheme}${host}${rest}) <${scheme}${host}> [a](${scheme}${host}${rest})`);
  });

  it("knows symbols and punctuation as its sources do, beside marks of emphasis", () => {
    for (const character of "€£¬→∑😀𝛁٪«»、।᠆⁂℃")
      compare(make, `a*${character}b${character}*c _${character}d_ ${character}**e**${character}f`);
  });

  it("stays small, packed: 60 KB of code and style", () => {
    const packed = (text: string) => gzipSync(text, { level: 9 }).length;
    const style = execFileSync(process.execPath, ["sheets.mjs", "src/style.css"], { cwd: ROOT, encoding: "utf8" });
    expect(packed(bundled("src/index.ts")) + packed(style)).toBeLessThanOrEqual(60_000);
  });
});
