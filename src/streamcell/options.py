"""The options of one stream, shared by the Python API and the magics.

It knows what may be asked for, not how a provider writes it into a request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamcell.secret import Secret, sealed

__all__ = ["APIS", "StreamOptions"]

APIS = ("auto", "responses", "chat", "completions")
"""The API families that can be asked for. ``auto`` tries Responses and falls back on Chat Completions."""


@dataclass(frozen=True)
class StreamOptions:
    """What to ask, and how. Fields that are None are left out of the request.

    The API's own names are used wherever the API has one.
    """

    prompt: str = ""
    """The user's words. Literal: nothing in it is expanded."""
    input: Any = None
    """Responses input items, or Chat messages, in place of ``prompt``."""
    model: str | None = None
    """Model name. None takes ``STREAMCELL_MODEL``, else ``gpt-5-mini`` from the hosted API, and from any other server
    the first that it lists."""
    instructions: str | None = None
    """System (developer) message."""
    api: str = "auto"
    """One of `APIS`."""
    base_url: str | None = None
    """Up to and without ``/responses``. None takes ``OPENAI_BASE_URL``, else the hosted API where there is a key, else
    the built-in demo, which can also be asked for by the word ``demo``."""
    key_env: str | None = None
    """Name of the environment variable that holds the key for ``base_url``, or ``keyring:SERVICE/USER``; never the key
    itself. None takes ``OPENAI_API_KEY`` for the hosted API and for ``OPENAI_BASE_URL``, and no key for other hosts."""
    api_key: str | Secret | Callable[[], str | Secret] | None = None
    """The key for ``base_url``, in Python only: a `Secret`, or what gives one when a stream is made. A plain string is
    turned into a `Secret` at once."""
    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning_effort: str | None = None
    """``minimal``, ``low``, ``medium``, ``high``, or a server's own word."""
    tools: tuple[Mapping[str, Any], ...] = ()
    """Tool definitions in the Responses API's flat form."""
    previous_response_id: str | None = None
    text_format: Mapping[str, Any] | None = None
    """``text.format`` of the Responses API, such as ``{"type": "json_schema", …}``; None is plain text."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Raw request fields, written over everything else."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """Extra request headers. Their values are treated as secret: never shown, logged or saved."""
    client: Any = None
    """An ``httpx.AsyncClient``, or one of ``httpx2`` or that looks like them, to send with: for proxies, certificates
    and timeouts of its own. Nothing else should use it, since it is used on streamcell's loop; it is not closed."""
    timeout: float = 60.0
    """Seconds without a byte after which the connection counts as stalled."""
    connect_timeout: float = 10.0
    """Seconds to make the connection in."""
    progress_timeout: float = 600.0
    """Seconds without an event, though bytes such as keep-alives come, after which the stream counts as stalled."""
    deadline: float | None = None
    """Seconds for the whole of it, retries included."""
    retries: int = 2
    """Further tries after a passing trouble before an answer has begun; never after."""
    background: bool = False
    """Have the service go on when the connection is cut, and fetch the rest. Responses only; the service stores the
    answer."""
    keep_events: bool | int = 1000
    """How many events `Stream.events` remembers: a number, of at most 16 KB each; True for all; False for none."""
    journal: bool = True
    """Keep what arrives in the user's cache, so that `streamcell.recover` finds it after the kernel was killed."""
    record: str | None = None
    """A file to record the answer to, as a tape that ``replay`` plays. Holds the prompt and the answer, never a key."""
    replay: str | None = None
    """A tape to play in place of a request: nothing is sent, and no key is needed."""
    speed: float = 1.0
    """How many times faster than recorded ``replay`` plays; 0 is at once."""

    def __post_init__(self) -> None:
        for name, value in sealed({"api_key": self.api_key, "headers": self.headers}).items():
            object.__setattr__(self, name, value)
