// Written by `make wire` from src/streamcell/wire.py. Never edited by hand.

/** Goes up when an old page could not read a new kernel's messages. */
export const VERSION = 1;

/** From the snapshot's root to one value. */
export type Path = (string | number)[];

export type SetOp = ["set", Path, unknown];

export type AppendOp = ["append", Path, string];

export type Op = SetOp | AppendOp;

/** What the view shows of a failure. Redacted; holds neither key nor prompt. */
export interface ErrorInfo {
  /** One of the kinds listed at `streamcell.errors.StreamcellError`. */
  kind: string;
  /** One line: what was expected, what came. */
  message: string;
  /** One line: what to do next. */
  hint?: string;
  status?: number;
  code?: string;
  request_id?: string;
}

/** The snapshot's ``streamcell`` key: what we know about the response beside what the API says of it. */
export interface Annex {
  /** ``responses``, ``chat`` or ``completions``: what the server spoke. Other fields are the Responses API's. */
  api?: string;
  /** A standing remark above the answer, such as ``demo: canned answers, no model``. */
  label?: string;
  /**
   * A remark in the status line, such as ``retrying in 2 s``, or what became of the request when it was stopped:
   * ``connection closed``, ``cancelled at the server``. Empty when there is nothing to say.
   */
  note?: string;
  /** Whether the page may send `Retry`. */
  can_retry?: boolean;
  /** Whether a cell waits for this stream. Only then may the page interrupt the kernel to stop it. */
  blocking?: boolean;
  /**
   * What to send to the kernel's control channel (see `Control`), because a running cell may keep it from hearing the
   * comm: all, or what a page asks for. Acknowledgements come each second, and hosts redraw for each control message.
   */
  control?: "all" | "asks";
  error?: ErrorInfo;
  /** Chat Completions and Completions: the first choice's last ``finish_reason``, in the server's own word. */
  finish_reason?: string;
  /** How often each event type came that no row of the provider's table names. */
  unknown_events?: Record<string, number>;
  /** How often each oddity of the server was met and read round, by a short name. */
  warnings?: Record<string, number>;
  /** output_index (as text) → base64 of the newest partial image. */
  partial_images?: Record<string, string>;
  /** ``data`` (base64) and ``transcript`` of a spoken answer, as far as they have come. */
  audio?: Record<string, string>;
  /** Unix time in seconds at which the request was sent. */
  started_at?: number;
  /** From there to the first delta of text, reasoning or arguments. */
  first_text_ms?: number;
  /** From there to the end. */
  elapsed_ms?: number;
}

/** A numbered list of ops. */
export interface Frame {
  kind: "frame";
  /** Names one run of the numbering; a new one means: forget what you have, and resync. */
  epoch: string;
  seq: number;
  ops: Op[];
  /** True on the last frame of a stream: nothing more will come in this epoch. */
  end?: boolean;
}

/** The whole snapshot as it stands after frame ``seq``. Sent to all pages; one that is further ahead ignores it. */
export interface Snapshot {
  kind: "snapshot";
  epoch: string;
  seq: number;
  response: Record<string, unknown>;
  end?: boolean;
}

/** The number of the newest frame, said when a page has been silent for a while: it may have lost the last frame. */
export interface Tail {
  kind: "tail";
  epoch: string;
  seq: number;
}

/** What of the page's code a message holds. All but the view are sent when something to show first asks for them. */
export type Part = "view" | "notebook" | "highlight" | "maths";

/** A part of the page's code, once per page: the message's first buffer is the code, its second the CSS (UTF-8). */
export interface Module {
  kind: "module";
  hash: string;
  part: Part;
}

/**
 * The static copy in the notebook is whole. Said at that time and to each page that opens later: a page whose copy
 * lacks ``mark`` was not told by the host, and asks for it.
 */
export interface Copied {
  kind: "copy";
  /** The widget's id, as the output before the copy names it. */
  view: string;
  /** Stands in the HTML of the copy. */
  mark: string;
  /** MIME type → the copy, for those who asked. */
  data?: Record<string, string>;
}

/** Please send a `Snapshot`. At most one is outstanding per page; asked again after a second without an answer. */
export interface Resync {
  kind: "resync";
  epoch: string;
  /** The last ``seq`` applied, 0 for none. */
  have: number;
  why: "start" | "gap" | "bad_frame" | "epoch";
}

/** All frames up to ``seq`` were applied. Once a second, after 64 KB, at the end, and in answer to a `Tail`. */
export interface Ack {
  kind: "ack";
  epoch: string;
  seq: number;
}

/** The reader wants the stream to stop. The text that arrived stays. */
export interface Cancel {
  kind: "cancel";
}

/** The reader wants the same request sent again, after a failure. The stream goes on in a new epoch. */
export interface Retry {
  kind: "retry";
}

/** The page does not hold this part of the code with this hash. Repeated while no answer comes. */
export interface ModuleRequest {
  kind: "module_request";
  hash: string;
  part: Part;
}

/** The copy in this page's notebook lacks the mark: please send it. */
export interface CopyRequest {
  kind: "copy_request";
}

export type ToPage = Frame | Snapshot | Tail | Module | Copied;

export type ToKernel = Resync | Ack | Cancel | Retry | ModuleRequest | CopyRequest;

/**
 * The content of a Jupyter message of type ``streamcell`` on the control channel: the other way to say what goes
 * over the comm otherwise, read by the kernel whatever cell runs.
 */
export interface Control {
  /** Of the view whose comm is meant. */
  epoch: string;
  message: Resync | Ack | Cancel | Retry | ModuleRequest | CopyRequest;
}
