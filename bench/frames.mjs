// In the page: feeds an answer frame by frame, and marks each frame. frames.py calls `run`, and reads the marks.
import { corpora } from "/corpora.mjs";

const next = () => new Promise(requestAnimationFrame);

/** What the harness has not: one line of data, which cannot be cut. */
const OWN = {
  line: (n) => `\`\`\`json\n{"data": [${"12345, ".repeat(n / 7)}0]}\n\`\`\`\n`,
};

/** The view's own path: message, link, store, scheduler, views. */
function view() {
  const ended = () => document.querySelector("[data-sc-status=completed]");
  return { feed: (text) => window.grow(text), end: () => window.finish(), ended };
}

/** A peer of ../shared/bench/markdown, which is handed what came since the last frame. */
async function peer(text) {
  const { default: adapter } = await import("/peer.mjs");
  const host = document.querySelector("main").appendChild(document.createElement("div"));
  const made = adapter.create(host, { text });
  const feed = (piece) => {
    made.push(piece);
    made.flush();
  };
  return { feed, end: () => made.end(), ended: () => true };
}

/** @param {{corpus: string, size: number, chars: number, stick: boolean, isPeer: boolean}} options */
export async function run({ corpus, size, chars, stick, isPeer }) {
  const text = (OWN[corpus] ?? corpora[corpus])(size);
  const shown = isPeer ? await peer(text) : view();
  const turn = async () => {
    if (stick) window.scrollTo(0, 1e9);
    await next();
    performance.mark("frame");
  };
  await turn();
  for (let at = 0; at < text.length; at += chars) {
    shown.feed(text.slice(at, at + chars));
    await turn();
  }
  shown.end();
  do await turn();
  while (!shown.ended());
}
