"""README: its code runs, its table names every option, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streamcell import magics
from tests.test_kernel import executed, printed

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_every_block_of_code_runs() -> None:
    outputs = executed(*blocks("python"))
    for source, found in zip(blocks("python"), outputs, strict=True):
        assert not [o for o in found if o.output_type == "error"], source
        assert "Error" not in printed(found), source
    assert len(outputs) >= 4
    assert "get_weather" in printed(outputs[1])


def test_the_table_names_every_option_of_the_magic() -> None:
    parser = magics._parser()
    wanted = {s for a in parser._actions for s in a.option_strings} - {"-h", "--help"}
    named = set(re.findall(r"`(-{1,2}[a-z-]+)`", README.partition("| option | |")[2].partition("\n\n")[0]))
    assert named == wanted


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_commands_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.M):
        assert re.search(rf"^{command}:", makefile, re.M)
