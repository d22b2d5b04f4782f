import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../src/json.js";
import { create } from "../src/markdown/index.js";
import { ResponseView } from "../src/views/response.js";
import { chance, emptyResponse } from "./fakes.js";

const SHARED = join(import.meta.dirname, "..", "..", "..", "shared", "vectors", "xss.json");
const OWN = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "https://a.example/path?q=1",
  "javascript:alert(1)",
  "https://user@evil.example/",
  "//evil.example/x",
  "data:text/html,<script>alert(1)</script>",
  "[a](javascript:alert(1)) ![b](https://evil.example/b.png)",
  "\u202egnp.exe\u0000\u200b",
  "__proto__",
  "constructor",
];
const PAYLOADS: string[] = existsSync(SHARED)
  ? [...OWN, ...JSON.parse(readFileSync(SHARED, "utf8")).map(({ markdown }: { markdown: string }) => markdown)]
  : OWN;

/** A response in which every string is `text`; types stay, so that every view gets it. */
function responseOf(text: string): JsonObject {
  const part = { type: "output_text", text, annotations: [{ type: "url_citation", url: text, title: text }, text] };
  const item = (type: string, more: Record<string, Json>): JsonObject => ({
    type,
    id: text,
    status: text,
    call_id: text,
    ...more,
  });
  return emptyResponse({
    status: "failed",
    model: text,
    output: [
      item("message", { content: [part, { type: "refusal", refusal: text }, { type: text, x: text }] }),
      item("reasoning", { summary: [{ type: "summary_text", text }], content: [{ type: "reasoning_text", text }] }),
      item("function_call", { name: text, arguments: text }),
      item("function_call", { name: text, arguments: JSON.stringify({ [text]: [text, { [text]: null }] }) }),
      item("function_call_output", { output: text }),
      item("custom_tool_call", { name: text, input: text }),
      item("web_search_call", { action: { type: text, query: text, url: text, sources: [{ url: text }] } }),
      item("file_search_call", { queries: [text], results: [{ filename: text, score: 1 }] }),
      item("code_interpreter_call", {
        code: text,
        outputs: [
          { type: "logs", logs: text },
          { type: "image", url: text },
        ],
      }),
      item("image_generation_call", { result: text, size: text, revised_prompt: text }),
      item("mcp_call", { server_label: text, name: text, arguments: text, output: text, error: text }),
      item("mcp_list_tools", { server_label: text, tools: [{ name: text }], error: { message: text } }),
      item("shell_call", { action: { commands: [text] } }),
      item("shell_call_output", { output: [{ stdout: text, stderr: text, outcome: { type: text } }] }),
      item("apply_patch_call", { operation: { type: text, path: text, diff: text } }),
      item("computer_call", { action: { [text]: text } }),
      item(text, { [text]: text }),
    ],
    incomplete_details: { reason: text },
    error: { code: text, message: text },
    usage: { input_tokens: text },
    streamcell: {
      label: text,
      note: text,
      error: { kind: text, message: text, hint: text, code: text, request_id: text },
      unknown_events: { [text]: 1 },
      warnings: { [text]: 1 },
      partial_images: { 9: text },
    },
  });
}

const TAGS = new Set(
  (
    "a bdi blockquote br button code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr img input li nav ol p " +
    "path pre s section span strong summary sup svg table tbody td th thead tr ul"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "alt aria-atomic aria-busy aria-hidden aria-keyshortcuts aria-label aria-live checked class d data-lm-suppress-shortcuts " +
    "data-sc-char data-sc-connected data-sc-item data-sc-refusal data-sc-root data-sc-status data-sc-ui dir disabled focusable " +
    "hidden href open referrerpolicy rel role src start style tabindex target title type viewBox align id"
  ).split(" "),
);

/** What a page must not hold, whoever wrote what is shown on it. */
function offences(root: HTMLElement): string[] {
  return [root, ...root.querySelectorAll("*")].flatMap((element) => [
    ...(TAGS.has(element.localName) ? [] : [`<${element.localName}>`]),
    ...[...element.attributes].filter(({ name }) => !ATTRIBUTES.has(name)).map(({ name }) => `attribute ${name}`),
    ...(element instanceof HTMLAnchorElement ? linkOffences(element) : []),
    ...(element instanceof HTMLImageElement && !/^data:image\/(png|jpeg|gif|webp);base64,/.test(element.src)
      ? [`image ${element.src}`]
      : []),
    ...(/^sc-|^$/.test(element.id) ? [] : [`id ${element.id}`]),
    ...(/[\u202a-\u202e\u2066-\u2069]/.test(element.getAttribute("title") ?? "") ? ["hidden marks in a title"] : []),
  ]);
}

function linkOffences(link: HTMLAnchorElement): string[] {
  const href = link.getAttribute("href");
  if (href === null || href.startsWith("#sc-")) return [];
  const url = new URL(href);
  const isSafe =
    ["http:", "https:", "mailto:"].includes(url.protocol) &&
    url.username === "" &&
    url.origin !== document.location.origin &&
    link.rel === "noopener noreferrer nofollow" &&
    link.target === "_blank";
  return isSafe ? [] : [`link ${href}`];
}

const usual = { tails: { of: () => undefined }, connected: true, stopping: false, now: 0, elapsed: 0, spent: () => 0 };

function viewOf(response: JsonObject): ResponseView {
  const view = new ResponseView({
    cancel: () => undefined,
    retry: () => undefined,
    repaint: () => undefined,
    load: () => new Promise(() => {}),
    signal: new AbortController().signal,
  });
  document.body.replaceChildren(view.el);
  view.update({ ...usual, response }, true);
  for (const details of view.el.querySelectorAll("details")) {
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  }
  return view;
}

// Thousands of trees are built here; the limit only ends what hangs.
describe("hostile data", { timeout: 120_000 }, () => {
  it("becomes text in every field of every item", () => {
    expect(PAYLOADS.length).toBeGreaterThanOrEqual(OWN.length);
    for (const payload of PAYLOADS) {
      const view = viewOf(responseOf(payload));
      expect([payload, offences(view.el)]).toEqual([payload, []]);
      view.destroy();
    }
  });

  it("of any type in any place breaks nothing", () => {
    const odd: Json[] = [null, true, 0, -1, 1e300, "", "x", [], [null], {}, { type: 5 }, [[["x"]]], { text: {} }];
    for (let seed = 0; seed < 60; seed++) {
      const random = chance(seed);
      const spoil = (value: Json, depth = 0): Json => {
        if (depth > 0 && random(12) === 0) return odd[random(odd.length)] ?? null;
        if (Array.isArray(value)) return value.map((entry) => spoil(entry, depth + 1));
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, spoil(entry, depth + 1)]));
      };
      const view = viewOf(spoil(responseOf("text")) as JsonObject);
      // And from there to another spoiled state, as if a server thought better of it.
      view.update({ ...usual, response: spoil(responseOf("text, and more")) as JsonObject }, true);
      expect(offences(view.el)).toEqual([]);
      view.destroy();
    }
  });
});

describe("what text makes", () => {
  const classesIn = (folder: string) => {
    const path = join(import.meta.dirname, "..", "src", folder);
    const files = readdirSync(path).filter((name) => name.endsWith(".ts"));
    return new Set(files.flatMap((name) => readFileSync(join(path, name), "utf8").match(/sc-[a-z-]+/g) ?? []));
  };
  const own = classesIn("markdown");
  const others = classesIn("views");

  it("has no control, class or place that could pass for ours", () => {
    for (const payload of [
      ...PAYLOADS,
      "<button class=sc-stop data-sc-ui>Stop</button>",
      "[x]{.sc-button style=position:fixed}",
    ]) {
      const box = document.createElement("div");
      const markdown = create(box);
      markdown.push(payload);
      markdown.end();
      for (const element of box.querySelectorAll("*")) {
        const control = element.matches("button, input, select, textarea, summary, [role=button], [tabindex]");
        if (control)
          expect(element.matches("[data-sc-ui], [data-sc-ui] *, input.sc-task[disabled]"), payload).toBe(true);
        for (const name of element.classList) expect(own.has(name) || !others.has(name), name).toBe(true);
        expect(element.getAttribute("style") ?? "").not.toMatch(/position|inset|z-index|transform|margin/);
      }
    }
  });
});
