"""What a page shows of an answer, and how it compares with what was sent."""

from __future__ import annotations

import re
import time

import pytest
from markdown_it import MarkdownIt

from streamcell.options import StreamOptions
from streamcell.session import Stream
from tests.e2e.lab import Lab

# Everything the reader sees as the answer, our own controls left out.
ANSWER = """(index) => {
    const roots = [...document.querySelectorAll('.jp-Notebook [data-sc-root]')];
    const root = roots[index < 0 ? roots.length + index : index];
    if (!root) return null;
    const texts = [...root.querySelectorAll('.sc-markdown')].map((element) => {
        const copy = element.cloneNode(true);
        copy.querySelectorAll('[data-sc-ui], .sc-formula').forEach((e) => e.remove());
        return { text: copy.textContent, code: [...copy.querySelectorAll('pre')].map((e) => e.textContent) };
    });
    return {
        status: root.dataset.scStatus,
        text: texts.map((t) => t.text).join(''),
        code: texts.flatMap((t) => t.code),
        items: [...root.querySelectorAll('[data-sc-item]')].map((e) => e.dataset.scItem),
    };
}"""


def squeezed(text: str) -> str:
    """Without white space, task list marks, which may be shown as boxes, and backslashes, which formulas keep."""
    return re.sub(r"\s+|\\|\[[ xX]\]|[☐☑]", "", text)


def rendered(markdown: str) -> tuple[str, list[str]]:
    """(all text, the text of each code block) of a batch rendering by another implementation."""
    html = MarkdownIt("js-default").render(markdown)
    text = re.sub(r"<[^>]+>", "", html)
    blocks = [t.content for t in MarkdownIt("js-default").parse(markdown) if t.type in ("fence", "code_block")]
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return squeezed(text), blocks


def assert_shows(answer: dict, markdown: str) -> None:
    text, code = rendered(markdown)
    assert squeezed(answer["text"]) == text
    assert [c.rstrip("\n") for c in answer["code"]] == [c.rstrip("\n") for c in code]


def tape(prompt: str, **options) -> Stream:
    """What the demo answers, read at once and without a page."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STREAMCELL_DEMO_SPEED", "0")
        return Stream.request(StreamOptions(prompt=prompt, base_url="demo", **options)).start().wait(60)


def follow(lab: Lab, index: int = -1, until: int = 0, seconds: float = 60) -> list[str]:
    """The answer's text as it was seen while it streamed; ends with the stream, or after ``until`` characters."""
    texts: list[str] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = lab.page.evaluate(ANSWER, index)
        if answer and answer["status"] not in ("queued", "in_progress"):
            return texts
        if answer and answer["text"] not in texts[-1:]:
            texts.append(answer["text"])
            if until and len(texts[-1]) >= until:
                return texts
        lab.page.wait_for_timeout(50)
    raise AssertionError(f"the answer did not end in {seconds} s; its last text was {texts[-1:]}")


EDGE = 200
"""Letters at the end of an unfinished text that may still turn out to be markup, such as the address of a link."""


def assert_grew(texts: list[str], final: str) -> None:
    """What was seen while it streamed is the final text so far, but for the open edge; and it was seen growing."""
    letters = re.compile(r"\W+")
    whole = letters.sub("", final)
    assert len(texts) > 20, f"the answer was seen in only {len(texts)} states"
    for text in texts:
        seen = letters.sub("", text)[:-EDGE]
        assert whole.startswith(seen), f"{seen[-60:]!r} is not in the final text there"


def finished(lab: Lab, index: int = -1) -> dict:
    lab.page.wait_for_function(
        f"(i) => !['queued', 'in_progress'].includes(({ANSWER})(i)?.status ?? 'queued')", arg=index
    )
    return lab.page.evaluate(ANSWER, index)
