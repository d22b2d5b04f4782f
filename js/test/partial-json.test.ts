import { describe, expect, it } from "vitest";
import type { Json } from "../src/json.js";
import { type JsonSink, type Kind, MAX_DEPTH, PartialJson } from "../src/partial-json.js";
import { chance } from "./fakes.js";

/** Builds the value that has been read so far; a string, number or word that is unfinished stands as it is. */
class Builder implements JsonSink {
  root: Json | undefined;
  rest = "";
  calls = 0;
  #stack: { kind: Kind; value: Json; key: string }[] = [];

  begin(kind: Kind): void {
    this.calls++;
    this.#stack.push({ kind, value: kind === "object" ? {} : kind === "array" ? [] : "", key: "" });
    this.#store();
  }

  chars(text: string): void {
    this.calls++;
    const top = this.#stack.at(-1);
    if (!top || typeof top.value !== "string") throw new Error("characters outside of a text");
    top.value += text;
    this.#store();
  }

  escape(_raw: string, value: string): void {
    this.chars(value);
  }

  end(): void {
    const top = this.#stack.at(-1);
    if (top?.kind === "scalar") {
      top.value = JSON.parse(top.value as string);
      this.#store();
    }
    this.#stack.pop();
    const parent = this.#stack.at(-1);
    if (parent && top?.kind === "key") parent.key = top.value as string;
  }

  mark(): void {
    this.calls++;
  }

  bad(text: string): void {
    this.calls++;
    this.rest += text;
  }

  #store(): void {
    const top = this.#stack.at(-1);
    const parent = this.#stack.at(-2);
    if (!top || top.kind === "key") return;
    if (!parent) this.root = top.value;
    else if (Array.isArray(parent.value)) this.#intoList(parent.value, top);
    else (parent.value as Record<string, Json>)[parent.key] = top.value;
  }

  // A list's last entry is written anew while it grows.
  #open = new Map<object, number>();
  #intoList(list: Json[], top: { value: Json }): void {
    const at = this.#open.get(top) ?? list.length;
    this.#open.set(top, at);
    list[at] = top.value;
  }
}

function read(...pieces: string[]): { reader: PartialJson; built: Builder } {
  const built = new Builder();
  const reader = new PartialJson(built);
  for (const piece of pieces) reader.push(piece);
  return { reader, built };
}

const DOCUMENTS = [
  '{"city":"Paris","days":3}',
  ' { "a" : [ 1 , -2.5e+3 , true , null , "x" , { } , [ ] , [[1],[2]] ] , "b" : { "c" : "d" } } ',
  '{"code":"print(\\"hi\\")\\n\\tif x:\\\\n","path":"C:\\\\temp\\/x","u":"\\u00e9\\ud83d\\ude00\\u4f60"}',
  '["a😀b", "é", ""]',
  '"only text"',
  "42",
  "true",
  "{}",
  "[]",
];

/** Random JSON text, with white space here and there. */
function randomJson(random: (below: number) => number, depth = 0): string {
  const gap = () => ["", " ", "\n  "][random(3)];
  const simple = ['"t\\n\\u0041x"', '""', "0", "-1.5e3", "true", "false", "null", '"\\ud83d\\ude00"', '"😀\\\\"'];
  if (depth > 3 || random(3) === 0) return simple[random(simple.length)] as string;
  const inner = Array.from({ length: random(4) }, () => randomJson(random, depth + 1));
  if (random(2) === 0) return `[${gap()}${inner.join(`${gap()},${gap()}`)}${gap()}]`;
  return `{${gap()}${inner.map((value, i) => `"k${i}"${gap()}:${gap()}${value}`).join(",")}${gap()}}`;
}

describe("partial JSON", () => {
  it("reads whole documents as JSON.parse does", () => {
    for (const text of DOCUMENTS) {
      const { reader, built } = read(text, "\n");
      expect(built.root).toEqual(JSON.parse(text));
      expect([reader.complete, built.rest]).toEqual([true, ""]);
    }
  });

  it("reads any cutting as the whole", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = chance(seed);
      const text = randomJson(random);
      const pieces: string[] = [];
      for (let at = 0; at < text.length; ) {
        const length = 1 + random(4);
        pieces.push(text.slice(at, at + length));
        at += length;
      }
      const { reader, built } = read(...pieces, "\n");
      expect(built.root).toEqual(JSON.parse(text));
      expect([reader.complete, built.rest]).toEqual([true, ""]);
    }
  });

  it("has after each prefix all that the prefix says", () => {
    const text = '{"a":"x\\ny","b":[1,{"c":"😀z"}]}';
    const seen = Array.from({ length: text.length + 1 }, (_, i) => read(text.slice(0, i)).built);
    for (const built of seen) expect(built.rest).toBe("");
    const rootAt = (prefix: string) => seen[prefix.length]?.root;
    expect(rootAt("")).toBeUndefined();
    expect(rootAt('{"a')).toEqual({});
    expect(rootAt('{"a":"')).toEqual({ a: "" });
    expect(rootAt('{"a":"x\\')).toEqual({ a: "x" });
    expect(rootAt('{"a":"x\\n')).toEqual({ a: "x\n" });
    expect(rootAt('{"a":"x\\ny","b":[1')).toEqual({ a: "x\ny", b: ["1"] });
    expect(rootAt('{"a":"x\\ny","b":[1,{"c":"😀')).toEqual({ a: "x\ny", b: [1, { c: "😀" }] });
    expect(rootAt(text)).toEqual(JSON.parse(text));
    for (let i = 0; i < text.length; i++) expect(read(text.slice(0, i)).reader.complete).toBe(false);
  });

  it("hands over what is not JSON, and all behind it, and loses no character", () => {
    for (const [text, rest] of [
      ['{"a": nonsense and more', " and more"],
      ['{"a" 1}', "1}"],
      ["{}{}", "{}"],
      ["[1,]", "]"],
      ["}", "}"],
      ['"a\\x41"', '\\x41"'],
      ["[1 2]", "2]"],
      ["<tool>", "<tool>"],
    ]) {
      const whole = read(text as string);
      expect(whole.built.rest).toBe(rest);
      expect(whole.reader.complete).toBe(false);
      expect(read(...(text as string)).built.rest).toBe(rest);
    }
  });

  it("keeps a lone surrogate and what follows it", () => {
    for (const text of ['"\\ud83dx"', '"\\ud83d\\n"', '"\\ud83d\\u0041"', '"\\ud83d\\ud83d\\ude00"', '"\\ude00"']) {
      expect(read(...text).built.root).toBe(JSON.parse(text));
    }
  });

  it("stops descending at a depth and keeps the text", () => {
    const text = "[".repeat(MAX_DEPTH + 50);
    expect(read(text).built.rest).toBe("[".repeat(50));
  });

  it("does work in proportion to the text, however it is cut", () => {
    // Counted, not timed: what the sink is told grows with the text, and no piece is read twice.
    const calls = (length: number) => read(...`{"a":"${"x\\n".repeat(length)}"}`).built.calls;
    expect(calls(2000) / calls(1000)).toBeCloseTo(2, 1);
    const numbers = (length: number) => read(...`[${"1,".repeat(length)}1]`).built.calls;
    expect(numbers(2000) / numbers(1000)).toBeCloseTo(2, 1);
  });
});
