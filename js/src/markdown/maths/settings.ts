/** How KaTeX is used for a model's text. */
import type { KatexOptions } from "katex";

export const SETTINGS: KatexOptions = {
  // For screen readers, and for whoever looks for the TeX in the page
  output: "htmlAndMathml",
  // No \href, \url, \includegraphics, \htmlId, \htmlClass, \htmlStyle, \htmlData; see UNTRUSTED too
  trust: false,
  // Unusual TeX, such as letters of other scripts, is drawn all the same; KaTeX's own additions to HTML are refused
  strict: (code: string) => (code === "htmlExtension" ? "error" : "ignore"),
  maxExpand: 1000,
  maxSize: 20,
  throwOnError: true,
};

/** KaTeX would write the name of such a command and leave out what it is about: better all of the source. */
export const UNTRUSTED = /\\(?:href|url|includegraphics|html(?:Id|Class|Style|Data))(?![A-Za-z])/;
