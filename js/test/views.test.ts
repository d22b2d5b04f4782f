import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Json, JsonObject } from "../src/json.js";
import { Store, type Tails } from "../src/store.js";
import { ResponseView } from "../src/views/response.js";
import type { Picture } from "../src/views/scene.js";
import type { Op } from "../src/wire.gen.js";
import { chance, cut, emptyResponse, streamOps } from "./fakes.js";

const NO_TAILS: Tails = { of: () => undefined };

/** A view, painted by hand. */
class Stage {
  readonly cancel = vi.fn();
  readonly view: ResponseView;
  readonly life = new AbortController();
  readonly store = new Store();
  #seq = 0;

  constructor() {
    this.view = new ResponseView({ cancel: this.cancel, repaint: () => undefined, signal: this.life.signal });
    document.body.replaceChildren(this.view.el);
  }

  paint(response: Json, more: Partial<Picture> = {}): this {
    const usual = {
      tails: NO_TAILS,
      connected: true,
      stopping: false,
      now: 1_000_000,
      elapsed: 2000,
      spent: () => 3200,
    };
    this.view.update({ ...usual, response: response as JsonObject, ...more }, true);
    return this;
  }

  /** Applies ops and paints with what was appended. */
  play(ops: Op[], more: Partial<Picture> = {}): this {
    this.store.apply({ seq: ++this.#seq, ops });
    return this.paint(this.store.snapshot, { tails: this.store.takeTails(), ...more });
  }

  one(selector: string): HTMLElement {
    const found = this.view.el.querySelectorAll<HTMLElement>(selector);
    if (found.length !== 1) throw new Error(`Expected one ${selector}, found ${found.length}.`);
    return found[0] as HTMLElement;
  }

  all(selector: string): HTMLElement[] {
    return [...this.view.el.querySelectorAll<HTMLElement>(selector)];
  }

  text(selector: string): string {
    return this.one(selector).textContent ?? "";
  }
}

function response(output: Json[], more: Record<string, Json> = {}): JsonObject {
  return emptyResponse({ status: "in_progress", output, ...more });
}

function message(text: string, more: Record<string, Json> = {}): JsonObject {
  return { type: "message", status: "in_progress", content: [{ type: "output_text", text, annotations: [] }], ...more };
}

function call(args: string, more: Record<string, Json> = {}): JsonObject {
  return { type: "function_call", name: "f", call_id: "call_1", arguments: args, status: "in_progress", ...more };
}

const visible = (element: HTMLElement) => element.closest("[hidden]") === null;

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe("the root", () => {
  it("is marked for others to find", () => {
    stage.paint(response([message("hi")]));
    expect(stage.view.el.matches(".streamcell[data-sc-root][data-sc-status=in_progress]")).toBe(true);
    expect(stage.one("[data-sc-item]").getAttribute("data-sc-item")).toBe("message");
    expect(stage.text('[data-sc-item="message"] .sc-markdown').trim()).toBe("hi");
  });

  it("keeps its controls out of the content", () => {
    stage.paint(response([message("hi"), call("{}")], { status: "completed" }));
    for (const button of stage.all("button")) expect(button.closest("[data-sc-ui]")).not.toBeNull();
    expect(stage.all("[data-sc-item] button, [data-sc-item] input")).toEqual([]);
  });

  it("is busy while more may come, and is no live region itself", () => {
    stage.paint(response([]));
    expect(stage.one("[role=log]").getAttribute("aria-busy")).toBe("true");
    expect(stage.one("[role=log]").getAttribute("aria-live")).toBe("off");
    stage.paint(response([], { status: "completed" }));
    expect(stage.one("[role=log]").getAttribute("aria-busy")).toBe("false");
  });
});

describe("statuses", () => {
  const looks = new Set<string>();
  for (const [status, word, note] of [
    ["queued", "Waiting", ""],
    ["in_progress", "Streaming", ""],
    ["completed", "Completed", ""],
    ["incomplete", "Incomplete", "max_output_tokens"],
    ["failed", "Failed", "no more"],
    ["cancelled", "Cancelled", "Stopped"],
    ["interrupted", "Interrupted", "connection ended"],
  ] as const) {
    it(`${status} is a word, a drawing and what to know of it`, () => {
      const more = {
        status,
        incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
        error: status === "failed" ? { code: "server_error", message: "There is no more." } : null,
      };
      stage.paint(response([message("text")], more));
      expect(stage.text(".sc-status-word")).toBe(word);
      expect(stage.text(".sc-ending") + stage.text(".sc-error")).toContain(note);
      if (note === "") expect(stage.all(".sc-notice")).toEqual([]);
      expect(visible(stage.one(".sc-head .sc-stop"))).toBe(status === "queued" || status === "in_progress");
      const look = `${word} ${stage.one(".sc-status .sc-icon").getAttribute("class")}`;
      expect(looks.has(look)).toBe(false);
      looks.add(look);
    });
  }

  it("a refusal is one of its own", () => {
    const refusal = { type: "refusal", refusal: "I can't help with that." };
    stage.paint(response([{ type: "message", content: [refusal] }], { status: "completed" }));
    expect(stage.text(".sc-status-word")).toBe("Refused");
    expect(stage.text("[data-sc-refusal]")).toContain("I can't help with that.");
  });

  it("an unknown one is shown by its own word", () => {
    stage.paint(response([], { status: "constructor" }));
    expect(stage.text(".sc-status-word")).toBe("constructor");
  });

  it("a kernel that is gone ends what was running, and keeps its text", () => {
    stage.paint(response([message("kept")]), { connected: false });
    expect(stage.view.el.dataset).toMatchObject({ scStatus: "interrupted", scConnected: "false" });
    expect(stage.text(".sc-ending")).toContain("kernel is gone");
    expect(stage.text(".sc-markdown")).toContain("kept");
    expect(visible(stage.one(".sc-head .sc-stop"))).toBe(false);
  });

  it("a kernel that is gone changes nothing about an answer that is complete", () => {
    stage.paint(response([message("all")], { status: "completed" }), { connected: false });
    expect(stage.view.el.dataset.scStatus).toBe("completed");
    expect(stage.text(".sc-ending")).toBe("");
  });
});

describe("the header", () => {
  it("names model, label, note and time", () => {
    const annex = { label: "demo: canned answers, no model", note: "retrying in 2 s" };
    stage.paint(response([], { model: "gpt-x", streamcell: annex }), { elapsed: 61_000 });
    expect(stage.text(".sc-model")).toBe("gpt-x");
    expect(stage.text(".sc-head .sc-pill")).toBe("demo: canned answers, no model");
    expect(stage.text(".sc-remark")).toBe("retrying in 2 s");
    expect(stage.text(".sc-time")).toBe("1 min 01 s");
  });

  it("has no empty pills", () => {
    stage.paint(response([]));
    expect(visible(stage.one(".sc-head .sc-pill"))).toBe(false);
  });

  it("stops by its button, and says that it does", () => {
    stage.paint(response([]));
    stage.one(".sc-head .sc-stop").click();
    expect(stage.cancel).toHaveBeenCalledTimes(1);
    stage.paint(response([]), { stopping: true });
    const button = stage.one(".sc-head .sc-stop") as HTMLButtonElement;
    expect([button.textContent, button.disabled]).toEqual(["Stopping…", true]);
  });

  it("tells what to do when a busy kernel does not hear Stop", () => {
    stage.paint(response([]), { stopping: true, now: 1000 });
    expect(stage.text(".sc-remark")).toBe("");
    stage.paint(response([]), { stopping: true, now: 4000 });
    expect(stage.text(".sc-remark")).toContain("Interrupt the kernel");
  });

  it("stops by Esc, when the focus is within and something runs", () => {
    const press = (key: string) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      stage.one(".sc-body").dispatchEvent(event);
      return event.defaultPrevented;
    };
    stage.paint(response([]));
    expect([press("a"), stage.cancel.mock.calls.length]).toEqual([false, 0]);
    expect([press("Escape"), stage.cancel.mock.calls.length]).toEqual([true, 1]);
    stage.paint(response([], { status: "completed" }));
    expect([press("Escape"), stage.cancel.mock.calls.length]).toEqual([false, 1]);
  });
});

describe("a message item", () => {
  it("is never built anew for an append", () => {
    stage.play([["set", [], response([message("First.\n\n")])]]);
    const first = stage.one(".sc-markdown p");
    const root = stage.one(".sc-markdown");
    stage.play([["append", ["output", 0, "content", 0, "text"], "Second"]]);
    stage.play([["append", ["output", 0, "content", 0, "text"], " one."]]);
    expect(stage.one(".sc-markdown")).toBe(root);
    expect(first.textContent).toBe("First.");
    expect(stage.all(".sc-markdown p").map((p) => p.textContent)).toEqual(["First.", "Second one."]);
  });

  it("goes on from a snapshot that is further on", () => {
    stage.play([["set", [], response([message("Some")])]]);
    const root = stage.one(".sc-markdown");
    stage.paint(response([message("Some more")]));
    expect(stage.one(".sc-markdown")).toBe(root);
    expect(root.textContent?.trim()).toBe("Some more");
  });

  it("starts over when the text's beginning changed", () => {
    stage.paint(response([message("Some text")]));
    stage.paint(response([message("Other")]));
    expect(stage.text(".sc-markdown").trim()).toBe("Other");
  });

  it("takes text that comes after its end", () => {
    stage.play([["set", [], response([message("Done", { status: "completed" })])]]);
    stage.play([["append", ["output", 0, "content", 0, "text"], ", or not"]]);
    stage.play([["append", ["output", 0, "content", 0, "text"], " yet"]]);
    expect(stage.text(".sc-markdown").trim()).toBe("Done, or not yet");
  });

  it("lists its sources once each, as safe links with their host", () => {
    const annotations = [
      { type: "url_citation", url: "https://a.example/x?y=1", title: "A" },
      { type: "url_citation", url: "https://a.example/x?y=1", title: "A again" },
      { type: "url_citation", url_citation: { url: "http://b.example/", title: "B" } },
      { type: "url_citation", url: "javascript:alert(1)", title: "C" },
      { type: "url_citation", url: "https://bank.example@evil.example/", title: "D" },
      { type: "url_citation", url: "/api/shutdown", title: "E" },
      { type: "url_citation", url: `${document.location.origin}/api`, title: "F" },
      { type: "file_citation", file_id: "file_1", filename: "notes\u202epdf.exe" },
      null,
    ];
    stage.paint(response([{ type: "message", content: [{ type: "output_text", text: "t", annotations }] }]));
    const links = stage.all(".sc-sources a") as HTMLAnchorElement[];
    expect(links.map((a) => [a.href, a.textContent])).toEqual([
      ["https://a.example/x?y=1", "A"],
      ["http://b.example/", "B"],
    ]);
    for (const link of links) {
      expect([link.rel, link.target, link.referrerPolicy]).toEqual([
        "noopener noreferrer nofollow",
        "_blank",
        "no-referrer",
      ]);
    }
    expect(stage.all(".sc-host").map((host) => host.textContent)).toEqual(["a.example", "b.example"]);
    expect(stage.all(".sc-sources li")).toHaveLength(8);
    expect(stage.one(".sc-sources .sc-chip").dataset.scChar).toBe("⟨U+202E⟩");
  });

  it("shows a content part of a type that nobody knows", () => {
    stage.paint(response([{ type: "message", content: [{ type: "output_scent", note: "rose" }] }]));
    expect(stage.text(".sc-card-name")).toBe("output_scent");
  });
});

describe("a reasoning item", () => {
  const reasoning = (text: string): JsonObject => ({ type: "reasoning", summary: [{ type: "summary_text", text }] });
  const details = () => stage.one(".sc-reasoning") as HTMLDetailsElement;

  it("is open while it grows and folds when something follows", () => {
    stage.paint(response([reasoning("**Counting**\n\nsheep")]));
    expect(details().open).toBe(true);
    expect(stage.text(".sc-reasoning-state")).toBe("Thinking 3 s");
    expect(stage.text(".sc-reasoning-topic")).toBe("Counting");
    stage.paint(response([reasoning("**Counting**\n\nsheep"), message("One.")]));
    expect(details().open).toBe(false);
    expect(stage.text(".sc-reasoning-state")).toBe("Thought for 3.2 s");
  });

  it("stays as the reader left it", () => {
    stage.paint(response([reasoning("sheep")]));
    stage.one(".sc-reasoning summary").click();
    const left = details().open;
    stage.paint(response([reasoning("sheep and more"), message("One.")], { status: "completed" }));
    expect(details().open).toBe(left);
    expect(left).toBe(false);
    stage.one(".sc-reasoning summary").click();
    stage.paint(response([reasoning("sheep and more"), message("One. Two.")], { status: "completed" }));
    expect(details().open).toBe(true);
  });

  it("with nothing to read does not open", () => {
    stage.paint(response([{ type: "reasoning", summary: [], encrypted_content: "xyz" }], { status: "completed" }), {
      spent: () => null,
    });
    expect([details().open, stage.text(".sc-reasoning-state")]).toEqual([false, "Thought"]);
    stage.one(".sc-reasoning summary").click();
    expect(details().open).toBe(false);
  });
});

describe("a function call", () => {
  it("shows its arguments as they are written, and they stay the JSON that they are", () => {
    const args = '{"city":"Paris","n":[1,2,{"a":null}],"code":"a\\n\\tb \\"c\\"","u":"\\u00e9","o":{},"l":[]}';
    stage.play([["set", [], response([call("")])]]);
    for (const character of args) {
      stage.play([["append", ["output", 0, "arguments"], character]]);
      const shown = stage.text(".sc-json");
      expect(
        args.startsWith(shown.replace(/(": |, )/g, (gap) => gap.trim()).replace("é", "\\u00e9")) || shown === "",
      ).toBe(true);
    }
    expect(JSON.parse(stage.text(".sc-json"))).toEqual(JSON.parse(args));
    expect(stage.text(".sc-card-status")).toBe("writing arguments");
    stage.play([["set", ["output", 0, "status"], "completed"]]);
    expect(stage.text(".sc-card-status")).toBe("done");
    expect(stage.text(".sc-card-name")).toBe("f");
    expect(stage.one(".sc-card-name").title).toBe("call_1");
  });

  it("keeps what is not JSON", () => {
    stage.paint(response([call('{"a": 1} trailing <b>')], { status: "completed" }));
    expect(stage.text(".sc-json")).toBe('{"a": 1}trailing <b>');
  });

  it("draws characters that hide or turn text around, in names, arguments and titles", () => {
    stage.paint(response([call('{"f": "a\u202eb"}', { name: "x\u200by", call_id: "c\u2066d" })]));
    expect(stage.all(".sc-chip").map((chip) => chip.dataset.scChar)).toEqual(["⟨U+200B⟩", "⟨U+202E⟩"]);
    expect(stage.one(".sc-card-name").title).toBe("c⟨U+2066⟩d");
    expect(JSON.parse(stage.text(".sc-json"))).toEqual({ f: "a\u202eb" });
  });

  it("that was not finished says so when the response has ended", () => {
    stage.paint(response([call('{"a":')], { status: "interrupted" }));
    expect(stage.text(".sc-card-status")).toBe("unfinished");
  });

  it("with very many values goes on as text", () => {
    const args = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => i));
    stage.paint(response([call(args)]));
    expect(stage.all(".sc-json *").length).toBeLessThan(15_000);
    expect(JSON.parse(stage.text(".sc-json"))).toHaveLength(20_000);
  });
});

describe("other items", () => {
  for (const [type, item, shown] of [
    ["function_call_output", { call_id: "call_1", output: "21 degrees" }, "21 degrees"],
    [
      "web_search_call",
      { action: { type: "search", query: "tides", sources: [{ url: "https://a.example/" }] } },
      "a.example",
    ],
    ["file_search_call", { queries: ["q1"], results: [{ filename: "a.txt", score: 0.5 }] }, "a.txt"],
    ["code_interpreter_call", { code: "print(1)", outputs: [{ type: "logs", logs: "1\n" }] }, "print(1)"],
    ["mcp_call", { server_label: "s", name: "n", arguments: '{"a":1}', output: "out" }, "out"],
    ["mcp_call", { server_label: "s", name: "n", arguments: "{}", error: { message: "broken" } }, "broken"],
    ["mcp_list_tools", { server_label: "s", tools: [{ name: "t1" }] }, "t1"],
    ["mcp_approval_request", { server_label: "s", name: "n", arguments: '{"a":1}' }, '"a"'],
    ["custom_tool_call", { name: "sql", input: "SELECT 1" }, "SELECT 1"],
    ["custom_tool_call_output", { call_id: "c", output: [{ type: "input_text", text: "row" }] }, "row"],
    ["shell_call", { action: { commands: ["ls", "pwd"] } }, "pwd"],
    [
      "shell_call_output",
      { output: [{ stdout: "o", stderr: "e", outcome: { type: "exit", exit_code: 2 } }] },
      "exit 2",
    ],
    ["local_shell_call", { action: { command: ["ls", "-l"] } }, "-l"],
    ["apply_patch_call", { operation: { type: "update_file", path: "a.py", diff: "-a\n+b\n" } }, "+b"],
    ["computer_call", { action: { type: "click", x: 1 } }, "click"],
    ["program", { code: "let a" }, "let a"],
    ["compaction", { encrypted_content: "…" }, "compacted"],
  ] as const) {
    it(`${type} shows ${shown}`, () => {
      stage.paint(response([{ type, status: "completed", ...item } as JsonObject]));
      expect(stage.text(`[data-sc-item="${type}"]`)).toContain(shown);
    });
  }

  it("grow in place", () => {
    stage.play([["set", [], response([{ type: "code_interpreter_call", status: "in_progress", code: null }])]]);
    stage.play([["set", ["output", 0, "code"], "a = 1\n"]]);
    const block = stage.one(".sc-code");
    stage.play([["append", ["output", 0, "code"], "b = 2"]]);
    expect(stage.one(".sc-code")).toBe(block);
    expect(block.textContent).toBe("a = 1\nb = 2");
  });

  it("of an unknown type are a plain card with all of it folded", () => {
    const item = { type: "hologram_call", id: "h1", status: "completed", beams: [1, 2] };
    stage.paint(response([item]));
    expect(stage.text(".sc-card-name")).toBe("hologram_call");
    const fold = stage.one("details.sc-fold:not(.sc-odd)") as HTMLDetailsElement;
    expect([fold.open, stage.text(".sc-json")]).toEqual([false, ""]);
    fold.open = true;
    fold.dispatchEvent(new Event("toggle"));
    expect(JSON.parse(stage.text(".sc-json"))).toEqual(item);
  });

  it("of a type that is no word, or none at all, harm nothing", () => {
    stage.paint(
      response([{ type: '"><img src=x>' }, {}, 5, null, { type: "toString" }, { type: "message", content: "x" }]),
    );
    const types = stage.all("[data-sc-item]").map((item) => item.getAttribute("data-sc-item"));
    expect(types).toEqual(["unknown", "unknown", "unknown", "toString", "message"]);
    expect(stage.all("img")).toEqual([]);
  });

  it("that come out of order stand in order", () => {
    stage.paint(response([null, null, message("c")]));
    stage.paint(response([message("a"), null, message("c")]));
    stage.paint(response([message("a"), message("b"), message("c")]));
    expect(stage.all(".sc-markdown").map((text) => text.textContent?.trim())).toEqual(["a", "b", "c"]);
  });

  it("give way when the list becomes shorter or their type changes", () => {
    stage.paint(response([message("a"), message("b")]));
    stage.paint(response([call("{}")]));
    expect(stage.all("[data-sc-item]").map((item) => item.getAttribute("data-sc-item"))).toEqual(["function_call"]);
  });

  it("with an image show raster bytes only, and request nothing", () => {
    const png = "iVBORw0KGgoAAAANSUhEUg==";
    const image = (result: string | null): JsonObject => ({
      type: "image_generation_call",
      status: "generating",
      result,
      size: "1024x512",
    });
    stage.paint(response([image(null)], { streamcell: { partial_images: { 0: png } } }));
    expect((stage.one("img") as HTMLImageElement).src).toBe(`data:image/png;base64,${png}`);
    stage = new Stage();
    stage.paint(
      response([image("PHN2ZyBvbmxvYWQ9ImEiPg=="), image("https://evil.example/x.png"), image('iVBORw0KGgo"onerror=')]),
    );
    expect(stage.all("img")).toEqual([]);
  });
});

it("what has not changed is not touched", () => {
  const unchanged = response([{ type: "hologram_call", id: "h1" }, message("text"), call('{"a": 1}')]);
  stage.paint(unchanged);
  const fold = stage.one("details.sc-fold:not(.sc-odd)") as HTMLDetailsElement;
  fold.open = true;
  fold.dispatchEvent(new Event("toggle"));
  const observer = new MutationObserver(() => undefined);
  observer.observe(stage.view.el, { childList: true, characterData: true, subtree: true });
  stage.paint(unchanged).paint(unchanged);
  expect(observer.takeRecords()).toEqual([]);
});

describe("an error", () => {
  it("is an alert with what happened, what to do and what to quote", () => {
    const error = {
      kind: "rate_limit",
      message: "Too many requests.",
      hint: "Wait 20 s.",
      status: 429,
      code: "rate_limit_exceeded",
      request_id: "req_1",
    };
    stage.paint(response([message("kept")], { status: "failed", streamcell: { error } }));
    const alert = stage.one("[role=alert]");
    for (const part of [
      "Rate limit reached",
      "Too many requests.",
      "Wait 20 s.",
      "429",
      "rate_limit_exceeded",
      "req_1",
    ]) {
      expect(alert.textContent).toContain(part);
    }
    expect(stage.text(".sc-markdown")).toContain("kept");
    expect(stage.all(".sc-notice")).toHaveLength(1);
  });

  it("is shown once, when the API and we both tell of it", () => {
    const more = { status: "failed", error: { message: "b" }, streamcell: { error: { kind: "server", message: "a" } } };
    stage.paint(response([], more));
    expect(stage.all(".sc-error .sc-notice")).toHaveLength(1);
    expect(stage.text(".sc-error")).toContain("a");
  });

  it("is none when the reader stopped the stream", () => {
    stage.paint(response([], { status: "cancelled", streamcell: { error: { kind: "cancelled", message: "x" } } }));
    expect(stage.text(".sc-error")).toBe("");
  });

  it("that says nothing has its own words left out", () => {
    stage.paint(response([], { status: "failed", error: {} }));
    expect(stage.text(".sc-error")).toBe("The service reported an error");
  });
});

describe("the footer", () => {
  it("tells tokens and speed", () => {
    const usage = {
      input_tokens: 1234,
      output_tokens: 600,
      total_tokens: 1834,
      input_tokens_details: { cached_tokens: 1000 },
      output_tokens_details: { reasoning_tokens: 0 },
    };
    stage.paint(response([], { status: "completed", usage, streamcell: { elapsed_ms: 6500, first_text_ms: 500 } }));
    const facts = stage.all(".sc-fact").map((fact) => fact.textContent);
    expect(facts).toEqual(["1,234 in", "1,000 cached", "600 out", "1,834 tokens", "first text 500 ms", "100 tok/s"]);
  });

  it("counts reasoning tokens from the request on", () => {
    const usage = { output_tokens: 600, output_tokens_details: { reasoning_tokens: 300 } };
    stage.paint(response([], { status: "completed", usage, streamcell: { elapsed_ms: 6000, first_text_ms: 5000 } }));
    const facts = stage.all(".sc-fact").map((fact) => fact.textContent);
    expect(facts).toEqual(["600 out", "300 reasoning", "first text 5.0 s", "100 tok/s"]);
  });

  it("counts what was not understood", () => {
    const streamcell = { unknown_events: { "response.a": 2, "<b>": 1 }, warnings: { gap: 1 } };
    stage.paint(response([], { streamcell }));
    expect(stage.text(".sc-odd summary")).toBe("3 events of 2 unknown types · 1 warning");
    expect(stage.all(".sc-odd li").map((row) => row.textContent)).toEqual(["response.a × 2", "<b> × 1", "gap × 1"]);
    stage.paint(response([]));
    expect(visible(stage.one(".sc-odd"))).toBe(false);
  });

  it("copies the answer as it was written", async () => {
    const writeText = vi.fn(async (_text: string) => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    stage.paint(response([message("**a**"), call("{}"), message("b")], { status: "completed" }));
    stage.one(".sc-copy").click();
    expect(writeText).toHaveBeenCalledWith("**a**\n\nb");
    await vi.waitFor(() => expect(stage.text(".sc-copy")).toBe("Copied"));
    stage.view.destroy();
    vi.unstubAllGlobals();
  });
});

describe("the announcer", () => {
  const region = () => stage.text(".sc-live-region");

  it("says states, and whole sentences after a while", () => {
    stage.paint(response([message("One. Tw")]), { now: 0 });
    expect(region()).toBe("Streaming.");
    stage.paint(response([message("One. Two. Th")]), { now: 1000 });
    expect(region()).toBe("Streaming.");
    stage.paint(response([message("One. **Two.** Thr")]), { now: 3000 });
    expect(region()).toBe("One. Two.");
    stage.paint(response([message("One. **Two.** Three")], { status: "completed" }), { now: 4000 });
    expect(region()).toBe("Completed. Three");
  });
});

describe("laws", () => {
  const ops = streamOps();
  /** The tree without what depends on time and on what was painted when. */
  const treeOf = (one: Stage) => {
    const copy = one.one(".sc-body").cloneNode(true) as HTMLElement;
    copy.normalize();
    return new XMLSerializer().serializeToString(copy);
  };

  it("any cutting, painted at any times, ends in the same tree", () => {
    const whole = treeOf(new Stage().play(ops));
    for (let seed = 0; seed < 25; seed++) {
      const random = chance(seed);
      const cutStage = new Stage();
      let seq = 0;
      for (const piece of cut(ops, random)) {
        cutStage.store.apply({ seq: ++seq, ops: piece });
        if (random(3) > 0) cutStage.paint(cutStage.store.snapshot, { tails: cutStage.store.takeTails() });
      }
      cutStage.paint(cutStage.store.snapshot, { tails: cutStage.store.takeTails() });
      expect(treeOf(cutStage)).toBe(whole);
    }
  });
});

it("destroying a view takes it out of the page", () => {
  stage.paint(response([message("a"), call("{}"), { type: "reasoning", summary: [] }]));
  stage.view.destroy();
  expect(document.querySelector(".streamcell")).toBeNull();
});
