/**
 * Named character references (`&eacute;`), in the place of the package `entities`: the build puts this module under
 * that name, because the package's table alone would be a quarter of all that the page loads.
 */
import { TABLE } from "./entities.gen.js";

let meanings: Map<string, string> | undefined;

/** Replaces references that end in a semicolon; what is no reference stays as it is. */
export function decodeHTMLStrict(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|([a-z][a-z\d]*));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) {
      meanings ??= unpack();
      return meanings.get(name) ?? whole;
    }
    const code = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : "\ufffd";
  });
}

/** Where the letters of an alphabet begin, and what ends their names: A to Z, a to z. Some have older code points. */
const ALPHABETS = [
  [0x1d49c, "scr"],
  [0x1d504, "fr"],
  [0x1d538, "opf"],
] as const;

function unpack(): Map<string, string> {
  const names = new Map<string, string>();
  for (const [first, end] of ALPHABETS) {
    for (let i = 0; i < 52; i++)
      names.set(String.fromCharCode((i < 26 ? 65 : 71) + i) + end, String.fromCodePoint(first + i));
  }
  let first = 0;
  for (const row of TABLE.split(";")) {
    const [codes = ""] = /^[\d+]*/.exec(row) ?? [];
    const [distance, ...rest] = codes.split("+");
    first += Number(distance || 1);
    for (const name of row.slice(codes.length).split(","))
      names.set(name, String.fromCodePoint(first, ...rest.map(Number)));
  }
  return names;
}
