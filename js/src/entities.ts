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

function unpack(): Map<string, string> {
  const names = new Map<string, string>();
  let first = 0;
  for (const row of TABLE.split(";")) {
    const [codes = "", ...all] = row.split(",");
    const [distance = 0, ...rest] = codes.split("+").map((code) => Number.parseInt(code, 36));
    first += distance;
    for (const name of all) names.set(name, String.fromCodePoint(first, ...rest));
  }
  return names;
}
