/** Small line drawings, 16 × 16, in the colour of the text around them. */

const PATHS = {
  check: "M3.5 8.5l3 3 6-7",
  clock: "M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  cross: "M4.5 4.5l7 7m0-7l-7 7",
  half: "M8 2.5a5.5 5.5 0 0 1 0 11zM13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z",
  stop: "M5 5h6v6H5zM14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  broken: "M2 8h3.5L7 5l2 6 1.5-3H14",
  dot: "M8 8h.01",
  hand: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM4 4l8 8",
  question: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM6.3 6.3a1.7 1.7 0 1 1 2.6 1.5C8.3 8.2 8 8.5 8 9.2M8 11.3h.01",
  chevron: "M6 4l4 4-4 4",
  function: "M10.5 3.5c-1.7-.9-2.6.1-2.9 2L6.4 12c-.3 1.6-1.2 2.2-2.4 1.6M5.3 7.3h5",
  wrench: "M13.5 4.5a3.5 3.5 0 0 1-4.7 4.2L5 12.5A1.4 1.4 0 1 1 3 10.5L6.8 6.7A3.5 3.5 0 0 1 11 2.5L9 4.5l.5 2 2 .5z",
  search: "M10.3 10.3L14 14M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0z",
  terminal: "M3 4l4 4-4 4M8.5 12H13",
  image: "M2.5 3.5h11v9h-11zM2.5 10.5l3-3 3 3 2-2 3 3M10.5 6h.01",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  code: "M5.5 5L2.5 8l3 3M10.5 5l3 3-3 3",
  think: "M8 2.5a4 4 0 0 1 2 7.5v1.5H6V10a4 4 0 0 1 2-7.5zM6.5 13.5h3",
  box: "M2.5 5L8 2.5 13.5 5v6L8 13.5 2.5 11zM2.5 5L8 7.5 13.5 5M8 7.5v6",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
} as const;

export type Icon = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [
    ["viewBox", "0 0 16 16"],
    ["class", `sc-icon sc-icon-${name}`],
    ["aria-hidden", "true"],
    ["focusable", "false"],
  ] as const) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
