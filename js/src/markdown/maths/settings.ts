/** How KaTeX is used for a model's text. */
import type { KatexOptions } from "katex";

export const SETTINGS: KatexOptions = {
  // For screen readers, and for whoever looks for the TeX in the page
  output: "htmlAndMathml",
  // No \href, \url, \includegraphics, \htmlId, \htmlClass, \htmlStyle, \htmlData: each is an error, below
  trust: false,
  // Unusual TeX, such as letters of other scripts, is drawn all the same; KaTeX's own additions to HTML are refused
  strict: (code: string) => (code === "htmlExtension" ? "error" : "ignore"),
  maxExpand: 1000,
  maxSize: 20,
  throwOnError: true,
};
