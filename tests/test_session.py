"""One response from request to end: what is kept, whatever happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from streamcell.errors import ProviderError, StreamcellError, TransportError, UsageError
from streamcell.frames import apply_ops
from streamcell.options import StreamOptions
from streamcell.session import Stream
from streamcell.transport import Answer

TEXT = [
    {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}},
    {"type": "response.output_item.added", "output_index": 0, "item": {"id": "m", "type": "message", "content": []}},
    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hel"},
    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "lo"},
]
DONE = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}


def sse(*events: dict) -> bytes:
    return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)


class Scripted:
    """A transport that plays chunks; an exception among them is raised, None waits for ever."""

    def __init__(self, *answers: Iterable, headers: dict | None = None) -> None:
        self.answers, self.headers = list(answers), headers or {}
        self.asked: list[tuple[str, dict]] = []
        self.keys: list[str] = []
        self.closed = 0

    @asynccontextmanager
    async def post(self, path: str, body: dict, headers: dict) -> AsyncIterator[Answer]:
        self.asked.append((path, body))
        self.keys.append(headers.get("idempotency-key", ""))
        script = self.answers.pop(0)
        if isinstance(script, Exception):
            raise script
        try:
            yield Answer(self.headers, self.play(script))
        finally:
            self.closed += 1

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[Answer]:
        async with self.post(path, {}, {"idempotency-key": ""}) as answer:
            yield answer

    async def play(self, script: Iterable) -> AsyncIterator[bytes]:
        for chunk in script:
            if isinstance(chunk, Exception):
                raise chunk
            if chunk is None:
                await asyncio.Event().wait()
            yield chunk

    async def first_model(self) -> str:
        return "first"


def options(**given) -> StreamOptions:
    return StreamOptions(**{"prompt": "hi", "model": "m", "base_url": "http://127.0.0.1:1/v1", **given})


def ran(transport: Scripted, **given) -> Stream:
    return Stream.request(options(**given), transport).start().wait(10)


def test_a_whole_answer_is_completed() -> None:
    stream = ran(Scripted([sse(*TEXT), sse(DONE)]))
    assert (stream.text, stream.status, stream.error, stream.done) == ("Hello", "completed", None, True)
    assert [e.type for e in stream.events] == [e["type"] for e in [*TEXT, DONE]]
    assert stream.response["output"][0]["content"][0]["text"] == "Hello"
    assert "streamcell" not in stream.response
    assert stream.raise_for_error() is stream


def test_bytes_that_end_early_are_interrupted_and_the_text_stays() -> None:
    stream = ran(Scripted([sse(*TEXT)]))
    assert (stream.text, stream.status) == ("Hello", "interrupted")


def test_a_connection_that_breaks_keeps_the_text_and_tells() -> None:
    stream = ran(Scripted([sse(*TEXT), TransportError("The line broke.", kind="disconnected")]))
    assert (stream.text, stream.status) == ("Hello", "interrupted")
    assert stream.error.kind == "disconnected"
    assert stream.error.text == "Hello"
    assert stream.snapshot()["streamcell"]["error"]["message"] == "The line broke."
    with pytest.raises(TransportError):
        stream.raise_for_error()


def test_a_break_after_the_terminal_event_changes_nothing() -> None:
    stream = ran(Scripted([sse(*TEXT, DONE), TransportError("late", kind="disconnected")]))
    assert (stream.text, stream.status, stream.error) == ("Hello", "completed", None)


def test_a_refused_request_is_failed_with_the_services_words() -> None:
    stream = ran(Scripted(ProviderError("No.", kind="auth", status=401)))
    assert (stream.text, stream.status, stream.error.status) == ("", "failed", 401)


def test_cancel_keeps_the_text_and_closes_the_connection() -> None:
    transport = Scripted([sse(*TEXT), None])
    stream = Stream.request(options(), transport).start()
    for event in stream.events:
        if getattr(event, "delta", "") == "lo":
            break
    stream.cancel()
    stream.wait(10)
    assert (stream.text, stream.status, stream.error, transport.closed) == ("Hello", "cancelled", None, 1)


def note(stream: Stream) -> str:
    return stream.snapshot()["streamcell"].get("note", "")


def test_the_status_line_says_what_became_of_the_request() -> None:
    stream = Stream.request(options(), Scripted([sse(*TEXT), None])).start()
    stopped_after_text(stream)
    assert (stream.status, note(stream)) == ("cancelled", "connection closed")
    assert ran(Scripted([sse(*TEXT, DONE)])).snapshot()["streamcell"].get("note", "") == ""


def stopped_after_text(stream: Stream) -> Stream:
    for event in stream.events:
        if getattr(event, "delta", "") == "lo":
            break
    stream.cancel()
    stream.cancel()  # a second click changes nothing
    return stream.wait(10)


class Cancelling(Scripted):
    """A service that answers the cancel of a background response as told."""

    def __init__(self, told: object) -> None:
        super().__init__([sse(*TEXT), None])
        self.told = told

    @asynccontextmanager
    async def post(self, path: str, body: dict, headers: dict) -> AsyncIterator[Answer]:
        if not path.endswith("/cancel"):
            async with super().post(path, body, headers) as answer:
                yield answer
            return
        self.asked.append((path, self.closed))
        if isinstance(self.told, Exception):
            raise self.told
        if self.told is None:
            await asyncio.Event().wait()
        yield Answer({}, self.play([]), json.dumps(self.told).encode())


SAYS_NO = (
    TransportError("No.", kind="connect"),
    ProviderError("No.", status=404),
    RuntimeError("a mistake in a client of one's own"),
    {"status": "completed"},
    {"error": {}},
    [],
    None,
)


def test_a_background_response_is_cancelled_at_the_server_once_its_connection_is_closed() -> None:
    transport = Cancelling({"id": "r", "status": "cancelled"})
    stream = stopped_after_text(Stream.request(options(background=True), transport).start())
    assert transport.asked[1:] == [("/responses/r/cancel", 1)]
    assert (stream.text, stream.status, note(stream)) == ("Hello", "cancelled", "cancelled at the server")


@pytest.mark.parametrize("told", SAYS_NO, ids=str)
def test_a_cancel_that_fails_costs_nothing_and_is_told(told: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamcell.sources.CANCEL_SECONDS", 0.1)
    stream = stopped_after_text(Stream.request(options(background=True), Cancelling(told)).start())
    assert (stream.text, stream.status, stream.error) == ("Hello", "cancelled", None)
    assert note(stream) == "connection closed; the server may go on with it"


def test_a_background_response_whose_id_is_not_known_yet_may_go_on() -> None:
    transport = Cancelling({"status": "cancelled"})
    transport.answers = [[None]]
    stream = Stream.request(options(background=True), transport).start()
    while not transport.asked:
        stream.wait(0.01)
    stream.cancel()
    stream.wait(10)
    assert (len(transport.asked), stream.status) == (1, "cancelled")
    assert note(stream) == "connection closed; the server may go on with it"


@pytest.mark.parametrize(
    "given", [{}, {"api": "chat", "background": True}], ids=["not in the background", "an API that has none"]
)
def test_only_background_responses_are_cancelled_at_the_server(given: dict) -> None:
    transport = Cancelling({"status": "cancelled"})
    stream = Stream.request(options(**given), transport).start()
    while not transport.asked:
        stream.wait(0.01)
    stream.cancel()
    assert stream.wait(10).status == "cancelled"
    assert [path for path, _ in transport.asked if path.endswith("/cancel")] == []


def test_cancel_before_the_start_sends_nothing() -> None:
    transport = Scripted([sse(*TEXT)])
    stream = Stream.request(options(), transport)
    stream.cancel()
    stream.start().wait(10)
    assert (stream.status, transport.asked) == ("cancelled", [])


def test_a_server_that_keeps_the_line_open_after_the_end_does_not_hold_us() -> None:
    transport = Scripted([sse(*TEXT, DONE), None])
    stream = ran(transport)
    assert (stream.status, stream.done, transport.closed) == ("completed", True, 1)


def test_auto_asks_by_chat_completions_where_there_is_no_responses_route() -> None:
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
    last = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    transport = Scripted(
        ProviderError("404 page not found", kind="not_found", status=404), [sse(chunk, last), b"data: [DONE]\n\n"]
    )
    stream = ran(transport)
    assert [path for path, _ in transport.asked] == ["/responses", "/chat/completions"]
    assert (stream.text, stream.status) == ("Hi", "completed")
    annex = stream.snapshot()["streamcell"]
    assert annex["api"] == "chat"
    assert "HTTP 404" in annex["note"]


@pytest.mark.parametrize(
    ("api", "error"),
    [
        ("responses", ProviderError("no", status=404)),
        ("auto", ProviderError("no", status=404, code="model_not_found")),
        ("auto", ProviderError("no", status=401)),
    ],
)
def test_another_api_is_not_tried_where_that_is_not_the_trouble(api: str, error: ProviderError) -> None:
    transport = Scripted(error)
    assert ran(transport, api=api).status == "failed"
    assert len(transport.asked) == 1


def test_without_a_model_the_servers_first_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STREAMCELL_MODEL", raising=False)
    transport = Scripted([sse(*TEXT, DONE)])
    ran(transport, model=None)
    assert transport.asked[0][1]["model"] == "first"


def test_the_environment_may_name_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMCELL_MODEL", "mine")
    transport = Scripted([sse(*TEXT, DONE)])
    ran(transport, model=None)
    assert transport.asked[0][1]["model"] == "mine"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prompt": "  \n"}, "Expected a prompt"),
        ({"api": "soap"}, "got 'soap'"),
        ({"model": "sk-test-0123456789abcdef"}, "not shown"),
        ({"base_url": "nowhere"}, "got 'nowhere'"),
        ({"timeout": 0}, "Expected timeout to be more than 0 seconds, got 0"),
        ({"deadline": "soon"}, "Expected deadline to be more than 0 seconds, got 'soon'"),
    ],
)
def test_what_cannot_be_asked_raises_before_any_request(given: dict, words: str) -> None:
    transport = Scripted([sse(*TEXT)])
    with pytest.raises(UsageError, match=words):
        Stream.request(options(**given), transport)
    assert transport.asked == []


def test_a_passing_trouble_is_tried_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamcell.retry.FIRST_PAUSE", 0.01)
    busy = ProviderError("Busy.", kind="server", status=503)
    transport = Scripted(busy, busy, [sse(*TEXT, DONE)])
    assert ran(transport).status == "completed"
    assert len(transport.asked) == 3
    assert len(set(transport.keys)) == 1


def test_a_cut_answer_is_never_asked_for_again() -> None:
    transport = Scripted([sse(*TEXT), TransportError("cut", kind="disconnected")], [sse(*TEXT, DONE)])
    stream = ran(transport)
    assert (stream.text, stream.status, len(transport.asked)) == ("Hello", "interrupted", 1)


def numbered(*events: dict) -> list[dict]:
    return [{**event, "sequence_number": n} for n, event in enumerate(events)]


@pytest.mark.parametrize("overlap", [0, 2, 4])
@pytest.mark.parametrize("end", [TransportError("cut", kind="disconnected"), b""], ids=["reset", "early end"])
def test_the_rest_of_a_background_response_is_fetched(overlap: int, end: object) -> None:
    all_events = numbered(*TEXT, DONE)
    transport = Scripted([sse(*all_events[:3]), end], [sse(*all_events[3 - min(overlap, 3) :])])
    stream = ran(transport, background=True)
    assert (stream.text, stream.status, stream.error) == ("Hello", "completed", None)
    assert transport.asked[0][1]["background"] is True
    assert [path for path, _ in transport.asked[1:]] == ["/responses/r?stream=true&starting_after=2"]


def test_a_rest_that_cannot_be_had_tells_of_the_cut_and_keeps_the_text() -> None:
    gone = ProviderError("not found", kind="not_found", status=404)
    transport = Scripted([sse(*numbered(*TEXT)), TransportError("The line broke.", kind="disconnected")], gone)
    stream = ran(transport, background=True)
    assert (stream.text, stream.status, stream.error.message) == ("Hello", "interrupted", "The line broke.")


class Whole(Scripted):
    """A server that does not stream: one JSON object."""

    @asynccontextmanager
    async def post(self, path: str, body: dict, headers: dict) -> AsyncIterator[Answer]:
        yield Answer({}, self.play([]), json.dumps(self.answers[0]).encode())


MESSAGE = {"role": "assistant", "content": "Hello"}
WHOLE = {
    "responses": {"object": "response", "status": "completed", "output": [
        {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}]},
    "chat": {"object": "chat.completion", "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]},
    "completions": {"object": "text_completion", "choices": [{"index": 0, "text": "Hello", "finish_reason": "stop"}]},
}  # fmt: skip


@pytest.mark.parametrize("api", WHOLE)
def test_a_whole_answer_of_a_server_that_does_not_stream_is_read(api: str) -> None:
    stream = ran(Whole(WHOLE[api]), api=api)
    assert (stream.text, stream.status, stream.error) == ("Hello", "completed", None)


@pytest.mark.parametrize("api", WHOLE)
@pytest.mark.parametrize("body", [{"status": "loading"}, {}, [], "text", None])
def test_other_json_is_told_as_what_it_is(api: str, body: object) -> None:
    stream = ran(Whole(body), api=api)
    assert (stream.text, stream.error is not None) == ("", True)


@pytest.mark.parametrize("api", WHOLE)
def test_an_error_with_status_200_is_an_error(api: str) -> None:
    stream = ran(Whole({"error": {"message": "model is loading", "type": "server_error"}}), api=api)
    assert stream.status == "failed"
    assert "model is loading" in str(stream.error)


def test_keep_alives_do_not_count_as_progress() -> None:
    class KeptAlive(Scripted):
        async def play(self, script: Iterable) -> AsyncIterator[bytes]:
            yield sse(*TEXT)
            while True:
                await asyncio.sleep(0.01)
                yield b": keep-alive\n\n"

    transport = KeptAlive([])
    stream = ran(transport, progress_timeout=0.2)
    assert (stream.text, stream.status, stream.error.kind) == ("Hello", "interrupted", "stalled")
    assert transport.closed == 1


def test_the_deadline_ends_what_takes_too_long() -> None:
    stream = ran(Scripted([sse(*TEXT), None]), deadline=0.2)
    assert (stream.text, stream.status, stream.error.kind) == ("Hello", "interrupted", "timeout")
    assert stream.error.message == "The answer was not complete after 0.2 s."


def test_a_failed_request_can_be_sent_again_in_the_same_stream() -> None:
    transport = Scripted([sse(*TEXT), TransportError("cut", kind="disconnected")], [sse(*TEXT, DONE)])
    stream = ran(transport)
    assert stream.can_retry
    assert stream.snapshot()["streamcell"]["can_retry"] is True
    first = stream.events
    stream.retry().wait(10)
    assert (stream.text, stream.status, stream.error, stream.can_retry) == ("Hello", "completed", None, False)
    assert [t["status"] for t in stream.tries] == ["interrupted"]
    assert (first.total, stream.events.total) == (4, 5)
    assert len(transport.asked) == 2


@pytest.mark.parametrize("stream", [lambda: ran(Scripted([sse(*TEXT, DONE)])), lambda: Stream.of(TEXT).start().wait(5)])
def test_what_did_not_fail_or_was_no_request_is_not_sent_again(stream) -> None:
    made = stream()
    assert not made.can_retry
    with pytest.raises(UsageError, match="to try it again"):
        made.retry()


class Sdk:
    """Stands for an object of the openai package."""

    def __init__(self, data: dict) -> None:
        self.data = data

    def model_dump(self, **_: object) -> dict:
        return self.data


@pytest.mark.parametrize(
    "events",
    [
        [*TEXT, DONE],
        iter([*TEXT, DONE]),
        [sse(*TEXT, DONE)],
        sse(*TEXT, DONE),
        [Sdk(e) for e in [*TEXT, DONE]],
        [bytes([b]) for b in sse(*TEXT, DONE)],
    ],
    ids=["dicts", "iterator", "bytes", "one bytes", "sdk objects", "single bytes"],
)
def test_events_of_any_source_are_read(events: object) -> None:
    stream = Stream.of(events).start().wait(10)
    assert (stream.text, stream.status) == ("Hello", "completed")


def test_a_source_that_raises_keeps_the_text_and_names_the_cause() -> None:
    def source():
        yield from TEXT
        raise ValueError("broken pipe sk-test-0123456789abcdef")

    stream = Stream.of(source()).start().wait(10)
    assert (stream.text, stream.status) == ("Hello", "interrupted")
    assert str(stream.error).startswith("The source of events raised ValueError: broken pipe [redacted]")
    assert isinstance(stream.error, StreamcellError)


@pytest.mark.parametrize("events", ["text", 5, {"type": "x"}, None])
def test_what_is_no_source_is_refused(events: object) -> None:
    with pytest.raises(UsageError, match="Expected an iterable of events"):
        Stream.of(events)


def test_items_that_are_no_events_are_told() -> None:
    stream = Stream.of([*TEXT, 5]).start().wait(10)
    assert (stream.text, stream.error.kind) == ("Hello", "usage")


async def test_a_stream_can_be_awaited() -> None:
    assert (await Stream.of([*TEXT, DONE]).start()).text == "Hello"


def test_it_can_be_read_while_it_runs() -> None:
    stream = Stream.request(options(), Scripted([sse(*TEXT), None])).start()
    texts = []
    for event in stream.events:
        texts.append(stream.text)
        if event.type == "response.output_text.delta" and stream.text == "Hello":
            break
    assert stream.status == "in_progress"
    assert not stream.done
    assert all("Hello".startswith(text) for text in texts)
    stream.cancel()
    stream.wait(10)


def test_a_timeout_of_wait_leaves_the_stream_running() -> None:
    stream = Stream.request(options(), Scripted([sse(*TEXT), None])).start()
    assert not stream.wait(0.05).done
    stream.cancel()
    assert stream.wait(10).done


def test_the_demo_labels_its_answer() -> None:
    stream = ran(Scripted([sse(*TEXT, DONE)], headers={"x-streamcell-demo": "canned answers, no model"}))
    assert stream.snapshot()["streamcell"]["label"] == "demo: canned answers, no model"
    assert stream.snapshot()["streamcell"]["elapsed_ms"] >= stream.snapshot()["streamcell"]["first_text_ms"] >= 0


def test_a_long_stream_keeps_little_more_than_its_text() -> None:
    import gc
    import tracemalloc

    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "some 😀 "}
    text = delta["delta"] * 30_000
    message = {"type": "message", "content": [{"type": "output_text", "text": text}]}
    ends = [
        {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": text},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": {"status": "completed", "output": [message]}},
    ]
    wire = [sse(delta)] * 30_000 + [sse(*ends)]
    Stream.of(wire[:1]).start().wait(10)  # what is made once does not count
    gc.collect()
    tracemalloc.start()
    stream = Stream.of(wire).start().wait(60)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.status == "completed"
    assert kept <= 3 * len(text.encode())
    assert stream.events.total == 30_003


@pytest.mark.parametrize("seed", range(5))
def test_of_several_views_of_a_stream_each_learns_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes what changed at times of its own, one comes late, and all end with the snapshot."""
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    stream = Stream.request(StreamOptions(prompt="Give me a tour of markdown", base_url="demo"))
    rng = random.Random(seed)
    held: dict[str, Any] = {}

    def take(name: str) -> None:
        ops = stream.drain(name)
        held[name] = apply_ops(held[name], ops) if name in held else stream.snapshot()

    def changed() -> None:
        for name, share in (("quick", 0.9), ("slow", 0.02), ("late", 0.3)):
            if rng.random() < share and (name != "late" or len(stream.text) > 1000):
                take(name)

    stream.subscribe(changed)
    stream.start().wait(30)
    for name in ("quick", "slow", "late"):
        take(name)
    assert held == dict.fromkeys(held, stream.snapshot())
    assert len(held["late"]["output"][0]["content"][0]["text"]) > 2000


def test_what_waits_for_a_view_goes_with_it() -> None:
    stream = Stream.request(StreamOptions(prompt="Hello", base_url="demo"))
    listener = list
    stream.drain(listener)
    stream.annotate("note", "something")
    assert stream.drain("another")
    stream.unsubscribe(listener)
    assert stream.drain(listener) == []
