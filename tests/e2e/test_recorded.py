"""Streams that real servers sent, played over loopback HTTP into a real JupyterLab: they appear exactly."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.answer import ANSWER, assert_shows, finished, follow
from tests.e2e.lab import ROOT, Lab

SHARED = ROOT.parent / "shared"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.exists(), reason="the recorded streams lie beside the checkout, and are not there"),
]


class Player(ThreadingHTTPServer):
    """Answers ``POST /<file>/v1/responses`` with that recording, an event at a time."""

    daemon_threads = True

    def __init__(self, seconds_between_events: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pause = seconds_between_events
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def base_url(self, recording: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{recording}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Player

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        recording = SHARED / "corpus" / "responses" / self.path.split("/")[1]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for block in recording.read_bytes().split(b"\n\n"):
            if block:
                piece = block + b"\n\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(self.server.pause)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def player():
    server = Player(0.004)
    yield server
    server.shutdown()
    server.server_close()


def reference(path: Path) -> dict:
    """What the stream means, by the reader that shares nothing with ours."""
    spec = importlib.util.spec_from_file_location("reference", SHARED / "check" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read(path.read_bytes(), "responses")[0]


def pick(kind: str) -> Path:
    """A recording of OpenAI's with a good deal of text, reasoning, or a function call."""
    best: tuple[int, str] = (0, "")
    for line in (SHARED / "corpus" / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        file, api, vendor, _, _, _, _, _, _, text, arguments, size, flags, types = line.split("\t")
        if api != "responses" or vendor != "openai" or flags != "-" or int(size) > 400_000:
            continue
        weight = {
            "text": 0 if "reasoning" in types or "function_call" in types else int(text),
            "reasoning": int(text) if "reasoning_summary_text.delta" in types else 0,
            "function_call": int(arguments) if "function_call_arguments.delta" in types else 0,
        }[kind]
        best = max(best, (weight, file))
    assert best[0], f"no recording with {kind}"
    return SHARED / "corpus" / best[1]


@pytest.mark.parametrize("kind", ["text", "reasoning", "function_call"])
def test_a_recorded_stream_appears_exactly(
    lab: Lab, notebook: str, player: Player, kind: str, request: pytest.FixtureRequest
) -> None:
    path = pick(kind)
    want = reference(path)
    lab.open(notebook)
    lab.set_cells(
        "%load_ext streamcell",
        f"%%stream real -m any --base-url {player.base_url(path.name)}\nPlay it.",
        "import json; print(json.dumps([real.text, real.reasoning, real.tool_calls, real.status]))",
    )
    lab.run(0)
    lab.wait_idle()
    lab.run(1)
    seen = follow(lab)
    answer = finished(lab)
    lab.wait_idle()
    assert seen, "the answer was not seen before its end"
    assert answer["status"] == want["status"]
    assert answer["items"] == want["items"]
    root = lab.page.locator("[data-sc-root]")
    if want["text"]:
        message = lab.page.evaluate(MESSAGES, -1)
        assert_shows({"text": message["text"], "code": message["code"]}, want["text"])
    if want["reasoning"]:
        assert_shows(lab.page.evaluate(REASONING, -1), want["reasoning"])
    for call in want["tool_calls"]:
        card = root.locator(f"[data-sc-item='{call['kind']}']", has_text=call["name"] or "").first
        shown = "".join(card.text_content().split())
        for value in _leaves(json.loads(call["arguments"] or "{}")):
            assert "".join(value.split()) in shown
    lab.run(2)
    lab.wait_idle()
    printed = lab.page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stdout']").inner_text()
    assert json.loads(printed) == [want["text"], want["reasoning"], want["tool_calls"], want["status"]]
    assert lab.page.problems == []


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, v in value.items() for leaf in [key, *_leaves(v)]]
    if isinstance(value, list):
        return [leaf for v in value for leaf in _leaves(v)]
    return [value if isinstance(value, str) else json.dumps(value)]


MESSAGES = ANSWER.replace("'.sc-markdown'", "'[data-sc-item=message] .sc-markdown'")
REASONING = ANSWER.replace("'.sc-markdown'", "'[data-sc-item=reasoning] .sc-markdown'")
