"""A notebook that is saved while an answer arrives, in a real JupyterLab: the reader of the file learns that."""

from __future__ import annotations

import re
import shutil

import nbformat
import pytest

from tests.e2e.lab import Lab, Server
from tests.served import served

pytestmark = pytest.mark.e2e

NOTEBOOK = ".jp-Notebook"
MARKUP = re.compile(r"```\w+|\]\([^)]*\)")
"""What the plain copy holds and a reader of the other one does not see: names of languages, addresses of links."""
SAVED = "This copy was saved while the answer was still arriving."


def seen(lab: Lab) -> str:
    return lab.page.locator(NOTEBOOK).inner_text()


def copied(path) -> str:
    """What the static copy in the file says."""
    outputs = nbformat.read(path, as_version=4).cells[1].outputs
    return next(o.data["text/plain"] for o in reversed(outputs) if "text/plain" in o.data)


def test_a_file_saved_in_mid_stream_says_so_to_others_and_the_live_page_does_not(
    lab: Lab, server: Server, notebook: str
) -> None:
    files = []
    with served(speed=0.5) as model:
        lab.open(notebook)
        lab.set_cells("%load_ext streamcell", f"%stream --base-url {model.url} -m demo/tour Hello")
        lab.run_all()
        for point in (1, 2, 3):
            lab.page.wait_for_function(
                "(least) => document.querySelector('[data-sc-root]')?.innerText.length > least", arg=200 * point
            )
            lab.save()
            files.append(server.folder / f"saved-{point}-{notebook}")
            shutil.copy(server.folder / notebook, files[-1])
            live = seen(lab)
            assert "Streaming" in live
            assert not re.search(f"Interrupted|{SAVED}", live)
        lab.page.locator(".sc-stop >> visible=true").first.click()
        lab.wait_idle()
        assert "connection closed" in seen(lab)
    for file in files:
        lab.open(file.name, kernel=False)
        lab.page.locator(f"{NOTEBOOK} .sc-static >> visible=true").wait_for()
        read, words = seen(lab), copied(file)
        assert words.startswith("[Interrupted")
        assert ("Interrupted" in read, "Streaming" in read) == (True, False)
        assert SAVED in read or "saved before the answer began" in read
        for word in re.findall(r"[a-z]{4,}", MARKUP.sub("", words)):
            assert word in read
