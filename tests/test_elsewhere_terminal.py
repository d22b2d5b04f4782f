"""Without a page: plain IPython and plain Python in a real terminal, and what is printed there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import streamcell

pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs pexpect, which IPython brings where there are")

IPYTHON = ["-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"]
STATUS = r"\[(\w+) · demo/(\w+) · [^\]\r\n]*\]"
LINE = {"type": "response.output_text.delta", "delta": ""}


class Terminal:
    """One program in a terminal of its own, on the demo."""

    def __init__(self, home: Path, *arguments: str, speed: str = "0") -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STREAMCELL_"))}
        own = {"IPYTHONDIR": str(home), "TERM": "dumb", "STREAMCELL_JOURNAL": "0", "STREAMCELL_DEMO_SPEED": speed}
        self._program = pexpect.spawn(
            sys.executable, list(arguments), env={**kept, **own}, encoding="utf-8", timeout=60, dimensions=(40, 200)
        )

    def type(self, *lines: str) -> None:
        for line in lines:
            self._program.sendline(line)

    def interrupt(self) -> None:
        self._program.sendintr()

    def until(self, pattern: str) -> str:
        """What is printed before and with the pattern."""
        self._program.expect(pattern)
        return str(self._program.before + self._program.after).replace("\r\n", "\n")

    def rest(self) -> str:
        """What is printed until the program ends."""
        self._program.expect(pexpect.EOF)
        return str(self._program.before)

    def close(self) -> None:
        self._program.close(force=True)


@pytest.fixture
def ipython(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, *IPYTHON)
    made.until(r"In \[1\]: ")
    made.type("%load_ext streamcell")
    made.until(r"In \[2\]: ")
    yield made
    made.close()


@pytest.fixture
def slow_ipython(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, *IPYTHON, speed="1")
    made.until(r"In \[1\]: ")
    made.type("%load_ext streamcell")
    made.until(r"In \[2\]: ")
    yield made
    made.close()


def test_a_line_magic_prints_the_text_and_ends_with_the_status(ipython: Terminal) -> None:
    ipython.type("%stream Give me a tour of markdown")
    printed = ipython.until(r"In \[3\]: ")
    assert "# A tour in one answer\n" in printed
    assert "\nThat was the tour." in printed
    assert "👩‍🔬" in printed
    assert re.search(STATUS + r"\n+In \[3\]: $", printed)[1] == "Completed"  # type: ignore[index]
    assert "Traceback" not in printed


def test_a_cell_magic_prints_too_and_binds_its_name(ipython: Terminal) -> None:
    ipython.type("%%stream mine", "Give me a tour", "of markdown", "", "")
    assert "That was the tour." in ipython.until(STATUS)
    ipython.until(r"In \[3\]: ")
    ipython.type("print(mine is _stream, mine.status)")
    assert "True completed" in ipython.until(r"In \[4\]: ")


def test_calls_and_failures_are_printed_as_well(ipython: Terminal) -> None:
    ipython.type("%stream What is the weather in Lisbon?")
    printed = ipython.until(r"In \[3\]: ")
    assert "Function call get_weather" in printed
    assert '"city": "Lisbon"' in printed
    ipython.type("%stream Show me an error")
    printed = ipython.until(r"In \[4\]: ")
    assert "The service reported an error:" in printed
    assert re.search(STATUS, printed)[1] == "Failed"  # type: ignore[index]
    assert "Traceback" not in printed


def test_an_interrupt_keeps_the_text_and_ends_quietly(slow_ipython: Terminal) -> None:
    slow_ipython.type("%stream Give me a long answer, please")
    slow_ipython.until(r"\w+ \w+ \w+ \w+")  # the echo of what was typed
    slow_ipython.until(r"(\w+\W+){30}")
    slow_ipython.interrupt()
    printed = slow_ipython.until(r"In \[3\]: ")
    assert re.search(STATUS, printed)[1] == "Cancelled"  # type: ignore[index]
    assert "Traceback" not in printed
    assert "KeyboardInterrupt" not in printed
    slow_ipython.type("print(_stream.status, len(_stream.text) > 100)")
    assert "cancelled True" in slow_ipython.until(r"In \[4\]: ")


def test_the_text_is_printed_while_it_comes(slow_ipython: Terminal) -> None:
    slow_ipython.type("%stream Give me a tour of markdown")
    slow_ipython.until("# A tour in one answer")
    slow_ipython.type("print('waited', _stream.status)")  # read when the answer has ended
    assert "That was the tour." in slow_ipython.until(STATUS)
    assert "waited completed" in slow_ipython.until(r"In \[4\]: ")


@pytest.mark.parametrize("asked", ["streamcell.stream('Hello')", "asyncio.run(streamcell.astream('Hello'))"])
def test_plain_python_prints_the_same_waited_for_or_awaited(tmp_path: Path, asked: str) -> None:
    terminal = Terminal(tmp_path, "-c", f"import asyncio, streamcell; a = {asked}; print(a.status)")
    printed = terminal.until("completed")
    terminal.close()
    assert re.search(STATUS, printed)[1] == "Completed"  # type: ignore[index]


def test_a_process_that_still_holds_a_view_ends(tmp_path: Path) -> None:
    code = (
        "import streamcell; from streamcell.widget import StreamView; "
        "kept = StreamView(streamcell.stream('Hello', display=False)); print('held', flush=True)"
    )
    terminal = Terminal(tmp_path, "-c", code)
    terminal.until("held")
    assert "Exception" not in terminal.rest()
    terminal.close()


# ---------------------------------------------------------------- what is printed, without a terminal
def said(*deltas: str, **end: Any) -> list[dict[str, Any]]:
    response = {"status": "completed", **end}
    return [*({**LINE, "delta": d} for d in deltas), {"type": "response.completed", "response": response}]


def test_the_model_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    streamcell.show(said("\x1b]0;title\x07 and \x1b", "[2J\r over\u202e", "\ud83d", "\ude00 ", "\ud83d", "end"))
    printed = capsys.readouterr().out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", printed)
    assert "⟨U+001B⟩]0;title⟨U+0007⟩ and ⟨U+001B⟩[2J⟨U+000D⟩ over⟨U+202E⟩😀 �end" in printed


@pytest.mark.parametrize("cut", range(1, 6))
def test_joined_emoji_stay_whole_however_they_are_cut(cut: int, capsys: pytest.CaptureFixture[str]) -> None:
    text = "a 👩‍🔬 b ❤️ c\r\nd"
    streamcell.show(said(*(text[i : i + cut] for i in range(0, len(text), cut))))
    assert capsys.readouterr().out.startswith("a 👩‍🔬 b ❤️ c\nd\n\n[Completed")


def test_a_text_that_comes_without_deltas_is_printed_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "All at once."}]}
    streamcell.show(said(output=[message]))
    assert capsys.readouterr().out.startswith("All at once.\n\n[Completed")


def test_what_the_encoding_does_not_know_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    assert streamcell.show(said("café 🚀")).status == "completed"
    assert raw.getvalue().startswith(b"caf? ?\n\n[Completed")
