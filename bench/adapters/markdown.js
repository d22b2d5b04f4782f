// Our engine, for the harness in ../shared/bench/markdown. Where the harness passes `set` it compares the dialect itself:
// the policy for links, images and hidden characters is off there, and so are small tags and maths. `batch` is markdown-it with public plug-ins.
import MarkdownIt from "../../js/node_modules/markdown-it/dist/markdown-it.mjs";
import footnotes from "../../js/node_modules/markdown-it-footnote/index.mjs";
import tasks from "../../js/node_modules/markdown-it-task-lists/index.js";
import { autolinks } from "../../js/src/markdown/autolinks.ts";
import css from "../../js/src/markdown/markdown.css" with { type: "text" };
import { inlineParser } from "../../js/src/markdown/dialect.ts";
import { Engine } from "../../js/src/markdown/engine.ts";
import { bare, guarded } from "../../js/src/markdown/spans.ts";

const md = new MarkdownIt({ html: false, linkify: true }).use(autolinks).use(footnotes).use(tasks);
const full = inlineParser({ linkify: true, notes: true, tags: false })
const shipped = inlineParser({ linkify: true, notes: true, tags: true, maths: true });
const strict = inlineParser({ linkify: false, notes: false, tags: false });
const STRICT = new Set(["cm", "cmhtml", "cmtext"]);

export default {
  name: "markdown",
  batch: (text) => md.render(text),
  create(el, { set }) {
    const compared = { policy: bare, parse: STRICT.has(set) ? strict : full, repair: false };
    const options = set ? compared : { policy: guarded(document.location.origin), parse: shipped, repair: true, maths: true };
    const engine = new Engine(document, options);
    engine.el.className = "sc-markdown";
    const style = document.createElement("style");
    style.textContent = css;
    el.before(style);
    el.append(engine.el);
    let text = "";
    return {
      push(piece) {
        text += piece;
      },
      flush() {
        engine.push(text);
        text = "";
      },
      end: () => engine.end(),
      destroy() {
        style.remove();
        engine.destroy();
      },
    };
  },
};
