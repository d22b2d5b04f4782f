/** Bounds that keep any text from costing more than its length: what is over them is shown as it stands. Pure. */

/** Texts up to this length are harmless, whatever is in them. */
const SMALL = 2500;

/** How often a pattern may stand in one piece of text. */
const MOST: readonly (readonly [RegExp, number])[] = [
  [/[[\]*_`~<&^!\\]/g, 20_000],
  [/\[/g, 5_000],
  [/!\[/g, 1_500],
  [/\^\[/g, 200],
  [/@|:\/\/|www\./gi, 1_500],
];

export function isHostile(content: string): boolean {
  if (content.length <= SMALL) return false;
  return MOST.some(([pattern, most]) => (content.match(pattern)?.length ?? 0) > most);
}
