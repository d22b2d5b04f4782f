"""Where a stream's events come from: a request, a tape, somebody else. All that is decided before a stream begins.

It knows options, and says what is wrong with them; running a stream is the session's.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from streamcell.endpoint import resolve
from streamcell.errors import UsageError
from streamcell.feeds import Batches, followed
from streamcell.journal import Recorder
from streamcell.options import StreamOptions
from streamcell.providers import PROVIDERS
from streamcell.reading import Reading
from streamcell.recording import recorder
from streamcell.replay import ReplayTransport, label, load, replayed
from streamcell.secret import looks_like_key
from streamcell.sources import Request
from streamcell.transport import HttpTransport, Transport

__all__ = ["NOWHERE", "Asked", "Origin", "asked", "given", "resumed"]


class Asked(NamedTuple):
    """One try. Nothing is sent or written before its events are drawn."""

    source: Batches
    recorder: Recorder
    request: Request | None = None
    """None where another client asks."""


@dataclass(frozen=True)
class Origin:
    """Where a stream comes from."""

    ask: Callable[[Reading], Asked | None] = lambda stream: None
    """Makes a try, for the stream that will take its events."""
    api: str = "responses"
    """What the server speaks, as far as that is known."""
    keep_events: bool | int = 1000
    limits: tuple[float | None, float | None] = (None, None)
    """Seconds without an event, and for the whole; see `Clocks`."""
    is_repeatable: bool = False
    """Whether ``ask`` may be called again, after a failure."""
    is_replayed: bool = False
    label: str = ""
    """What stands above the answer."""


NOWHERE = Origin()


def asked(options: StreamOptions, transport: Transport | None = None) -> Origin:
    """A request, or the tape that is to be played in its place.

    Raises:
        UsageError: The options cannot be carried out: no prompt, no key where one is needed, an unusable URL.
        ProtocolError: The tape is damaged, or none.
    """
    if options.replay:
        return _played(options)
    if options.input is None and not options.prompt.strip():
        raise UsageError("Expected a prompt, got nothing.", hint="Write it after %stream, or below the %%stream line.")
    return _requested(options, transport)


def resumed(response_id: str, options: StreamOptions, after: int | None, transport: Transport | None) -> Origin:
    """A background response that was begun before.

    Raises:
        UsageError: The id is none, or the options cannot be carried out.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,499}", response_id) or looks_like_key(response_id):
        raise UsageError("Expected the id of a response, such as resp_…, got something else (not shown).")
    options = replace(options, api="responses", background=True)
    return _requested(options, transport, resume=(response_id, after))


def given(events: Any, api: str, keep_events: bool | int) -> Origin:
    """Events that something else receives.

    Raises:
        UsageError: They are no iterable, or of an unknown API.
    """
    if isinstance(events, bytes | bytearray | memoryview):
        events = [bytes(events)]
    if not isinstance(events, Iterable | AsyncIterable) or isinstance(events, str | dict):
        raise UsageError(
            f"Expected an iterable of events, got {type(events).__name__}.",
            hint="Pass the stream itself, such as `client.responses.create(..., stream=True)`.",
        )
    if api not in PROVIDERS:
        raise UsageError(f"Expected api to be one of {', '.join(PROVIDERS)}, got {api!r}.")

    def ask(stream: Reading) -> Asked:
        kept = recorder(StreamOptions(api=api), warn=stream._warn, status=lambda: stream.status)
        return Asked(followed(events, api, kept), kept)

    return Origin(ask, api, keep_events)


def _requested(
    options: StreamOptions, transport: Transport | None, resume: tuple[str, int | None] | None = None
) -> Origin:
    if options.api not in ("auto", *PROVIDERS):
        raise UsageError(f"Expected api to be one of auto, {', '.join(PROVIDERS)}, got {options.api!r}.")
    for name in ("timeout", "connect_timeout", "progress_timeout", "deadline"):
        seconds = getattr(options, name)
        if seconds is not None and not (isinstance(seconds, int | float) and seconds > 0):
            raise UsageError(f"Expected {name} to be more than 0 seconds, got {seconds!r}.")
    if looks_like_key(options.model or ""):
        raise UsageError("Expected a model name, got what looks like a key (not shown).")
    endpoint = resolve(options)
    made = transport or HttpTransport(
        endpoint,
        headers=options.headers,
        timeout=options.timeout,
        connect_timeout=options.connect_timeout,
        client=options.client,
    )
    model = options.model or os.environ.get("STREAMCELL_MODEL") or endpoint.default_model
    options = replace(options, model=model)
    secrets = (endpoint.key, *endpoint.account.values())
    known = resume[0] if resume else None

    def ask(stream: Reading) -> Asked:
        kept = recorder(options, secrets, response_id=known, warn=stream._warn, status=lambda: stream.status)
        return _one(options, made, stream, kept, resume=resume)

    return replace(_origin_of(options), ask=ask, is_repeatable=True)


def _played(options: StreamOptions) -> Origin:
    tape = load(options.replay or "")
    options = replayed(options, tape)

    def ask(stream: Reading) -> Asked:
        kept = recorder(options, warn=stream._warn, status=lambda: stream.status)
        transport = ReplayTransport(tape, options.speed)
        return _one(options, transport, stream, kept, sleep=lambda seconds: asyncio.sleep(0))

    return replace(_origin_of(options), ask=ask, is_replayed=True, label=label(options, tape))


def _origin_of(options: StreamOptions) -> Origin:
    return Origin(
        api="responses" if options.api == "auto" else options.api,
        keep_events=options.keep_events,
        limits=(options.progress_timeout, options.deadline),
    )


def _one(options: StreamOptions, transport: Transport, stream: Reading, kept: Recorder, **more: Any) -> Asked:
    request = Request(options, transport, stream.annotate, kept, **more)
    return Asked(request.events(), kept, request)
