"""The Python API: `stream`, `astream`, `resume`, `show`, `stop_all`. Thin: makes a stream, shows it, waits for it."""

from __future__ import annotations

import asyncio
import difflib
import time
from dataclasses import fields
from typing import Any

from streamcell import background
from streamcell.errors import UsageError
from streamcell.hosts import in_cell, show_here
from streamcell.options import StreamOptions
from streamcell.secret import sealed
from streamcell.session import RUNNING, Stream
from streamcell.terminal import Printed

__all__ = ["astream", "resume", "show", "stop_all", "stream"]

STOP_SECONDS = 3.0
"""So long an interrupted cell waits for its connection to be closed, and for a service to cancel its answer."""

TWICE_SECONDS = 1.0
"""A second interrupt within this time ends the cell, and Run All with it, as interrupts do elsewhere."""
OTHERS = "CancelledError: the task that awaited the stream was cancelled. The text of the stream is kept."
TWICE = "KeyboardInterrupt: interrupted twice. The text of the stream is kept."


def stream(prompt: str = "", *, display: bool = True, wait: bool = True, **options: Any) -> Stream:
    """Ask a model, show the answer as it comes, and wait for its end.

    Args:
        prompt: The user's words, literal.
        display: Whether to show the live view.
        wait: Whether to block until the answer has ended; False returns at once, with the stream running.
        **options: Fields of `StreamOptions`, such as ``model``, ``instructions``, ``base_url``, ``tools``.

    Returns:
        The stream: its ``text``, ``usage``, ``error`` and so on. It does not raise for a failed answer; call
        `Stream.raise_for_error` for that. An interrupt of the kernel ends it as ``cancelled``, with the text kept, and
        what comes after it runs; a second one within a second is raised as KeyboardInterrupt.

    Raises:
        UsageError: An unknown option, an empty prompt, no key where one is needed. Nothing was sent.
    """
    options = sealed(options)
    return run(Stream.request(make_options(prompt, options)), display=display, wait=wait)


async def astream(prompt: str = "", *, display: bool = True, **options: Any) -> Stream:
    """The same as `stream`, awaited: messages of the page, such as Stop, are heard meanwhile.

    ``answer = await streamcell.astream("…")``
    """
    options = sealed(options)
    return await arun(Stream.request(make_options(prompt, options)), display=display)


def resume(
    response_id: str, *, starting_after: int = 0, display: bool = True, wait: bool = True, **options: Any
) -> Stream:
    """Fetch a background response that was begun before, perhaps by a kernel that is gone, and show it.

    It is streamed as far as the service still does that, and asked for from time to time until it is complete.

    Args:
        response_id: As in ``stream.response["id"]``.
        starting_after: The ``sequence_number`` of the last event that is known; 0 for the whole answer.
        **options: Where it is, as for `stream`: ``base_url``, ``key_env`` and so on.

    Raises:
        UsageError: An unknown option, no id, no key where one is needed. Nothing was sent.
    """
    made = Stream.resume(response_id, make_options("", options), after=starting_after or None)
    return run(made, display=display, wait=wait)


def stop_all() -> list[Stream]:
    """End all streams of this process, also those in the background; what they brought is kept.

    An interrupt of the kernel ends only the stream that a cell waits for.

    Returns:
        The streams that were running. Their connections are closed, unless one takes more than 3 seconds for it.
    """
    stopped = list(RUNNING)
    for made in stopped:
        made.cancel()
    deadline = time.monotonic() + STOP_SECONDS
    for made in stopped:
        made.wait(timeout=max(0.0, deadline - time.monotonic()))
    return stopped


def show(events: Any, *, api: str = "responses", wait: bool = True, keep_events: bool | int = 1000) -> Stream | Any:
    """Show events that something else receives: another client, a file, a test.

    Args:
        events: An iterable or async iterable of dicts, of raw server-sent-event bytes, or of the objects that the
            ``openai`` package yields.
        api: What they speak: ``responses``, ``chat`` or ``completions``.
        wait: Whether to block until they end. Never for an async iterable, which is drawn from on the caller's loop:
            await what this returns.
        keep_events: How many events `Stream.events` remembers; True for all.

    Returns:
        The stream. For an async iterable, an awaitable of it.
    """
    if hasattr(events, "__aiter__"):
        return _show_async(events, api, keep_events)
    return run(Stream.of(events, api=api, keep_events=keep_events), wait=wait)


async def _show_async(events: Any, api: str, keep_events: bool | int) -> Stream:
    """An async iterable belongs to the loop it was made on, so it is drawn from here and handed over."""
    handed: asyncio.Queue[Any] = asyncio.Queue()
    loop, end = asyncio.get_running_loop(), object()

    async def taken() -> Any:
        while (item := await handed.get()) is not end:
            if isinstance(item, BaseException):
                raise item
            yield item

    def hand(item: Any) -> None:
        background.call_soon(handed.put_nowait, item)

    made = Stream.of(taken(), api=api, keep_events=keep_events)

    async def draw() -> None:
        try:
            async for item in events:
                hand(item)
        except Exception as error:
            hand(error)
        finally:
            hand(end)

    drawing = loop.create_task(draw())
    try:
        return await arun(made)
    finally:
        drawing.cancel()


def make_options(prompt: str, given: dict[str, Any]) -> StreamOptions:
    """`StreamOptions` from keyword arguments.

    Raises:
        UsageError: A name that is no option; it names the nearest one.
    """
    known = [f.name for f in fields(StreamOptions)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"Expected an option, got {name!r}.",
                hint=f"Did you mean {near[0]!r}?" if near else f"The options are {', '.join(known)}.",
            )
    if "tools" in given:
        given = {**given, "tools": tuple(given["tools"])}
    return StreamOptions(prompt=prompt, **given)


def run(made: Stream, *, display: bool = True, wait: bool = True) -> Stream:
    """Show a stream, start it, and wait for it; an interrupt ends it quietly, with the text kept."""
    shown = show_here(made, awaited=wait) if display else None
    made.start()
    if not wait:
        return made
    try:
        if isinstance(shown, Printed):
            shown.follow()
        made.wait()
    except KeyboardInterrupt as interrupt:
        made.cancel()
        if _is_twice(interrupt):
            raise
        made.wait(timeout=STOP_SECONDS)
    finally:
        if shown:
            shown.finish()
    return made


async def arun(made: Stream, *, display: bool = True) -> Stream:
    """The same, awaited. In a kernel an interrupt arrives as a cancellation of the cell, or as a KeyboardInterrupt.

    The cancellation of another task than the cell's is somebody's wish: it ends the stream, and is passed on.
    """
    shown = show_here(made, awaited=True, beside=True) if display else None
    made.start()
    try:
        if isinstance(shown, Printed):
            await shown.afollow()
        await made
    except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
        made.cancel()
        if not in_cell():
            interrupt._render_traceback_ = lambda: [OTHERS]  # type: ignore[union-attr]
            raise
        if _is_twice(interrupt):
            raise
        await asyncio.wait({asyncio.ensure_future(_ended(made))}, timeout=STOP_SECONDS)
    finally:
        if shown:
            shown.finish()
    return made


async def _ended(made: Stream) -> None:
    await made


class _Interrupts:
    """When the last one was."""

    last = float("-inf")


def _is_twice(interrupt: BaseException) -> bool:
    """Whether an interrupt follows another so closely that it is not for one stream, but for all that runs.

    IPython then shows one line in place of a traceback.
    """
    before, _Interrupts.last = _Interrupts.last, time.monotonic()
    is_twice = _Interrupts.last - before < TWICE_SECONDS
    if is_twice:
        interrupt._render_traceback_ = lambda: [TWICE]  # type: ignore[attr-defined]
    return is_twice
