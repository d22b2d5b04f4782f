"""A stand-in for a model that obeys the test: it writes as fast as told, ends when told, and knows when it was left.

The name of the model says what is wanted: ``100-a-second`` writes until `Model.finish`, ``200-at-100-a-second`` ends by
itself, ``20000-at-once`` writes all there is in one go. It answers the Responses API alone.
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOREVER_SECONDS = 180.0
_WISH = re.compile(r"(?:(?P<words>\d+)-at-)?(?:(?P<rate>\d+)-a-second|once)")


def word(number: int) -> str:
    """What delta ``number`` says: no markup; now and then a new paragraph, or a sign of two UTF-16 units."""
    return f"w{number}{'🌍' if number % 7 == 0 else ''}" + ("\n\n" if number % 40 == 39 else " ")


class Answer:
    """One answer, as its server sees it."""

    def __init__(self) -> None:
        self.written = 0
        """Deltas written so far."""
        self.left_at: float | None = None
        """Unix time at which the client was seen to be gone before the end."""
        self.over = threading.Event()

    @property
    def text(self) -> str:
        return "".join(map(word, range(self.written)))


class Model(ThreadingHTTPServer):
    """Serves on loopback until `stop`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base_url = f"http://127.0.0.1:{self.server_port}/v1"
        self.answers: list[Answer] = []
        self.finishing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish(self) -> Answer:
        """Let the answer that is being written come to its end; returns it when it has."""
        self.finishing.set()
        answer = self.answers[-1]
        assert answer.over.wait(30), "the answer was told to end, and did not"
        return answer

    def stop(self) -> None:
        self.finishing.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Model

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        wish = _WISH.fullmatch(asked["model"])
        assert wish, asked["model"]
        answer = Answer()
        self.server.finishing.clear()
        self.server.answers.append(answer)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        try:
            self._write(answer, int(wish["words"] or 0), int(wish["rate"] or 0))
        except (ConnectionError, TimeoutError):
            answer.left_at = time.time()
        finally:
            self.close_connection = True
            answer.over.set()

    def _write(self, answer: Answer, words: int, rate: int) -> None:
        self._say(_begin())
        if not rate:
            self._say([event for number in range(words) for event in _delta(number)])
            answer.written = words
        for number in self._numbers(words, rate) if rate else ():
            self._say(_delta(number))
            answer.written = number + 1
        self._say(_end(answer.text))

    def _numbers(self, words: int, rate: int) -> Iterator[int]:
        """Each number when its time has come, until there are enough; without ``words``, until told to finish."""
        number, began = 0, time.monotonic()
        while number < words or (not words and not self._is_over(began)):
            self._watch(began + number / rate - time.monotonic())
            yield number
            number += 1

    def _is_over(self, began: float) -> bool:
        return self.server.finishing.is_set() or time.monotonic() > began + FOREVER_SECONDS

    def _watch(self, seconds: float) -> None:
        """Wait, and be the first to know when the client goes."""
        if select.select([self.connection], [], [], max(0.0, seconds))[0] and not self.connection.recv(
            1, socket.MSG_PEEK
        ):
            raise ConnectionResetError("the client closed the connection")

    def _say(self, events: list[dict]) -> None:
        self.wfile.write(
            b"".join(b"event: %s\ndata: %s\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)
        )

    def log_message(self, *_: object) -> None:
        pass


ITEM = {"id": "msg_1", "type": "message", "role": "assistant"}
PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}


def _part(text: str) -> dict:
    return {"type": "output_text", "text": text, "annotations": []}


def _response(status: str, output: list[dict]) -> dict:
    return {"id": "resp_1", "object": "response", "model": "obedient", "status": status, "output": output}


def _begin() -> list[dict]:
    begun = {**ITEM, "status": "in_progress", "content": []}
    return [
        {"type": "response.created", "response": _response("in_progress", [])},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", **PLACE, "part": _part("")},
    ]


def _delta(number: int) -> list[dict]:
    return [{"type": "response.output_text.delta", **PLACE, "delta": word(number)}]


def _end(text: str) -> list[dict]:
    item = {**ITEM, "status": "completed", "content": [_part(text)]}
    return [
        {"type": "response.output_text.done", **PLACE, "text": text},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": _response("completed", [item])},
    ]
