"""The plan of the house, tested: import layers, one door for each dependency, what the package shows to the world."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import streamcell

SOURCE = Path(streamcell.__file__).parent

LAYER = {
    "errors": 0, "events": 0, "wire": 0, "options": 0, "secret": 0,
    "document": 1, "items": 1, "parts": 1, "readout": 1, "numbering": 1,
    "sse": 1, "providers": 1, "state": 1, "frames": 1, "window": 1, "pacing": 1, "drained": 1, "fallback": 1,
    "tape": 1, "endpoint": 1, "keys": 1,
    "background": 2, "event_log": 2, "transport": 2, "demo": 2, "retry": 2, "http_errors": 2, "clocks": 2, "chunked": 2,
    "bodies": 2, "transport_errors": 2, "audience": 2, "control": 3,
    "tape_file": 2, "journal": 2, "recording": 2, "replay": 2, "feeds": 2, "reading": 2,
    "sources": 3, "origins": 3, "session": 3, "pump": 3,
    "widget": 4, "cells": 4, "copies": 4, "display": 4, "terminal": 4, "hosts": 4, "api": 5, "magics": 6, "recovery": 6,
    "": 9,  # the package itself: a table of names, loaded when used
}  # fmt: skip
"""Imports point to a lower number, or within a layer as SAME allows."""
SAME = {
    ("events", "wire"), ("bodies", "chunked"), ("transport", "bodies"), ("transport", "transport_errors"),
    ("options", "secret"), ("endpoint", "keys"), ("providers", "sse"),
    ("providers", "document"), ("state", "document"), ("state", "items"),
    ("state", "numbering"), ("state", "events"), ("items", "document"), ("parts", "document"), ("parts", "items"),
    ("state", "parts"), ("state", "readout"), ("providers", "document"), ("http_errors", "retry"),
    ("transport", "http_errors"), ("session", "origins"), ("origins", "sources"), ("event_log", "background"),
    ("display", "widget"), ("display", "cells"), ("cells", "widget"), ("display", "copies"),
    ("pump", "session"), ("transport", "demo"),
    ("hosts", "display"), ("hosts", "widget"), ("hosts", "terminal"),
    ("journal", "tape_file"), ("recording", "journal"), ("replay", "transport"), ("feeds", "journal"),
}  # fmt: skip
UNDER_A_NAME_OF_THE_PACKAGE = {"__version__"}

DOORS = {
    "httpx": {"transport", "chunked", "demo"}, "h11": {"demo"}, "msgspec": {"events", "providers", "tape"},
    "markdown_it": {"fallback"}, "mdit_py_plugins": {"fallback"},
    "anywidget": {"widget"}, "traitlets": {"widget"}, "ipywidgets": set(), "IPython": {"magics", "display", "cells"},
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1, f"{path.name}: a relative import leaves its folder"
            assert path.parent != SOURCE, f"{path.name}: relative imports are for families"
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [a.name for a in node.names if a.name not in UNDER_A_NAME_OF_THE_PACKAGE]
            found += [f"streamcell.{n}" for n in names] if node.module == "streamcell" else [node.module]
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_to_a_lower_layer(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        there = parts[1] if len(parts) > 1 else ""
        if parts[0] != "streamcell" or there == here:
            continue
        allowed = LAYER[there] < LAYER[here] or (here, there) in SAME
        assert allowed, f"{here} (layer {LAYER[here]}) imports {there} (layer {LAYER[there]})"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_each_dependency_has_one_door(path: Path) -> None:
    for name in imports(path):
        top = name.partition(".")[0]
        assert room(path) in DOORS.get(top, {room(path)}), f"{path.name} imports {top}"


@pytest.mark.parametrize("path", [p for p in modules() if LAYER[room(p)] <= 1], ids=lambda p: p.stem)
def test_the_pure_layers_do_no_io(path: Path) -> None:
    banned = {"asyncio", "threading", "socket", "time", "httpx", "subprocess"}
    assert not banned & {n.partition(".")[0] for n in imports(path)}


def test_every_room_has_its_layer() -> None:
    assert {room(p) for p in modules()} <= set(LAYER)


def test_all_names_what_there_is_and_nothing_else() -> None:
    assert sorted(streamcell.__all__) == streamcell.__all__ == dir(streamcell)
    for name in streamcell.__all__:
        assert getattr(streamcell, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = streamcell.nothing


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, streamcell; print([m for m in ('httpx', 'markdown_it', 'anywidget', 'IPython', 'asyncio') if m in sys.modules])"  # noqa: E501 - one line for -c
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_generated_types_are_fresh() -> None:
    script = Path(__file__).parents[1] / "scripts" / "gen_wire.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
