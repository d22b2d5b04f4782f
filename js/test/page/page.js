// Feeds the built bundle from models that are made up. `?scene=name` shows one, `?theme=dark` another theme, `?at=n`
// stops after n frames.

import { SCENES } from "/scenes.js";
import { attach } from "/widget.js";

const query = new URLSearchParams(location.search);
document.body.dataset.jpThemeLight = String(query.get("theme") !== "dark");
if (query.get("theme") === "none") delete document.body.dataset.jpThemeLight;

class FakeModel {
  #listeners = new Set();
  sent = [];
  on(event, run) {
    if (event === "msg:custom") this.#listeners.add(run);
  }
  off(event, run) {
    if (event === "msg:custom") this.#listeners.delete(run);
  }
  send(content) {
    if (this.dead) throw new Error("Cannot send");
    this.sent.push(content);
  }
  hear(content) {
    for (const run of this.#listeners) run(content, []);
  }
}

window.models = {};
for (const [name, scene] of Object.entries(SCENES)) {
  if (query.has("scene") && query.get("scene") !== name) continue;
  const section = document.createElement("section");
  const heading = document.createElement("h6");
  heading.textContent = name;
  const host = document.createElement("div");
  section.append(heading, host);
  document.querySelector("main").append(section);

  const model = new FakeModel();
  window.models[name] = model;
  const attached = attach({ model, queued: [], load: (part) => import(`/${part}.js`) });
  attached.render({ model, el: host });
  let seq = 0;
  const send = (ops, more = {}) => model.hear({ kind: "frame", epoch: name, seq: ++seq, ops, ...more });
  scene({ send, model, wait: (ms) => new Promise((done) => setTimeout(done, ms)) });
}
