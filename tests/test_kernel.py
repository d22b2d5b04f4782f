"""The magics in a real kernel without a page: what is left in the notebook, and what a mistake looks like."""

from __future__ import annotations

import re

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.kernels import VIEW
from tests.served import served


def executed(*cells: str, environ: dict[str, str] | None = None) -> list[list]:
    """The outputs of each cell, run in a fresh kernel on the demo; errors do not stop it."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(book, timeout=120, allow_errors=True, store_widget_state=True)
    clean = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "STREAMCELL_MODEL": "", "STREAMCELL_DEMO_SPEED": "0"}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**clean, **(environ or {})}.items():
            patched.setenv(name, value)
        done = client.execute()
    executed.metadata = done.metadata
    return [cell.outputs for cell in done.cells]


def printed(outputs: list) -> str:
    return "".join(o.get("text", "") for o in outputs if o.output_type == "stream")


LOAD = "%load_ext streamcell"


@pytest.fixture(scope="module")
def answer() -> dict:
    """One finished answer: its outputs, what a next cell sees of it, and the notebook's metadata."""
    outputs = executed(
        LOAD,
        "%%stream tour\nGive me a tour of markdown",
        "print(tour is _stream, tour.status, len(tour.text), tour.usage['output_tokens'] > 0, tour.error)",
    )
    return {"outputs": outputs, "metadata": executed.metadata}


def test_the_cell_leaves_the_view_and_a_static_copy_and_returns_nothing(answer: dict) -> None:
    view, copy = answer["outputs"][1]
    assert sorted(view.data) == ["application/vnd.jupyter.widget-view+json", "text/html"]
    assert view.data["text/html"] == ""  # shown where there is no model; nothing would be an error in some
    assert sorted(copy.data) == ["text/html", "text/plain"]
    assert [o.output_type for o in (view, copy)] == ["display_data", "display_data"]


def test_the_static_copy_holds_the_whole_answer_and_no_script(answer: dict) -> None:
    _, copy = answer["outputs"][1]
    html = copy.data["text/html"]
    assert "That was the tour" in html
    assert "That was the tour" in copy.data["text/plain"]
    assert "canned answers, no model" in html
    assert not re.search(r"<script|<iframe|<img|\son\w+=|javascript:", html, re.I)
    style, _, rest = html.partition("</style>")
    assert style.startswith("<style data-sc-ui>")
    assert "<style" not in rest


def test_the_variable_was_bound_before_and_holds_the_stream(answer: dict) -> None:
    assert re.fullmatch(r"True completed \d{3,} True None\n", printed(answer["outputs"][2]))


def test_what_a_widget_saves_is_small_and_holds_neither_text_nor_code(answer: dict) -> None:
    state = answer["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    models = [m["state"] for m in state.values() if m["model_name"] == "AnyModel"]
    assert len(models) == 1
    assert len(str(models[0])) < 4096
    assert "That was the tour" not in str(state)


MISTAKES = {
    "empty prompt": ("%%stream\n\n", "Expected a prompt, got nothing."),
    "empty line": ("%stream", "Expected a prompt, got nothing."),
    "unknown option": ("%stream --modle x Hello", "'--modle'. Did you mean --model?"),
    "unknown option in a cell": ("%%stream a --tempratur 1\nHello", "'--tempratur'. Did you mean --temperature?"),
    "a value that is no number": ("%stream --max-tokens many Hello", "invalid int value: 'many'"),
    "two names": ("%%stream a b\nHello", "at most one name before the prompt, got 'b'"),
    "no name": ("%%stream 5x\nHello", "a variable name before the prompt, got '5x'"),
    "unknown api": ("%stream --api soap Hello", "got 'soap'"),
    "no key": ("%stream --base-url https://api.openai.com/v1 Hello", "found none in OPENAI_API_KEY"),
    "a key": ("%stream -m sk-abcdefghijklmnop1234 Hello", "looks like one (not shown)"),
    "no url": ("%stream --base-url localhost Hello", "got 'localhost'"),
    "nested in other code": ("if True:\n    %stream", "Expected a prompt, got nothing."),
}


def test_every_mistake_is_one_clear_line_without_traceback_and_shows_no_view() -> None:
    outputs = executed(LOAD, *(source for source, _ in MISTAKES.values()))[1:]
    for (name, (source, words)), found in zip(MISTAKES.items(), outputs, strict=True):
        said = printed(found).strip()
        assert words in said, (name, found)
        assert said.startswith("UsageError: "), (name, said)
        assert said.count("\n") == 0, (name, said)
        assert "Traceback" not in str(found), name
        assert not any("widget" in str(o.get("data", "")) for o in found), name
        assert "sk-abc" not in said, source


def test_a_service_that_says_no_is_one_line_in_the_view_and_the_cell_goes_on() -> None:
    outputs = executed(
        LOAD,
        "%stream --base-url http://127.0.0.1:9/v1 -m x Hello",
        "print(_stream.status, _stream.error)",
    )
    _, copy = outputs[1]
    words = "Could not reach 127.0.0.1:9: the connection was refused."
    assert words in copy.data["text/plain"]
    assert words in copy.data["text/html"]
    assert printed(outputs[2]).startswith(f"failed {words}")


def test_a_wrong_key_is_told_with_its_status_and_not_shown() -> None:
    key = "sk-wrong-0123456789abcdef"
    with served(require_key="right") as server:
        outputs = executed(
            LOAD,
            f"%stream --base-url {server.url} --key-env MY_KEY Hello",
            "print(_stream.error.status, _stream.error)",
            environ={"MY_KEY": key},
        )
    assert "HTTP 401" in outputs[1][1].data["text/plain"]
    assert printed(outputs[2]).startswith("401 ")
    assert "MY_KEY" in printed(outputs[2])
    assert key not in str(outputs)


def test_the_python_api_shows_and_returns() -> None:
    outputs = executed(
        "import streamcell",
        "a = streamcell.stream('Give me a tour of markdown'); b = await streamcell.astream('Hello')",
        "print(a.status, b.status)",
        "streamcell.stream('x', modle='y')",
        "s = streamcell.show([{'type': 'response.output_text.delta', 'delta': 'Hi'}, "
        "{'type': 'response.completed', 'response': {'status': 'completed'}}])",
        "async def events():\n    for e in s.events:\n        yield e\n"
        "t = await streamcell.show(events())\nprint(t.text, t.status)",
        "s",
        "import os; os.environ['STREAMCELL_DEMO_SPEED'] = '0.001'\n"
        "q = streamcell.stream('Hello', display=False, wait=False); print(q.done); q.cancel(); print(q.wait().status)",
    )
    assert len(outputs[1]) == 4
    assert printed(outputs[2]) == "completed completed\n"
    assert "Did you mean 'model'?" in outputs[3][0].evalue
    assert "Hi" in outputs[4][1].data["text/plain"]
    assert "Hi completed" in printed(outputs[5])
    assert "Hi" in outputs[6][0].data["text/html"]
    assert printed(outputs[7]) == "False\ncancelled\n"


def test_cells_with_the_magic_inside_still_work() -> None:
    outputs = executed(
        LOAD,
        "for word in ['one', 'two']:\n    %stream --no-display Hello\nprint(_stream.status)",
        "x = 1\n%stream --no-display -m demo/tour What about $x and {x}?\nprint(_stream.status, x)",
        "%%time\n%stream --no-display Hello",
        "%unload_ext streamcell\n%load_ext streamcell\n%reload_ext streamcell\n%stream --no-display Hello\n"
        "print(_stream.status)",
        "%stream --no-display --max-tokens 5 -i 'be brief' -- --bg is part of the prompt\nprint(_stream.status)",
    )
    assert printed(outputs[1]) == "completed\n"
    assert printed(outputs[2]) == "completed 1\n"
    assert "Wall time" in printed(outputs[3])
    assert printed(outputs[4]).endswith("completed\n")
    assert printed(outputs[5]) == "incomplete\n"


@pytest.mark.parametrize(
    "cell",
    [
        "%stream --no-display Why is the night sky dark?",
        "x = 1\n%stream --no-display -m demo/hello Is it?",
        "if True:\n    %stream --no-display What's it, then?",
        "%stream --no-display Is 'it' f(x) or y[0]??",
        "%%stream --no-display\nWhy?",
    ],
)
def test_a_question_is_a_prompt_and_no_call_for_help(cell: str) -> None:
    outputs = executed(LOAD, cell, "print(_stream.status, 'pinfo' in get_ipython().transform_cell('%stream?'))")
    assert printed(outputs[1]) == ""
    assert printed(outputs[2]) == "completed True\n"


def test_an_answer_that_ended_in_a_later_cell_is_whole_in_its_own() -> None:
    outputs = executed(
        "import streamcell; s = streamcell.stream('Hello! Who are you?', model='demo/hello', wait=False)",
        "s.wait().status",
    )
    copy = outputs[0][-1]
    assert copy.data["text/plain"].startswith("[Completed")
    assert "a small shelf of canned answers" in copy.data["text/plain"]


def test_a_stream_is_shown_once_by_the_cell_that_ends_with_it() -> None:
    shown, last, again, named = executed(
        "import streamcell; streamcell.stream('Hello')", "a = await streamcell.astream('Hello'); a", "a", "display(a)"
    )
    for outputs in (shown, last):
        assert [output.output_type for output in outputs] == ["display_data"] * 2
        assert VIEW in outputs[0].data
    for outputs in (again, named):
        assert len(outputs) == 1
        assert outputs[0].data["text/plain"].startswith("[Completed")


def test_a_stream_that_still_runs_is_shown_live_by_whatever_cell_names_it() -> None:
    _, named, printed_ = executed(
        "import os, streamcell; os.environ['STREAMCELL_DEMO_SPEED'] = '0.001'\n"
        "a = streamcell.stream('Hello', display=False, wait=False)",
        "a",
        "print(a.done); a.cancel(); _ = a.wait()",
    )
    assert [output.output_type for output in named] == ["display_data"] * 2
    assert VIEW in named[0].data
    assert printed(printed_) == "False\n"


def test_the_end_of_a_cell_is_told_as_its_own_though_the_kernel_took_it_for_another() -> None:
    """ipykernel 7.4 puts back a stale request when a page speaks between two awaited cells; here it is put by hand."""
    manager, client = start_new_kernel(extra_arguments=["--IPKernelApp.log_level=ERROR"])
    try:
        client.execute_interactive("import streamcell; s = streamcell.stream('Hi', model='demo/hello')", timeout=30)
        stale = (
            "kernel = get_ipython().kernel\n"
            "kernel.set_parent([b'page'], {'header': {'msg_id': 'stale', 'msg_type': 'execute_request'}})"
        )
        reply = client.execute_interactive(stale, timeout=20)  # waits for the end, and raises TimeoutError without it
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
