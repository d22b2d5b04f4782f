import { ALL_CODE, EVERYTHING, FAR, LONG_TABLE, WIDE_TABLE } from "/samples.js";

// What the page shows: one function for each state of a response. Plain data; nothing here was said by a model.
const start = (more = {}) => [
  "set",
  [],
  {
    id: "resp_1",
    object: "response",
    status: "in_progress",
    model: "gpt-5-mini",
    output: [],
    error: null,
    incomplete_details: null,
    usage: null,
    streamcell: {
      api: "responses",
      label: "demo: canned answers, no model",
      unknown_events: {},
      warnings: {},
      started_at: Date.now() / 1000,
      ...more,
    },
  },
];
const item = (i, value) => ["set", ["output", i], value];
const message = (i, text, more = {}) =>
  item(i, {
    type: "message",
    id: `msg_${i}`,
    role: "assistant",
    status: "in_progress",
    content: [{ type: "output_text", text, annotations: [] }],
    ...more,
  });
const usage = {
  input_tokens: 1234,
  output_tokens: 812,
  total_tokens: 2046,
  input_tokens_details: { cached_tokens: 1024 },
  output_tokens_details: { reasoning_tokens: 320 },
};
const end = (status, more = []) => [
  ["set", ["status"], status],
  ["set", ["usage"], usage],
  ["set", ["streamcell", "elapsed_ms"], 8243],
  ["set", ["streamcell", "first_text_ms"], 412],
  ...more,
];

const PROSE = `# Tides in one page

The Moon pulls the **near side** of the Earth more than the far side; what is left over is the *tide-raising* force. See
[the ocean service](https://oceanservice.noaa.gov/education/tutorial_tides/) for pictures, or \`tides --help\`.

## What sets the height

1. Distance: force falls with the *cube* of it
   - perigee: strongest
   - apogee: weakest
2. Alignment with the Sun
3. The shape of the coast

| Place | Range (m) | Note |
| :---- | --------: | ---- |
| Bay of Fundy | 16.3 | resonance |
| Saint-Malo | 13.5 | a power station since 1966 |
| Baltic Sea | 0.1 | nearly closed |

> Spring tides have nothing to do with the season.

\`\`\`python
def height(t, amplitude=1.0, period=12.42):
    """Metres above the mean, t in hours."""
    return amplitude * math.cos(2 * math.pi * t / period)
\`\`\`

---

### In short

Two bulges, one planet, and a coast that has the last word.
`;

/** A whole answer of `text`. */
function answered(text) {
  return ({ send }) => {
    send([start({ label: "" }), message(0, text, { status: "completed" })]);
    send(end("completed"), { end: true });
  };
}

const PLOT =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAgCAIAAAAt/+nTAAAAh0lEQVR42u3Puw2AQAwEUZdDddRJLyQk5GSQnE738dm7YqUpYJ6d102dCSCAAAII8F/Ath9G+v1mpN9MgOI3AaD+jQto/IYD9H6jAIa/kwHz3zkAx+9QwIrvCMDS74WAmG9/QPC3GyDrexaQ/j0IwPnuAwB+NwGQv2sAiu8CgOv7A5B+CwDTA1wqvppzTsL6AAAAAElFTkSuQmCC";

export const SCENES = {
  spoken({ send }) {
    send([start()]);
    send([
      item(0, {
        type: "code_interpreter_call",
        id: "ci_1",
        status: "completed",
        code: "plt.plot(x)\nplt.show()",
        outputs: [
          { type: "logs", logs: "[<Line2D>]\n" },
          { type: "image", url: `data:image/png;base64,${PLOT}` },
          { type: "image", url: "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=" },
          { type: "image", url: "https://files.example/plot.png" },
        ],
      }),
    ]);
    send([
      ["set", ["streamcell", "audio"], { data: "UklGRg==", transcript: "The tide rises where the Moon stands, " }],
    ]);
    send([
      [
        "append",
        ["streamcell", "audio", "transcript"],
        "and on the far side too, for the Earth is pulled from under it.",
      ],
    ]);
    send(end("completed"));
  },
  waiting({ send }) {
    send([start()]);
  },
  thinking({ send }) {
    send([start({ note: "retrying in 2 s" })]);
    send([
      item(0, {
        type: "reasoning",
        id: "rs_1",
        summary: [
          {
            type: "summary_text",
            text: "**Weighing the forces**\n\nThe near side is pulled harder than the far side; the difference is what matters, and it falls with the cube of the distance. ",
          },
        ],
      }),
    ]);
    send([["append", ["output", 0, "summary", 0, "text"], "So the Sun, heavy but far, does less than half."]]);
  },
  calling({ send }) {
    send([start()]);
    send([
      item(0, { type: "function_call", name: "book_table", call_id: "call_9", arguments: "", status: "in_progress" }),
    ]);
    send([
      [
        "append",
        ["output", 0, "arguments"],
        '{"place":"Chez \\u00c9lise","guests":4,"window":true,"wishes":["quiet corner","no nuts"],"notes":"Anniversary.\\nA cake, if \\"possible\\", with',
      ],
    ]);
  },
  async answer({ send, wait }) {
    send([start()]);
    send([
      item(0, {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "**Weighing the forces**\n\nThe near side is pulled harder." }],
      }),
    ]);
    await wait(30);
    send([message(1, "")]);
    for (let i = 0; i < PROSE.length; i += 40)
      send([["append", ["output", 1, "content", 0, "text"], PROSE.slice(i, i + 40)]]);
    send([
      [
        "set",
        ["output", 1, "content", 0, "annotations"],
        [
          {
            type: "url_citation",
            url: "https://oceanservice.noaa.gov/education/tutorial_tides/",
            title: "Tides and Water Levels",
          },
          { type: "url_citation", url: "javascript:alert(1)", title: "Not a link" },
          { type: "file_citation", file_id: "file_1", filename: "tide-tables.pdf" },
        ],
      ],
      ["set", ["output", 1, "status"], "completed"],
      ["set", ["streamcell", "unknown_events"], { "response.mood.delta": 2, "response.mood.done": 1 }],
      ["set", ["streamcell", "warnings"], { "sequence gap": 1 }],
    ]);
    send(end("completed"), { end: true });
  },
  tools({ send }) {
    send([start({ label: "" })]);
    send([
      item(0, {
        type: "function_call",
        name: "get_weather",
        call_id: "call_1",
        arguments: '{"city":"Paris","days":3}',
        status: "completed",
      }),
      item(1, { type: "function_call_output", call_id: "call_1", output: '{"sky": "clear", "high": 21}' }),
      item(2, {
        type: "web_search_call",
        status: "completed",
        action: {
          type: "search",
          query: "tide range Saint-Malo",
          sources: [{ type: "url", url: "https://en.wikipedia.org/wiki/Saint-Malo" }],
        },
      }),
      item(3, {
        type: "code_interpreter_call",
        status: "interpreting",
        code: "import math\nprint(math.pi)",
        outputs: [{ type: "logs", logs: "3.141592653589793\n" }],
      }),
      item(4, {
        type: "apply_patch_call",
        status: "completed",
        operation: {
          type: "update_file",
          path: "tides.py",
          diff: "@@ -1,3 +1,3 @@\n import math\n-period = 12\n+period = 12.42\n",
        },
      }),
      item(5, { type: "shell_call", status: "completed", action: { commands: ["ls -la", "python tides.py | head"] } }),
      item(6, {
        type: "mcp_call",
        status: "failed",
        server_label: "library",
        name: "lookup",
        arguments: '{"isbn": "978"}',
        error: "No such book.",
      }),
      item(7, { type: "hologram_call", id: "hg_1", status: "completed", beams: [1, 2, 3] }),
      item(8, {
        type: "function_call",
        name: "evil\u202etxt.exe",
        call_id: "call_2",
        arguments: '{"path": "a\u200bb", "n": nonsense',
        status: "in_progress",
      }),
      item(9, { type: "function_call", name: "now", call_id: "call_3", arguments: "{}", status: "completed" }),
    ]);
  },
  refused({ send }) {
    send([start({ label: "" })]);
    send([message(0, "", { content: [{ type: "refusal", refusal: "I can't help with that." }], status: "completed" })]);
    send(end("completed"), { end: true });
  },
  incomplete({ send }) {
    send([
      start({ label: "" }),
      message(0, "The three laws of motion are: first, a body at rest", { status: "incomplete" }),
    ]);
    send(end("incomplete", [["set", ["incomplete_details"], { reason: "max_output_tokens" }]]), { end: true });
  },
  failed({ send }) {
    send([start({ label: "" }), message(0, "The answer begins well")]);
    send(
      end("failed", [
        [
          "set",
          ["streamcell", "error"],
          {
            kind: "rate_limit",
            message: "Rate limit reached for gpt-5-mini: 3 requests a minute.",
            hint: "Wait 20 s, or ask for a higher limit.",
            status: 429,
            code: "rate_limit_exceeded",
            request_id: "req_4f8a1c",
          },
        ],
      ]),
      { end: true },
    );
  },
  cancelled({ send }) {
    send([start({ label: "" }), message(0, "Once upon a time there was")]);
    send(end("cancelled"), { end: true });
  },
  interrupted({ send }) {
    send([start({ label: "" }), message(0, "The connection was good until")]);
    send(end("interrupted"), { end: true });
  },
  long({ send }) {
    const word = "unbroken".repeat(30);
    send([
      start({ label: word, note: word }),
      ["set", ["model"], word],
      item(0, {
        type: "function_call",
        name: word,
        call_id: word,
        arguments: `{"${word}":"${word}"}`,
        status: "completed",
      }),
      message(1, `${word}\n\n# ${word}\n\n\`${word}\`\n\n| a | b |\n|---|---|\n| ${word} | c |\n\n- ${word}\n`),
      message(
        2,
        "# مرحبا بالعالم\n\nهذه فقرة بالعربية مع **كلمة** وقائمة:\n\n- واحد\n- اثنان\n\n中文段落，没有空格。\n",
      ),
    ]);
    send(
      end("failed", [
        ["set", ["streamcell", "error"], { kind: "dns", message: `No host ${word}.`, code: word, request_id: word }],
      ]),
    );
  },
  everything: answered(EVERYTHING),
  code: answered(ALL_CODE),
  tables: answered(`${LONG_TABLE}\n${WIDE_TABLE}`),
  far: answered(FAR),
  growing({ send }) {
    send([start({ label: "" }), message(0, "")]);
    window.grow = (text) => send([["append", ["output", 0, "content", 0, "text"], text]]);
    window.finish = () => send(end("completed", [["set", ["output", 0, "status"], "completed"]]), { end: true });
  },
  lost({ send, model }) {
    send([start({ label: "" }), message(0, "The kernel was restarted while this")]);
    model.dead = true;
    model.hear({ kind: "tail", epoch: "lost", seq: 9 });
  },
};
