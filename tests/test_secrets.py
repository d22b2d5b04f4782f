"""A planted key is searched for wherever things end up: after good, failing, tool, cancelled and moved streams.

The sinks: saved notebook with its widget state, HTML and script exports, comm messages, stdout and stderr, logs at
DEBUG, verbose tracebacks, pickles and copies, repr and vars of all objects, IPython's history, journals, a second host.
"""

from __future__ import annotations

import copy
import gc
import json
import logging
import pickle
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter, PythonExporter

import streamcell
from streamcell.secret import Secret
from tests.served import served

KEYS = {"shaped": "sk-TEST0123456789abcdefPLANTED", "plain": "planted1.but/of+no=known~shape"}


class Echo(BaseHTTPRequestHandler):
    """Repeats what it was sent, in every way in which a server can answer."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        said = " ".join(self.headers.values())
        if self.path.startswith("/refused"):
            self._send(401, "application/json", json.dumps({"error": {"message": said, "code": said}}))
        elif self.path.startswith("/moved"):
            self._send(307, "text/plain", said, location=f"http://127.0.0.1:{self.server.other}/v1/responses")
        elif self.path.startswith("/page"):
            self._send(200, "text/html", f"<title>{said}</title>")
        elif self.path.startswith("/broken"):
            event = {"type": "error", "code": "server_error", "message": said, "sequence_number": 0}
            self._send(200, "text/event-stream", f"data: {json.dumps(event)}\n\n")
        else:
            self._send(200, "application/json", json.dumps({"neither": said}))

    do_GET = do_POST

    def _send(self, status: int, kind: str, body: str, **headers: str) -> None:
        self.server.seen.append(self.path)
        self.send_response(status)
        for name, value in {"content-type": kind, "x-request-id": "req_1", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """The requests stand in `seen`."""


@pytest.fixture
def hosts() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that repeats what it gets, and the requests that reached the second host."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Echo) for _ in range(2)]
    for server, other in zip(servers, reversed(servers), strict=True):
        server.seen, server.other = [], other.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    yield f"http://127.0.0.1:{servers[0].server_port}", servers[1].seen
    for server in servers:
        server.shutdown()
        server.server_close()


CASES = ("refused", "moved", "page", "other", "broken")
"""Paths of the server that repeats what it gets."""


# ---------------------------------------------------------------- in Python
def everything(roots: list[Any], depth: int = 9) -> Iterator[Any]:
    """All objects of ours that can be reached by attributes and items, without what a `Secret` keeps to itself."""
    seen: set[int] = set()
    front = list(roots)
    for _ in range(depth):
        fresh = [o for o in front if id(o) not in seen and not isinstance(o, Secret | type | str | bytes | int)]
        seen.update(map(id, fresh))
        yield from fresh
        front = [inner for o in fresh for inner in inside(o)]


def inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set):
        return list(value)
    slots = [name for c in type(value).__mro__ for name in getattr(c, "__slots__", ())]
    held = [getattr(value, name, None) for name in slots if isinstance(name, str)]
    own = type(value).__module__.startswith(("streamcell", "httpx", "httpcore", "collections"))
    return [*held, *vars(value).values()] if own and hasattr(value, "__dict__") else held


def leaks(value: Any, key: str) -> list[str]:
    """Ways in which one object gives the key away."""
    found = []
    with suppress(Exception):
        found += ["repr"] * (key in f"{value!r} {value!s}")
    with suppress(Exception):
        found += ["vars"] * (key in repr(vars(value)))
    with suppress(Exception):
        found += ["pickle"] * (key.encode() in pickle.dumps(value))
    if not type(value).__module__.startswith("streamcell"):
        return [f"{way} of {type(value).__name__}" for way in found]
    with suppress(Exception):
        found += ["copy"] * (key in repr(vars(copy.copy(value))))
    return [f"{way} of {type(value).__name__}" for way in found]


def all_told(error: BaseException | None) -> str:
    """An error with the local variables of every frame, and of all that led to it."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()) if error else ""


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_in_python_the_key_is_nowhere(
    key: str,
    hosts: tuple[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STREAMCELL_JOURNAL_DIR", str(tmp_path))
    monkeypatch.setenv("MY_KEY", key)
    caplog.set_level(logging.DEBUG)
    address, second = hosts
    with served(speed=0, require_key=key) as server, served(speed=0.001, require_key=key) as slow:
        common = {"key_env": "MY_KEY", "headers": {"X-Custom": key}, "model": "demo/tour"}
        answers = [
            streamcell.stream("Hello", base_url=server.url, **common),
            streamcell.stream(
                "Weather in Lisbon?",
                base_url=server.url,
                api_key=Secret(key),
                headers={"x-own": key},
                model="demo/auto",
            ),
            *(streamcell.stream("x", base_url=f"{address}/{case}", **common) for case in CASES),
            streamcell.stream("x", base_url="http://127.0.0.1:9/v1", retries=0, **common),
        ]
        stopped = streamcell.stream("x", base_url=slow.url, wait=False, display=False, **common)
        stopped.cancel()
        answers.append(stopped.wait(10))
        plain, by_function = (
            streamcell.stream("x", base_url=server.url, display=False, api_key=given) for given in (key, lambda: key)
        )
    assert [a.error is None for a in answers] == [True] * 2 + [False] * 6 + [True]
    assert answers[-1].status == "cancelled"
    assert (plain.status, by_function.status, second) == ("completed", "completed", [])
    assert answers[1].tool_calls
    gc.collect()
    objects = list(everything([*answers, plain, by_function, *(a.error for a in answers)]))
    assert len(objects) > 300
    assert [found for value in objects for found in leaks(value, key)] == []
    for answer in answers:
        assert key not in repr(copy.deepcopy(answer.error))
    sinks = {
        "log": caplog.text + repr([vars(record) for record in caplog.records]),
        "output": "".join(capfd.readouterr()),
        "tracebacks": "".join(all_told(a.error) for a in answers),
        "snapshots": "".join(json.dumps(a.snapshot()) for a in answers),
        "copies": "".join(str(a._repr_mimebundle_()) for a in answers),
        "journals": "".join(p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file()),
    }
    assert [name for name, text in sinks.items() if key in text] == []
    assert "401" in sinks["output"]
    assert "POST" in sinks["log"]


def test_a_wrong_call_with_a_key_in_it_shows_none_below_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    key = KEYS["plain"]
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(streamcell.UsageError) as caught:
        streamcell.stream("x", modle="y", api_key=key, headers={"x-own": key})
    ours = caught.value.with_traceback(caught.value.__traceback__.tb_next)  # without this test's own frame
    assert "modle" in all_told(ours)
    assert key not in all_told(ours)


# ---------------------------------------------------------------- in a kernel
class Overheard(NotebookClient):
    """Remembers each message of the kernel as it came."""

    heard = ""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self.heard += repr(msg)
        return super().process_message(msg, cell, cell_index)


def cells(good: str, slow: str, address: str) -> list[str]:
    """Source of a notebook that uses the key in every way, and fails with it in every way."""
    failing = [f"%stream --base-url {address}/{case} -m m --key-env MY_KEY Hello" for case in CASES]
    return [
        "import logging, os, sys, streamcell; logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)",
        "%load_ext streamcell\n%xmode Verbose",
        f"%stream --base-url {good} --key-env MY_KEY Hello",
        f"%stream -m demo/auto --base-url {good} --key-env MY_KEY The weather in Lisbon.\nprint(_stream.tool_calls)",
        *(line + "\nprint(_stream)" for line in failing),
        *(line + "\n_stream.raise_for_error()" for line in failing),
        "%stream --base-url http://127.0.0.1:9/v1 -m m --key-env MY_KEY Hello\n_stream.raise_for_error()",
        "def taken():\n    return os.environ['MY_KEY']",
        "streamcell.stream('x', api_key=taken(), headers={'x-own': taken()}, modle='m')",
        f"s = streamcell.stream('x', base_url={slow!r}, api_key=taken, wait=False); s.cancel(); s.wait()",
        "print(s, s.error, s.response, vars(s), s.events)",
        "s",
    ]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_in_a_kernel_the_key_is_in_no_message_file_or_export(
    key: str,
    hosts: tuple[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "MY_KEY": key,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "STREAMCELL_JOURNAL_DIR": str(tmp_path / "journals"),
    }.items():
        monkeypatch.setenv(name, value)
    address, second = hosts
    with served(speed=0, require_key=key) as good, served(speed=0.001, require_key=key) as slow:
        sources = cells(good.url, slow.url, address)
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        client = Overheard(book, timeout=120, allow_errors=True, store_widget_state=True)
        client.ipython_hist_file = str(tmp_path / "history.sqlite")
        done = client.execute()
    sinks = {
        "notebook": nbformat.writes(done),
        "html": HTMLExporter().from_notebook_node(done)[0],
        "script": PythonExporter().from_notebook_node(done)[0],
        "messages": client.heard,
        "terminal": "".join(capfd.readouterr()),
        **{str(p.relative_to(tmp_path)): p.read_bytes().decode("latin-1") for p in tmp_path.rglob("*") if p.is_file()},
    }
    assert [name for name, text in sinks.items() if key in text] == []
    assert "taken()" in sinks["history.sqlite"]
    assert second == []
    told = sinks["notebook"]
    for proof in (
        "'function_call'",
        "HTTP 401",
        "raise_for_error",
        "DEBUG:httpcore",
        "cancelled",
        "Did you mean 'model'",
    ):
        assert proof in told, proof
