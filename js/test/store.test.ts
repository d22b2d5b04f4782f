import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Json } from "../src/json.js";
import { FrameError, MAX_PADDING, Store } from "../src/store.js";
import type { Frame, Op, Path } from "../src/wire.gen.js";
import { chance, cut, emptyResponse, streamOps } from "./fakes.js";

interface Vector {
  name: string;
  start: Json;
  frames: Frame[];
  end?: Json;
  seq?: number;
  error?: boolean;
}

const VECTORS = join(import.meta.dirname, "..", "..", "tests", "vectors", "wire");

describe("wire vectors", () => {
  for (const file of readdirSync(VECTORS).filter((name) => name.endsWith(".json"))) {
    for (const vector of JSON.parse(readFileSync(join(VECTORS, file), "utf8")) as Vector[]) {
      it(`${file}: ${vector.name}`, () => {
        const store = new Store(vector.start);
        const replay = () => {
          for (const frame of vector.frames) store.apply(frame);
        };
        if (vector.error) return expect(replay).toThrow(FrameError);
        replay();
        // As text: toEqual does not look at a key named __proto__.
        expect(JSON.parse(JSON.stringify(store.snapshot))).toEqual(vector.end);
        expect(sorted(store.snapshot)).toBe(sorted(vector.end ?? null));
        if (vector.seq !== undefined) expect(store.seq).toBe(vector.seq);
      });
    }
  }
});

function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sorted)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${sorted(Object.getOwnPropertyDescriptor(value, key)?.value)}`)}}`;
}

function storeOf(...frames: Op[][]): Store {
  const store = new Store();
  frames.forEach((ops, i) => {
    store.apply({ seq: i + 1, ops });
  });
  return store;
}

describe("laws", () => {
  const ops = streamOps();
  const end = storeOf(ops).snapshot;

  it("any cutting into frames ends in the same snapshot", () => {
    for (let seed = 0; seed < 50; seed++) expect(storeOf(...cut(ops, chance(seed))).snapshot).toEqual(end);
  });

  it("any snapshot plus the later frames equals the end", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = chance(seed);
      const frames = cut(ops, random);
      const at = random(frames.length);
      const before = storeOf(...frames.slice(0, at + 1));
      const late = new Store();
      late.replace({ seq: at + 1, response: JSON.parse(JSON.stringify(before.snapshot)) });
      // Some of the frames that the snapshot holds come again.
      frames.slice(Math.max(0, at - 3)).forEach((frame, i) => {
        late.apply({ seq: Math.max(0, at - 3) + i + 1, ops: frame });
      });
      expect(late.snapshot).toEqual(end);
    }
  });
});

describe("a frame", () => {
  it("counts whole or not at all", () => {
    const store = storeOf([["set", [], { a: "x", l: [] }]]);
    const before = store.snapshot;
    store.takeTails();
    const bad: Op[] = [
      ["append", ["a"], "y"],
      ["append", ["b"], "z"],
    ];
    expect(() => store.apply({ seq: 2, ops: bad })).toThrow(FrameError);
    expect(store.snapshot).toBe(before);
    expect(store.snapshot).toEqual({ a: "x", l: [] });
    expect(store.seq).toBe(1);
    expect(store.takeTails().of(["a"])).toBeUndefined();
  });

  it("never changes what a view holds, and keeps the identity of what it does not touch", () => {
    const store = storeOf([["set", [], { a: { text: "x" }, b: { text: "y" } }]]);
    const before = store.snapshot as { a: object; b: object };
    store.apply({ seq: 2, ops: [["append", ["a", "text"], "!"]] });
    const after = store.snapshot as { a: object; b: object };
    expect(before.a).toEqual({ text: "x" });
    expect(after.a).not.toBe(before.a);
    expect(after.b).toBe(before.b);
  });

  it("does not pollute prototypes", () => {
    const store = storeOf([["set", [], { x: {} }]]);
    store.apply({ seq: 2, ops: [["set", ["x", "__proto__"], { polluted: true }]] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    store.apply({ seq: 3, ops: [["set", ["x", "__proto__", "polluted"], false]] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("may lengthen a list by so much and no more", () => {
    const store = storeOf([["set", [], { l: [] }]]);
    expect(() => store.apply({ seq: 2, ops: [["set", ["l", MAX_PADDING + 1], 1]] })).toThrow(FrameError);
    store.apply({ seq: 2, ops: [["set", ["l", MAX_PADDING], 1]] });
    expect((store.snapshot as { l: Json[] }).l).toHaveLength(MAX_PADDING + 1);
  });
});

describe("tails", () => {
  const TEXT: Path = ["output", 0, "text"];
  const start = () => {
    const store = storeOf([["set", [], emptyResponse({ output: [{ text: "ab" }] })]]);
    store.takeTails();
    return store;
  };

  it("hold what was appended since they were taken last", () => {
    const store = start();
    store.apply({ seq: 2, ops: [["append", TEXT, "c"]] });
    store.apply({ seq: 3, ops: [["append", TEXT, "d"]] });
    expect(store.takeTails().of(TEXT)).toBe("cd");
    expect(store.takeTails().of(TEXT)).toBeUndefined();
  });

  for (const [where, path, value] of [
    ["at the text", TEXT, "xy"],
    ["above the text", ["output", 0], { text: "xy" }],
    ["at the root", [], emptyResponse({ output: [{ text: "xy" }] })],
  ] as const) {
    it(`are unknown after a set ${where}, whatever is appended then`, () => {
      const store = start();
      store.apply({ seq: 2, ops: [["append", TEXT, "c"]] });
      store.apply({ seq: 3, ops: [["set", [...path], value]] });
      store.apply({ seq: 4, ops: [["append", TEXT, "d"]] });
      expect(store.takeTails().of(TEXT)).toBeUndefined();
    });
  }

  it("are not disturbed by a set elsewhere", () => {
    const store = start();
    store.apply({ seq: 2, ops: [["append", TEXT, "c"]] });
    store.apply({ seq: 3, ops: [["set", ["output", 1], { text: "other" }]] });
    store.apply({ seq: 4, ops: [["set", ["status"], "completed"]] });
    expect(store.takeTails().of(TEXT)).toBe("c");
  });

  it("are unknown after a snapshot", () => {
    const store = start();
    store.apply({ seq: 2, ops: [["append", TEXT, "c"]] });
    store.replace({ seq: 9, response: emptyResponse({ output: [{ text: "abcdef" }] }) });
    expect(store.takeTails().of(TEXT)).toBeUndefined();
  });
});
