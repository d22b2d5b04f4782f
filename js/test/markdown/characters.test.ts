import { expect, test, vi } from "vitest";
import { create } from "../../src/markdown/index.js";

const HIDDEN = ["\u202e", "\u200b", "\u00ad", "\u2060", "\ufeff", "\u{e0041}", "\u0007", "\u115f", "\ufe0f"];
const NAMES = ["202E", "200B", "00AD", "2060", "FEFF", "E0041", "0007", "115F", "FE0F"].map((code) => `⟨U+${code}⟩`);

function shown(text: string) {
  const box = document.createElement("div");
  document.body.replaceChildren(box);
  const markdown = create(box);
  markdown.push(text);
  markdown.end();
  return { box, markdown };
}

/** What stands there to be copied, as the browser finds it once all listeners have been called. */
function copied(box: HTMLElement): string {
  document.getSelection()?.selectAllChildren(box);
  box.dispatchEvent(new Event("copy", { bubbles: true }));
  const clone = box.cloneNode(true) as HTMLElement;
  for (const hidden of clone.querySelectorAll("[hidden]")) hidden.remove();
  return clone.textContent ?? "";
}

test("hidden characters are shown by name and copied as themselves, for as long as the view lives", async () => {
  const { box, markdown } = shown(`a ${HIDDEN.join(" ")} b`);
  expect(box.textContent).toBe(`a ${NAMES.join(" ")} b`);
  expect(copied(box)).toBe(`a ${HIDDEN.join(" ")} b`);
  await vi.waitFor(() => expect(box.textContent).toBe(`a ${NAMES.join(" ")} b`));
  expect(box.querySelector("[hidden]")).toBeNull();
  const kept = box.cloneNode(true) as HTMLElement;
  markdown.destroy();
  box.replaceChildren(...kept.childNodes);
  expect(copied(box)).toBe(`a ${NAMES.join(" ")} b`);
});

test("where nothing is selected nothing changes; a name that was written so is no character", () => {
  const { box } = shown("a\u202e ⟨U+202E⟩");
  document.getSelection()?.removeAllRanges();
  box.dispatchEvent(new Event("copy", { bubbles: true }));
  expect(box.querySelector("[hidden]")).toBeNull();
  expect(copied(box)).toBe("a\u202e ⟨U+202E⟩");
});

test("joiners and selectors stay where writing needs them", () => {
  for (const text of ["👩‍👧", "क्‍ष", "❤️", "می‌خواهم", "1️⃣"]) expect(shown(text).box.textContent).toBe(text);
  expect(shown("a \u200d b").box.textContent).toBe("a ⟨U+200D⟩ b");
});
