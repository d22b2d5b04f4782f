import { afterEach, describe, expect, it, vi } from "vitest";
import * as markdown from "../src/markdown/index.js";
import { MarkdownText } from "../src/views/text.js";

const NONE = { tails: { of: () => undefined }, load: () => new Promise(() => undefined) } as never;

afterEach(() => vi.restoreAllMocks());

describe("text whose markdown cannot be rendered", () => {
  function failingAt(mark: string) {
    const real = markdown.create;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.spyOn(markdown, "create").mockImplementation((container, options) => {
      const made = real(container, options);
      return {
        ...made,
        push: (text) => {
          if (text.includes(mark)) throw new Error("a mistake of ours");
          made.push(text);
        },
      };
    });
  }

  it("is shown as it is, from the first letter to the last", () => {
    failingAt("BAD");
    const host = document.createElement("div");
    const text = new MarkdownText(host);
    text.update("**one** ", [], NONE, false);
    expect(host.querySelector("strong")?.textContent).toBe("one");
    text.update("**one** BAD ", [], NONE, false);
    text.update("**one** BAD two", [], NONE, true);
    expect(host.textContent).toBe("**one** BAD two");
    expect(host.querySelectorAll(".sc-markdown")).toHaveLength(1);
    expect(console.error).toHaveBeenCalledTimes(1);
  });
});
