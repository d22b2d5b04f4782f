"""Tapes and recovery in a real kernel, by the magics."""

from __future__ import annotations

from pathlib import Path

from tests.test_kernel import LOAD, executed, printed


def test_an_answer_is_recorded_replayed_and_after_a_kill_recovered(tmp_path: Path) -> None:
    environ = {"STREAMCELL_JOURNAL_DIR": str(tmp_path / "journal")}
    outputs = executed(
        LOAD,
        f"%stream --record {tmp_path}/a.tape Give me a tour of markdown",
        "first = _stream.text",
        f"%stream --replay {tmp_path}/a.tape --speed 0",
        "print(_stream.text == first, _stream.status)",
        f"%stream --replay {tmp_path}/none.tape",
        environ=environ,
    )
    assert printed(outputs[4]) == "True completed\n"
    assert "replay of a.tape" in outputs[3][1].data["text/html"]
    assert printed(outputs[5]).startswith("UsageError: Expected a tape to replay, found no file")
    (journal,) = (tmp_path / "journal").iterdir()
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.with_name("lost.open.jsonl").write_bytes(b"".join(lines[:-1]) + lines[-1][:9])
    recovered = executed("import streamcell\nlost, = streamcell.recover()\nlost", environ=environ)
    assert "That was the tour" in recovered[0][0].data["text/html"]
