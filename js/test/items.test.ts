import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.js";
import { call, message, response, Stage } from "./stage.js";

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
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

  it("starts over once for such text, and ends again with the response", () => {
    stage.play([["set", [], response([message("Done", { status: "completed" })])]]);
    stage.play([["append", ["output", 0, "content", 0, "text"], "\n\nlate"]]);
    const root = stage.one(".sc-markdown");
    stage.play([["append", ["output", 0, "content", 0, "text"], " **and"]]);
    stage.play([["append", ["output", 0, "content", 0, "text"], " bold"]]);
    expect(stage.one(".sc-markdown")).toBe(root);
    stage.play([["set", ["status"], "completed"]]);
    expect(stage.one(".sc-markdown")).toBe(root);
    expect(root.lastElementChild?.textContent).toBe("late **and bold");
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

  it("that goes on after the next item began is not built anew", () => {
    stage.play([["set", [], response([reasoning("sheep"), message("One")])]]);
    const root = stage.all(".sc-markdown")[0];
    stage.play([["append", ["output", 0, "summary", 0, "text"], " and"]]);
    stage.play([["append", ["output", 0, "summary", 0, "text"], " more"]]);
    expect(stage.all(".sc-markdown")[0]).toBe(root);
    expect(root?.textContent?.trim()).toBe("sheep and more");
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

describe("an image that a code interpreter gave back", () => {
  const png = "iVBORw0KGgoAAAANSUhEUg==";
  const paint = (url: string) =>
    stage.paint(response([{ type: "code_interpreter_call", status: "completed", outputs: [{ type: "image", url }] }]));

  for (const kind of ["png", "jpeg", "gif", "webp"]) {
    it(`is shown where its bytes came along as ${kind}, by what they are`, () => {
      paint(`data:image/${kind};base64,${png}`);
      expect((stage.one("img") as HTMLImageElement).src).toBe(`data:image/png;base64,${png}`);
      expect(stage.text(".sc-card-body")).toBe("");
    });
  }

  it("is not shown, nor its address, where it is no raster image", () => {
    for (const url of [
      "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImEiPg==",
      "data:image/png;base64,PHN2ZyBvbmxvYWQ9ImEiPg==",
      `data:text/html;base64,${png}`,
      `data:image/png;base64,${png}"onerror=`,
      `data:image/png,${png}`,
    ]) {
      paint(url);
      expect(stage.all("img, a")).toEqual([]);
      expect(stage.text(".sc-card-body")).toBe("[image of an unknown form, or too large: not shown]");
    }
  });

  it("is a link that requests nothing where it lies elsewhere", () => {
    paint("https://files.example/plot.png");
    expect(stage.all("img")).toEqual([]);
    expect((stage.one("a") as HTMLAnchorElement).href).toBe("https://files.example/plot.png");
  });
});

describe("a spoken answer", () => {
  it("shows its words as they come, behind all items, and plays nothing", () => {
    stage.play([["set", [], response([])]]);
    expect(stage.view.el.textContent).not.toContain("Spoken answer");
    stage.play([["set", ["streamcell", "audio"], {}]]);
    stage.play([["set", ["streamcell", "audio", "data"], "UklGRg=="]]);
    stage.play([["set", ["streamcell", "audio", "transcript"], "The night <b>"]]);
    const shown = stage.one(".sc-body .sc-plain");
    const first = shown.firstChild;
    stage.play([["append", ["streamcell", "audio", "transcript"], " is dark."]]);
    stage.play([["set", ["output", 0], message("Written.")]]);
    expect(shown.textContent).toBe("The night <b> is dark.");
    expect(shown.firstChild).toBe(first);
    expect(stage.one(".sc-body").lastElementChild?.textContent).toContain("Spoken answer");
    expect(stage.all("audio, video, img")).toEqual([]);
  });

  it("goes when the answer starts over", () => {
    stage.paint(response([], { streamcell: { audio: { transcript: "One" } } }));
    stage.paint(response([]));
    expect(stage.all(".sc-card")).toEqual([]);
    stage.paint(response([], { streamcell: { audio: { transcript: "Two" } } }));
    expect(stage.text(".sc-card .sc-plain")).toBe("Two");
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
