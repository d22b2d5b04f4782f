"""A background response fetched by its id: streamed where the service still does that, else polled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import streamcell
from streamcell import ProviderError, TransportError, UsageError, recover, sources
from streamcell.session import Stream
from streamcell.transport import Answer
from tests.served import served
from tests.test_session import DONE, TEXT, Scripted, numbered, options, sse

TOO_OLD = ProviderError(
    "Response r can no longer be streamed because it is more than 5 minutes old.", kind="bad_request", status=400
)
EVENTS = numbered(*TEXT, DONE)
WHOLE = {
    "id": "r", "object": "response", "status": "completed",
    "output": [{"id": "m", "type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
}  # fmt: skip


class Service(Scripted):
    """Answers a GET of a dict in one piece; remembers what was asked."""

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[Answer]:
        if isinstance(self.answers[0], dict):
            self.asked.append((path, {}))
            yield Answer({}, self.play([]), json.dumps(self.answers.pop(0)).encode())
            return
        async with super().get(path) as answer:
            yield answer

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sources, "FIRST_POLL", 0.001)
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path))


def resumed(service: Service, after: int | None = None, **given) -> Stream:
    return Stream.resume("r", options(prompt="", **given), after=after, transport=service).start().wait(10)


def test_the_whole_is_streamed_again() -> None:
    service = Service([sse(*EVENTS)])
    made = resumed(service)
    assert (made.text, made.status, made.error) == ("Hello", "completed", None)
    assert service.paths == ["/responses/r?stream=true"]
    assert made.snapshot()["streamcell"]["note"] == ""


def test_only_what_comes_after_a_number_is_asked_for() -> None:
    service = Service([sse(*EVENTS[3:])])
    assert resumed(service, after=2).status == "completed"
    assert service.paths == ["/responses/r?stream=true&starting_after=2"]


def test_a_resumed_stream_that_is_cut_goes_on_where_it_was() -> None:
    service = Service([sse(*EVENTS[:3]), TransportError("cut", kind="disconnected")], [sse(*EVENTS[2:])])
    assert resumed(service).text == "Hello"
    assert service.paths[1] == "/responses/r?stream=true&starting_after=2"


def test_beyond_the_window_it_is_polled_until_it_is_over(tmp_path: Path) -> None:
    pending = {**WHOLE, "status": "in_progress", "output": []}
    service = Service(TOO_OLD, {**pending, "status": "queued"}, pending, WHOLE)
    made = resumed(service, record=str(tmp_path / "tape"))
    assert (made.text, made.status, made.error) == ("Hello", "completed", None)
    assert service.paths == ["/responses/r?stream=true", *["/responses/r"] * 3]
    again = streamcell.stream(replay=str(tmp_path / "tape"), speed=0, display=False)
    assert (again.text, again.status) == ("Hello", "completed")


def test_a_cut_answer_beyond_the_window_is_polled_too() -> None:
    service = Service([sse(*EVENTS[:3])], TOO_OLD, WHOLE)
    made = Stream.request(options(api="responses", background=True), service).start().wait(10)
    assert (made.text, made.status) == ("Hello", "completed")


def test_a_server_that_never_streams_it_is_polled() -> None:
    service = Service({**WHOLE, "status": "in_progress", "output": []}, WHOLE)
    assert resumed(service).text == "Hello"


def test_polling_survives_a_few_breaks_and_gives_up_after_many() -> None:
    broken = [TransportError("cut", kind="disconnected")]
    service = Service(TOO_OLD, broken, broken, WHOLE)
    assert resumed(service).status == "completed"
    made = resumed(Service(TOO_OLD, broken, broken, broken))
    assert (made.status, made.error.kind) == ("interrupted", "disconnected")


def test_an_answer_that_is_gone_is_told_in_the_services_words() -> None:
    gone = ProviderError("Response with id 'r' not found.", kind="not_found", status=404)
    made = resumed(Service(gone))
    assert (made.status, made.error.message) == ("failed", gone.message)


@pytest.mark.parametrize("name", ["", "a/b", "r?x=1", "..\n", "sk-abcdefghijklmnop1234", "x" * 501, "."])
def test_what_is_no_id_is_refused_unseen(name: str) -> None:
    with pytest.raises(UsageError, match="Expected the id of a response") as caught:
        streamcell.resume(name, base_url="demo")
    assert len(name) < 3 or name not in str(caught.value)


def test_a_hostile_id_stays_one_part_of_the_path() -> None:
    named = {**TEXT[0], "response": {**TEXT[0]["response"], "id": "../../admin?x"}}
    service = Service([sse(*numbered(named, *TEXT[1:3]))], [sse(*EVENTS[3:])])
    Stream.request(options(api="responses", background=True), service).start().wait(10)
    assert service.paths[1].startswith("/responses/%2E%2E%2F%2E%2E%2Fadmin%3Fx?stream=true")


def test_a_recovered_background_answer_is_fetched_from_where_it_came() -> None:
    with served(speed=0) as server:
        made = streamcell.stream("hi", base_url=server.url, model="demo/tour", background=True, display=False)
        cut = Scripted([sse({**TEXT[0], "response": {"id": made.response["id"]}}, *TEXT[1:])])
        Stream.request(options(api="responses", background=True, base_url=server.url, retries=-1), cut).start().wait(10)
        (one,) = recover()
        assert (one.text, one.resumable, one.response_id) == ("Hello", True, made.response["id"])
        whole = one.resume(display=False)
    assert (whole.text, whole.status) == (made.text, "completed")
