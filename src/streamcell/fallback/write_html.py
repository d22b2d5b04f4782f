"""Blocks as HTML: safe without a sanitizer, and read well without script, style or class."""

from __future__ import annotations

from collections.abc import Iterable

from streamcell.fallback import chips, render
from streamcell.fallback.blocks import Block

__all__ = ["write"]

_FORMATS = {"iVBORw0KGgo": "png", "/9j/": "jpeg", "UklGR": "webp", "R0lGOD": "gif"}
"""Raster images by the beginning of their base64 text. Anything else, SVG above all, is not shown."""

ROOM = "<p></p>"
"""JupyterLab leaves no room below code and folds, and where a notebook is not trusted it drops the style beside the
copy. A paragraph of nothing is as high as its margin, and adds to no other one."""


def write(blocks: Iterable[Block]) -> str:
    """The HTML of all blocks, one after the other."""
    return "".join(_WRITERS[block.kind](block) for block in blocks)


def _head(block: Block) -> str:
    rest = "".join(f" · {chips.html(fact)}" for fact in block.facts)
    return f'<p class="sc-head"><strong>{chips.html(block.title)}</strong>{rest}</p>\n'


def _foot(block: Block) -> str:
    return f'<p class="sc-foot"><small>{chips.html(" · ".join(block.facts))}</small></p>\n'


def _markdown(block: Block) -> str:
    return f'<div class="sc-prose">\n{render.markdown(block.text)}</div>\n' if block.text else ""


def _code(block: Block) -> str:
    return f'{_label(block)}<pre class="sc-code"><code>{chips.html(block.text)}</code></pre>{ROOM}\n'


def _label(block: Block) -> str:
    return f'<p class="sc-label"><small>{chips.html(block.title)}</small></p>\n' if block.title else ""


def _line(block: Block) -> str:
    label = f"<small>{chips.html(block.title)}:</small> " if block.title else ""
    return f'<p dir="auto">{label}{chips.html(block.text)}</p>\n'


def _link(block: Block) -> str:
    return f"<p>{_anchor(block)}</p>\n"


def _anchor(block: Block) -> str:
    return render.link(block.text, block.title) if block.text else chips.html(block.title)


def _image(block: Block) -> str:
    kind = next((name for start, name in _FORMATS.items() if block.text.startswith(start)), None)
    if kind is None:
        return "<p>[image of an unknown form, not shown]</p>\n"
    source = f"data:image/{kind};base64,{block.text}"
    return f'<p><img class="sc-image" src="{source}" alt="{chips.attribute(block.title)}"></p>\n'


def _notice(block: Block) -> str:
    lines = "<br>\n".join(chips.html(block.text).split("\n"))
    return f'<p class="sc-notice" dir="auto"><strong>{chips.html(block.title)}</strong><br>\n{lines}</p>\n'


def _fold(block: Block) -> str:
    inner = f"<blockquote>\n{write(block.children)}</blockquote>"  # unfolded, it is told from what follows
    title = chips.html(block.title)
    return f'<details class="sc-fold">\n<summary>{title}</summary>\n{inner}\n</details>{ROOM}\n'


def _card(block: Block) -> str:
    name = f" <code>{chips.html(block.name)}</code>" if block.name else ""
    facts = f" <small>{chips.html(' · '.join(block.facts))}</small>" if block.facts else ""
    head = f'<p class="sc-card-head"><strong>{chips.html(block.title)}</strong>{name}{facts}</p>\n'
    # A quotation is set off from the answer everywhere, also where there is no style.
    return f'<blockquote class="sc-card">\n{head}{write(block.children)}</blockquote>\n'


def _list(block: Block) -> str:
    rows = "".join(f'<li dir="auto">{_anchor(child)}</li>\n' for child in block.children)
    return f'{_label(block)}<ol class="sc-sources">\n{rows}</ol>\n'


_WRITERS = {
    "head": _head,
    "foot": _foot,
    "markdown": _markdown,
    "code": _code,
    "line": _line,
    "link": _link,
    "image": _image,
    "notice": _notice,
    "fold": _fold,
    "card": _card,
    "list": _list,
}
