import { describe, expect, it } from "vitest";
import { count, duration, plural, ticking } from "../src/views/format.js";

describe("numbers as people read them", () => {
  it("durations", () => {
    const all = [0, 0.4, 850, 999.4, 1000, 3240, 9940, 9960, 41_499, 59_600, 61_000, 3_600_000].map(duration);
    expect(all).toEqual([
      "0 ms",
      "0 ms",
      "850 ms",
      "999 ms",
      "1.0 s",
      "3.2 s",
      "9.9 s",
      "10 s",
      "41 s",
      "1 min 00 s",
      "1 min 01 s",
      "60 min 00 s",
    ]);
  });

  it("a clock that ticks", () => {
    expect([-5, 0, 999, 1000, 9999, 10_000, 59_999, 60_000].map(ticking)).toEqual([
      "0 s",
      "0 s",
      "0 s",
      "1 s",
      "9 s",
      "10 s",
      "59 s",
      "1 min 00 s",
    ]);
  });

  it("counts", () => {
    expect([count(1234567), plural(1, "event"), plural(1200, "event")]).toEqual([
      "1,234,567",
      "1 event",
      "1,200 events",
    ]);
  });
});
