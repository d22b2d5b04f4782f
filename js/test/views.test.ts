import { beforeEach, describe, expect, it, vi } from "vitest";
import { chance, cut, streamOps } from "./fakes.js";
import { call, message, response, Stage, visible } from "./stage.js";

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

  it("can be tried again where the kernel says so and can hear it", () => {
    const failed = (annex: Record<string, boolean>) =>
      response([], { status: "failed", streamcell: { error: { kind: "server", message: "a" }, ...annex } });
    stage.paint(failed({}));
    expect(stage.all(".sc-retry")).toHaveLength(0);
    stage.paint(failed({ can_retry: true }), { connected: false });
    expect(stage.all(".sc-retry")).toHaveLength(0);
    stage.paint(failed({ can_retry: true }));
    stage.one(".sc-retry").click();
    expect(stage.retry).toHaveBeenCalledTimes(1);
    stage.paint(response([message("again")]));
    expect(stage.all(".sc-retry")).toHaveLength(0);
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
