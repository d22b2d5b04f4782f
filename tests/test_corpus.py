"""The recorded streams of real servers, against the plain reader that lies beside the checkout."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from .protocol import SHARED, by_ops, events_of

ADAPTER = Path(__file__).parents[1] / "bench" / "adapters" / "corpus.py"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recordings lie beside the checkout")
def test_every_recorded_stream_is_read_right_under_every_cutting_and_hang_up() -> None:
    command = [
        sys.executable,
        SHARED / "check" / "corpus_check.py",
        "--adapter",
        ADAPTER,
        "--corpus",
        SHARED / "corpus",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith(" passed, 0 failed")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recordings lie beside the checkout")
@pytest.mark.parametrize("api", ["responses", "chat", "completions"])
def test_ops_build_the_snapshot_of_every_recorded_stream(api: str) -> None:
    paths = sorted((SHARED / "corpus" / api).glob("*.sse"))
    assert paths
    for path in paths:
        page, state = by_ops(events_of([path.read_bytes()], api), api, random.Random(path.name))
        assert page == state.snapshot(), path.name
        assert state.warnings.keys() <= {"after_the_end", "item_not_announced"}, path.name
