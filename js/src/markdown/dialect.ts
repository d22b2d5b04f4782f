/** The dialect: markdown-it without raw HTML, with autolinks. What it knows nothing of: DOM, streaming, safety policy. */
import MarkdownIt from "markdown-it";

/** One parser for the whole page; it keeps no state between calls. */
export const markdown = new MarkdownIt({ html: false, linkify: true });
// Policy is ours (urls.ts): the parser only tells where a link points.
markdown.validateLink = () => true;
