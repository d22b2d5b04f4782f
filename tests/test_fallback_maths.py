"""Formulas in the saved copy: what hosts may typeset, what stays source, and what neither may cost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamcell.fallback.formulas import LONGEST, typeset
from streamcell.fallback.render import markdown

HOSTILE = json.loads((Path(__file__).parent / "vectors" / "hostile" / "tex.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("source", "tex"),
    [
        ("$x^2$", r"\(x^2\)"),
        (r"\(x\)", r"\(x\)"),
        ("$$x$$", r"\[x\]"),
        ("\\[\nx \\\\[2pt]\n\\text{a \\$b}\n\\]", "\\[\nx \\\\[2pt]\n\\text{a \\$b}\n\\]"),
        (r"$a \newline \theta \left\{ \right.$", r"\(a \newline \theta \left\{ \right.\)"),
        (r"$a\\$", r"\(a\\ \)"),
    ],
)
def test_hosts_get_formulas_between_delimiters_that_all_know(source: str, tex: str) -> None:
    assert typeset(source) == tex


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}", r"\href{/api/contents}{x}", r"\url{x}", r"\includegraphics{x}",
        r"\require{html}",
        r"\htmlId{a}{x}", r"\class{jp-x}{x}", r"\cssId{main}{x}", r"\style{color:red}{x}", r"\data{x}{y}",
        r"\bbox[red]{x}",
        r"\mmlToken{mi}[href=x]{x}", r"\unicode{x202e}", r'\char"202E', r"\def\alpha{Z}", r"\gdef\a{Z}", r"\let\a\b",
        r"\newcommand{\a}{Z}", r"\renewcommand\alpha{Z}", r"\providecommand\a{Z}", r"\DeclareMathOperator{\a}{Z}",
        r"\newenvironment{a}{b}{c}", r"\definecolor{red}{rgb}{0,0,0}", r"\label{a}", r"\ref{a}", r"\eqref{a}",
        r"\input{a}",
        r"\texttip{a}{b}", r"\toggle{a}{b}\endtoggle", r"a \) b", r"a \( b", r"a $ b", r"\text{$a$}", "{a", "a}", "}{",
        r"\rule{999em}{9em}", r"\kern-1000.5 px", "\u202ea", "a\x1bb", "a" * (LONGEST + 1),
    ],
)  # fmt: skip
def test_tex_that_does_more_than_draw_stays_source(tex: str) -> None:
    assert typeset(f"\\[{tex}\\]") is None
    html = markdown(f"$$ {tex} $$")
    assert "mathjax_process" not in html


@given(st.text(alphabet="ab \n$\\()[]{}^_`*-<>&1", max_size=60))
def test_whatever_is_offered_to_hosts_is_a_whole_formula(text: str) -> None:
    html = markdown(text)
    for tex in re.findall(r'<span class="sc-maths mathjax_process tex2jax_process">(.*?)</span>', html, re.DOTALL):
        assert re.fullmatch(r"\\\(.*\\\)|\\\[.*\\\]", tex, re.DOTALL)
        assert not re.search(r"(?<!\\)(?:\\\\)*\\[()\[\]]", tex[2:-2])
    assert html.count("<span") == html.count("</span>")


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda payload: str(payload["id"]))
def test_hostile_tex_is_text_or_nothing_but_maths(payload: dict[str, str]) -> None:
    html = markdown(payload["markdown"])
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    assert tags <= {"p", "span", "code", "a", "em", "ul", "li", "pre", "br"}
    assert not re.search(r"\s(?:on\w+|id|style|src|data-\S+)=", re.sub(r">[^<]*<", "><", html))
    for tex in re.findall(r"tex2jax_process\">(.*?)</span>", html, re.DOTALL):
        assert not re.search(
            r"\\(?:href|url|html\w+|class|cssId|style|require|unicode|def|let|data|bbox|mmlToken)", tex
        )
