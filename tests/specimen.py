"""A notebook with an answer of every kind, executed without a page: what others get to open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

EVERYTHING = Path(__file__).parent / "vectors" / "fallback" / "everything.json"

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAQMAAABtzGvEAAAABlBMVEX/wQdgfYugLX3iAAAAYUlEQVR42q3QsQ3CQBBE0XeLA2dc"
    "CS7FpVGaS6AEl3BIBA4s1uHmQDT6weiPpiUIv8arEzzftNSkkDyED5twsgsHo3qDo2jn/Ma+MBV15qKZLkwsQrDWQNsNmeOe2f7y"
    "xAV2cxpZCV/BZQAAAABJRU5ErkJggg=="
)
"""A PNG of 48 × 48 pixels; that of the vector is none that can be shown."""
CELLS = (
    "%load_ext streamcell",
    "%%stream tour\nGive me a tour of markdown",
    "%stream What is the weather in Lisbon?",
    "%stream Why is the night sky dark?",
    "%stream Show me an error",
    # The snapshot of a recorded answer with all kinds of items, and an answer that nobody ended.
    "import json, streamcell\n"
    "response = json.loads(open({path!r}, encoding='utf-8').read())['snapshot']\n"
    "response = {{**response, 'error': None, 'streamcell': {{}}}}\n"
    "for item in response['output']:\n"
    "    item.update(result='{picture}') if item['type'] == 'image_generation_call' else None\n"
    "_ = streamcell.show([{{'type': 'response.incomplete', 'sequence_number': 1, 'response': response}}])",
    "_ = streamcell.show([{{'type': 'response.output_text.delta', 'delta': 'It was a *dark* and'}}])",
)
ANSWERS = len(CELLS) - 1
SAID = (
    "That was the tour.",
    '"timezone": "local"',
    "Olbers' paradox",
    "The service reported an error",
    "I'd rather not.",
)
"""Words of its answers, as a reader sees them everywhere."""
ENVIRON = {
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
    "STREAMCELL_MODEL": "",
    "STREAMCELL_DEMO_SPEED": "0",
    "STREAMCELL_JOURNAL": "0",
}


def sources() -> list[str]:
    return [c.format(path=str(EVERYTHING), picture=PICTURE) if "{path" in c or "{{" in c else c for c in CELLS]


def unexecuted() -> nbformat.NotebookNode:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources()])
    book.cells.insert(0, nbformat.v4.new_markdown_cell("# Answers\n\nA cell of *someone's* own words."))
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return book


def executed(*, widget_state: bool = False) -> nbformat.NotebookNode:
    """The notebook as JupyterLab saves it, or with the state of its widgets, as nbclient does."""
    return _run(unexecuted(), widget_state)


def shown(events: list[dict[str, Any]]) -> nbformat.NotebookNode:
    """A notebook with one answer, made of these events."""
    source = f"import streamcell\n_ = streamcell.show({events!r})"
    return _run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), widget_state=False)


def _run(book: nbformat.NotebookNode, widget_state: bool) -> nbformat.NotebookNode:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in ENVIRON.items():
            patched.setenv(name, value)
        NotebookClient(book, timeout=120, store_widget_state=widget_state).execute()
    return book


def copies(book: Any) -> list[Any]:
    """The outputs that hold a static copy."""
    found = [
        o for c in book.cells for o in c.get("outputs", ()) if "sc-static" in str(o.get("data", {}).get("text/html"))
    ]
    assert len(found) == ANSWERS, json.dumps(found)[:500]
    return found
