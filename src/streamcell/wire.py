"""All that crosses the comm between kernel and page, and its version.

The only source of the wire contract: ``make wire`` writes ``js/src/wire.gen.ts`` from these types, and both
languages replay ``tests/vectors/wire/``. It knows nothing of how messages travel.

The *snapshot* is one JSON object: the API's own ``response`` object, plus the key ``streamcell`` with what is
ours (see `Annex`). A *path* is the list of keys and indices from its root. Two ops change it:

``["set", path, value]``
    Put ``value`` at ``path``. The parent must exist. In a list, an index equal to its length appends, a larger one
    pads with null. The path ``[]`` replaces the whole snapshot.
``["append", path, text]``
    Add ``text`` to the string at ``path``. The string must exist.

There are no offsets: Python counts code points, JavaScript counts UTF-16 units. Order is kept by ``seq``: a reader
applies ``seq == last + 1``, drops anything older, and asks for a `Resync` on a gap. A *seq* is ours and counts
frames of one epoch from 1; it is not the API's ``sequence_number``.
"""

from __future__ import annotations

import sys
from typing import Any, Literal, TypedDict

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:  # pragma: no cover - typing_extensions comes with anywidget and IPython there
    from typing_extensions import NotRequired

VERSION = 1
"""Goes up when an old page could not read a new kernel's messages."""

Path = list[str | int]
"""From the snapshot's root to one value."""

SetOp = tuple[Literal["set"], Path, Any]
AppendOp = tuple[Literal["append"], Path, str]
Op = SetOp | AppendOp


class ErrorInfo(TypedDict):
    """What the view shows of a failure. Redacted; holds neither key nor prompt."""

    kind: str
    """One of the kinds listed at `streamcell.errors.StreamcellError`."""
    message: str
    """One line: what was expected, what came."""
    hint: NotRequired[str]
    """One line: what to do next."""
    status: NotRequired[int]
    code: NotRequired[str]
    request_id: NotRequired[str]


class Annex(TypedDict, total=False):
    """The snapshot's ``streamcell`` key: what we know about the response beside what the API says of it."""

    api: str
    """``responses``, ``chat`` or ``completions``: what the server spoke. Other fields are the Responses API's."""
    label: str
    """A standing remark above the answer, such as ``demo: canned answers, no model``."""
    note: str
    """A remark in the status line, such as ``retrying in 2 s``, or what became of the request when it was stopped:
    ``connection closed``, ``cancelled at the server``. Empty when there is nothing to say."""
    can_retry: bool
    """Whether the page may send `Retry`."""
    blocking: bool
    """Whether a cell waits for this stream. Only then may the page interrupt the kernel to stop it."""
    control: Literal["all", "asks"]
    """What to send to the kernel's control channel (see `Control`), because a running cell may keep it from hearing the
    comm: all, or what a page asks for. Acknowledgements come each second, and hosts redraw for each control message."""
    error: ErrorInfo
    finish_reason: str
    """Chat Completions and Completions: the first choice's last ``finish_reason``, in the server's own word."""
    unknown_events: dict[str, int]
    """How often each event type came that no row of the provider's table names."""
    warnings: dict[str, int]
    """How often each oddity of the server was met and read round, by a short name."""
    partial_images: dict[str, str]
    """output_index (as text) → base64 of the newest partial image."""
    audio: dict[str, str]
    """``data`` (base64) and ``transcript`` of a spoken answer, as far as they have come."""
    started_at: float
    """Unix time in seconds at which the request was sent."""
    first_text_ms: float
    """From there to the first delta of text, reasoning or arguments."""
    elapsed_ms: float
    """From there to the end."""


# ---------------------------------------------------------------- kernel → page
class Frame(TypedDict):
    """A numbered list of ops."""

    kind: Literal["frame"]
    epoch: str
    """Names one run of the numbering; a new one means: forget what you have, and resync."""
    seq: int
    ops: list[Op]
    end: NotRequired[bool]
    """True on the last frame of a stream: nothing more will come in this epoch."""


class Snapshot(TypedDict):
    """The whole snapshot as it stands after frame ``seq``. Sent to all pages; one that is further ahead ignores it."""

    kind: Literal["snapshot"]
    epoch: str
    seq: int
    response: dict[str, Any]
    end: NotRequired[bool]


class Tail(TypedDict):
    """The number of the newest frame, said when a page has been silent for a while: it may have lost the last frame."""

    kind: Literal["tail"]
    epoch: str
    seq: int


Part = Literal["view", "notebook", "highlight", "maths"]
"""What of the page's code a message holds. All but the view are sent when something to show first asks for them."""


class Module(TypedDict):
    """A part of the page's code, once per page: the message's first buffer is the code, its second the CSS (UTF-8)."""

    kind: Literal["module"]
    hash: str
    part: Part


class Copied(TypedDict):
    """The static copy in the notebook is whole. Said at that time and to each page that opens later: a page whose copy
    lacks ``mark`` was not told by the host, and asks for it."""

    kind: Literal["copy"]
    view: str
    """The widget's id, as the output before the copy names it."""
    mark: str
    """Stands in the HTML of the copy."""
    data: NotRequired[dict[str, str]]
    """MIME type → the copy, for those who asked."""


# ---------------------------------------------------------------- page → kernel
class Resync(TypedDict):
    """Please send a `Snapshot`. At most one is outstanding per page; asked again after a second without an answer."""

    kind: Literal["resync"]
    epoch: str
    have: int
    """The last ``seq`` applied, 0 for none."""
    why: Literal["start", "gap", "bad_frame", "epoch"]


class Ack(TypedDict):
    """All frames up to ``seq`` were applied. Once a second, after 64 KB, at the end, and in answer to a `Tail`."""

    kind: Literal["ack"]
    epoch: str
    seq: int


class Cancel(TypedDict):
    """The reader wants the stream to stop. The text that arrived stays."""

    kind: Literal["cancel"]


class Retry(TypedDict):
    """The reader wants the same request sent again, after a failure. The stream goes on in a new epoch."""

    kind: Literal["retry"]


class ModuleRequest(TypedDict):
    """The page does not hold this part of the code with this hash. Repeated while no answer comes."""

    kind: Literal["module_request"]
    hash: str
    part: Part


class CopyRequest(TypedDict):
    """The copy in this page's notebook lacks the mark: please send it."""

    kind: Literal["copy_request"]


ToPage = Frame | Snapshot | Tail | Module | Copied
ToKernel = Resync | Ack | Cancel | Retry | ModuleRequest | CopyRequest


class Control(TypedDict):
    """The content of a Jupyter message of type ``streamcell`` on the control channel: the other way to say what goes
    over the comm otherwise, read by the kernel whatever cell runs."""

    epoch: str
    """Of the view whose comm is meant."""
    message: Resync | Ack | Cancel | Retry | ModuleRequest | CopyRequest
