import { describe, expect, it } from "vitest";
import { following } from "../src/views/follow.js";

/** A box 100 pixels high; jsdom lays nothing out. */
function boxOf(scrollHeight: number, scrollTop: number): HTMLElement {
  return { clientHeight: 100, scrollHeight, scrollTop } as HTMLElement;
}

const grow = (box: HTMLElement) => () => Object.assign(box, { scrollHeight: box.scrollHeight + 500 });

describe("a box whose content grows", () => {
  it("stays at its end when the reader is there", () => {
    const box = boxOf(300, 190);
    following(box, true, grow(box));
    expect(box.scrollTop).toBe(800);
  });

  it("stays where the reader is when that is elsewhere", () => {
    const box = boxOf(300, 50);
    following(box, true, grow(box));
    expect(box.scrollTop).toBe(50);
  });

  it("stays at its beginning when it came whole", () => {
    const box = boxOf(100, 0);
    following(box, false, grow(box));
    expect(box.scrollTop).toBe(0);
  });
});
