"""What is left of an answer where no live view can be: in a saved notebook, on a static page, in a terminal.

`to_html` and `to_text` show all that the live view shows. The HTML is built from the answer by fixed lists of tags and
attributes, so it is safe without a sanitizer, and it carries no meaning in script, style, class or id, so it survives
those there are (JupyterLab's, GitHub's, nbviewer's). It knows nothing of widgets, or of how the notebook holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from streamcell.fallback import facts, write_html, write_text
from streamcell.fallback.blocks import Block
from streamcell.fallback.items import item_blocks

__all__ = ["to_html", "to_text"]


LONG = 32_000
"""Characters of markdown. So much takes kernel and page some ten milliseconds, each time that a copy is made."""
TOO_LONG = 2_000_000
"""Characters of markdown. As HTML so much would keep JupyterLab from all else for more than a second, and ten times as
much for six."""


def to_html(snapshot: Mapping[str, Any], *, is_draft: bool = False) -> str:
    """A snapshot as HTML, for ``text/html``. Never raises on remote data.

    Args:
        is_draft: The copy will soon be replaced by another: then long texts stay as the model wrote them, as else only
            very long ones do.
    """
    blocks = _readable(_blocks(snapshot), LONG if is_draft else TOO_LONG)
    return f'<div class="sc-answer">\n{write_html.write(blocks)}</div>\n'


def _readable(blocks: Iterable[Block], limit: int) -> Iterator[Block]:
    """With markdown beyond the limit as it is."""
    for block in blocks:
        if block.kind == "markdown" and len(block.text) > limit:
            yield Block("code", block.text, title="As the model wrote it: too long to be formatted here")
        else:
            yield replace(block, children=tuple(_readable(block.children, limit)))


def to_text(snapshot: Mapping[str, Any]) -> str:
    """A snapshot as plain text, for ``text/plain``. Never raises on remote data."""
    return write_text.write(_blocks(snapshot))


def _blocks(response: Mapping[str, Any]) -> Iterator[Block]:
    yield Block("head", title=facts.status_word(response), facts=tuple(facts.summary(response)))
    partial = facts.as_dict(facts.as_dict(response.get("streamcell")).get("partial_images"))
    for index, item in enumerate(facts.as_list(response.get("output"))):
        yield from item_blocks(item, facts.as_text(partial.get(str(index))))
    if transcript := facts.transcript(response):
        yield Block("card", title="Spoken answer", children=(Block("line", transcript),))
    yield from _end(response)


def _end(response: Mapping[str, Any]) -> Iterator[Block]:
    """How it ended, what it took, what was odd."""
    failure = facts.failure(response)
    if failure is not None:
        yield Block("notice", "\n".join(failure[1]), title=failure[0])
    ending = facts.ending(response)
    if ending and not (failure and response.get("status") == "interrupted"):  # the failure tells more
        yield Block("notice", ending, title=facts.status_word(response))
    if usage := facts.usage(response):
        yield Block("foot", facts=tuple(usage))
    if odd := facts.oddities(response):
        yield Block("fold", title=odd[0], children=tuple(Block("line", line) for line in odd[1]))
