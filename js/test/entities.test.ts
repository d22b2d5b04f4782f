import { decodeHTMLStrict as reference } from "entities";
import { describe, expect, it } from "vitest";
import { TABLE } from "../src/entities.gen.js";
import { decodeHTMLStrict } from "../src/entities.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHABETS = ["scr", "fr", "opf"].flatMap((end) => [...LETTERS].map((letter) => letter + end));
const NAMES = [...new Set([...ALPHABETS, ...TABLE.split(";").flatMap((row) => row.replace(/^[\d+]*/, "").split(","))])];

describe("named character references", () => {
  it("are all of HTML's, and mean what the package that they replace says", () => {
    expect(NAMES).toHaveLength(2125);
    for (const name of NAMES) {
      const text = `&${name};`;
      expect([name, decodeHTMLStrict(text)]).toEqual([name, reference(text)]);
      expect(decodeHTMLStrict(text)).not.toBe(text);
    }
  });

  it("that are none stay as they are", () => {
    const odd = ["&nonsense;", "&amp", "&;", "&AMP ;", "&constructor;", "&eacute", "& amp;", "&#;", "&#x;", "&#xg;"];
    for (const text of odd) expect([text, decodeHTMLStrict(text)]).toEqual([text, reference(text)]);
  });

  it("may be numbers", () => {
    for (const text of ["&#65;", "&#x1F600;", "&#0;", "&#xD800;", "&#1234567890;", "&#x110000;"]) {
      expect([text, decodeHTMLStrict(text)]).toEqual([text, reference(text)]);
    }
  });

  it("are found within a text", () => {
    expect(decodeHTMLStrict("a &lt;b&gt; &amp;amp; c")).toBe("a <b> &amp; c");
  });
});
