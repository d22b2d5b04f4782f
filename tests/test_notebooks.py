"""The demo notebooks: they run from top to bottom without a key, and are kept without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_is_one() -> None:
    assert [p.name for p in NOTEBOOKS if p.name == "01-first-stream.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_on_the_demo(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "STREAMCELL_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STREAMCELL_DEMO_SPEED", "0")
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=120).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert not any(c.get("outputs") or c.get("execution_count") for c in book.cells if c.cell_type == "code")
