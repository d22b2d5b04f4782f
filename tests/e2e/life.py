"""What happens to an answer in a notebook, as scenarios: each plays on a `Stage`, asserts, and returns what to note.

The tests play the core of them in one JupyterLab; `tests.matrix` plays all of them in several hosts.
"""

from __future__ import annotations

import os
import re
import signal

from tests.e2e.answer import squeezed
from tests.e2e.stage import Stage, assert_same, waited

LIVE_SECONDS = 10.0
"""A view that is not back by then waits for its cell to end, as it does where kernels hear nothing meanwhile."""
PACE = 800
"""Characters to wait for before the kernel is interrupted, 1.4 s of them: what follows within 1 s counts as twice."""
FREEZE_FRAMES = 75
"""So many frames at most wait for a page that stood still, however long it did: 2 s of them, and one in each."""


def stop(stage: Stage, kind: str, key: str = "") -> float:
    """The reader presses Stop, or Esc. Returns the seconds until the server sees the connection closed."""
    stage.start(kind, enough=PACE)
    stage.press(key)
    left = stage.wait_left()
    _assert_cancelled(stage)
    stage.assert_quiet()
    return left - stage.pressed_at()


def interrupt(stage: Stage, kind: str) -> str:
    """The reader runs all cells and presses the host's own Stop in the middle: a quiet end, and the next cell runs."""
    stage.set_cells(kind, "100-a-second")
    stage.lab.run_all()
    stage.wait_text(PACE)
    stage.toolbar("interrupt")
    stage.wait_left()
    stage.lab.wait_idle()
    printed = stage.printed()
    _assert_cancelled(stage, printed)
    stage.assert_quiet()
    return "the next cell of Run All ran"


def _assert_cancelled(stage: Stage, printed: str | None = None) -> None:
    """Text is kept, the same on the page and in the kernel, and the next cell runs."""
    shown = stage.wait_shown("cancelled")
    _, _, status, words = (printed or stage.run_next()).split()
    assert status == "cancelled"
    kept = stage.answer().text.split()[: int(words)]
    assert len("".join(kept)) >= 100
    assert_same(shown["text"], " ".join(kept))


def reload(stage: Stage, kind: str) -> str:
    """The reader loads the page anew in mid-stream."""
    stage.start(kind)
    stage.lab.save()
    stage.page.reload()
    return _back(stage)


def reopen(stage: Stage, kind: str) -> str:
    """The reader closes the notebook in mid-stream, and opens it again."""
    stage.start(kind)
    stage.lab.save()
    if stage.server.app == "lab":
        stage.lab.command("application:close")
        stage.page.wait_for_function("() => document.querySelectorAll('.jp-NotebookPanel').length === 0")
        stage.lab.command("docmanager:open", {"path": stage.notebook})
    else:
        stage.page.goto("about:blank")
        stage.page.goto(stage.server.address(stage.notebook))
    return _back(stage)


def second_tab(stage: Stage, kind: str) -> str:
    """The reader opens the same notebook in another tab."""
    stage.start(kind)
    stage.lab.save()
    other = Stage(stage.page.context.new_page(), stage.server, stage.model, stage.notebook)
    other.page.goto(stage.server.address(stage.notebook))
    other._asked = stage._asked
    note = _back(other)
    assert_same(stage.wait_shown("completed")["text"], stage.answer().text)
    other.page.close()
    return note


def _back(stage: Stage) -> str:
    """The view comes back with all the text, live or once the cell has ended; which of the two is noted."""
    stage.lab.wait_ready(kernel=False)
    live = waited(LIVE_SECONDS, lambda: (stage.shown() or {"text": ""})["text"], stage.page)
    if live:
        shown = stage.shown()
        assert shown["status"] == "in_progress"
        stage.wait_text(len(shown["text"]) + 100)
    text = stage.model.finish().text
    assert_same(stage.wait_shown("completed")["text"], text)
    stage.wait_kept()
    stage.assert_quiet()
    return "live" if live else "back once the cell had ended"


def move(stage: Stage, kind: str) -> str:
    """The reader moves the cell in mid-stream: its host makes a new one, which hears no updates of its outputs."""
    stage.start(kind)
    stage.page.evaluate(MOVE)
    stage.wait_text(len((stage.shown() or {"text": ""})["text"]) + 100)
    stage.finish()
    stage.wait_kept()
    stage.assert_quiet()
    return "all in the file"


MOVE = """async () => {
    const { commands, shell } = window.jupyterapp;
    shell.currentWidget.content.activeCellIndex = 1;
    await commands.execute('notebook:move-cell-up');
}"""


def second_view(stage: Stage, kind: str) -> str:
    """The reader has the output shown twice: by "new view for output", or in Notebook, which has none, by copying."""
    stage.start(kind)
    stage.page.evaluate(SECOND_VIEW)
    views = stage.page.locator("[data-sc-root]")
    assert waited(LIVE_SECONDS, lambda: views.count() == 2, stage.page), "no second view"
    text = stage.model.finish().text
    both = stage.page.locator("[data-sc-root][data-sc-status=completed]")
    assert waited(30, lambda: both.count() == 2, stage.page), "the second view did not end"
    for markdown in stage.page.locator("[data-sc-root] .sc-markdown").all():
        assert_same(markdown.text_content(), text)
    stage.page.evaluate(CLOSE_VIEW)
    assert waited(LIVE_SECONDS, lambda: views.count() == 1, stage.page), "the second view stayed"
    stage.assert_quiet()
    return "both exact"


SECOND_VIEW = """async () => {
    const { commands } = window.jupyterapp;
    if (commands.hasCommand('notebook:create-output-view')) return commands.execute('notebook:create-output-view');
    await commands.execute('notebook:copy-cell');
    await commands.execute('notebook:paste-cell-below');
}"""
CLOSE_VIEW = """() => {
    const { commands } = window.jupyterapp;
    const isView = commands.hasCommand('notebook:create-output-view');
    return commands.execute(isView ? 'application:close' : 'notebook:delete-cell');
}"""


def freeze(stage: Stage, kind: str, seconds: float) -> str:
    """The page stands still while the answer arrives."""
    stage.start(kind)
    stage.heard.clear()
    stage.bytes.clear()
    stage.freeze(seconds)
    note = _waiting(stage)
    stage.finish()
    stage.assert_quiet()
    return note


def _waiting(stage: Stage) -> str:
    """What had waited for the page; its acknowledgements bound that."""
    stage.wait_text(len(stage.shown()["text"]) + 100)
    frames, snapshots = stage.heard["frame"], stage.heard["snapshot"]
    note = f"{frames} frames, {snapshots} snapshots, {stage.bytes.total() // 1024} KB waited"
    assert frames <= FREEZE_FRAMES, note
    return note


def burst(stage: Stage, kind: str, seconds: float = 3) -> str:
    """20,000 deltas come at once, and the page stands still meanwhile."""
    stage.set_cells(kind, "20000-at-once")
    stage.lab.run(0)
    stage.lab.wait_idle()
    stage.lab.run(1)
    stage.page.wait_for_selector(".jp-Notebook [data-sc-root]")
    stage.freeze(seconds)
    stage.wait_shown("completed")
    text = stage.answer().text
    # So much text at once is painted in slices, which may go on for a moment after the status.
    waited(10, lambda: squeezed(stage.shown()["text"]) == squeezed(text), stage.page)
    assert_same(stage.shown()["text"], text)
    stage.assert_quiet()
    frames, size = stage.heard["frame"], stage.bytes["frame"]
    return f"{frames} frames, {size / len(text.encode()):.2f} × the text; {stage.heard['snapshot']} snapshots"


class Faults:
    """Loses and reorders frames on their way to a page that is opened afterwards, while it is ``on``."""

    EVERY = 5

    def __init__(self, page) -> None:
        self.on = False
        self.lost = self.late = 0
        self._seen = 0
        self._held: list[bytes] = []
        page.route_web_socket(re.compile("/api/kernels/.*/channels"), self._connect)

    def _connect(self, route) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: self._pass(route, message))

    def _pass(self, route, message: str | bytes) -> None:
        data = message.encode() if isinstance(message, str) else message
        is_frame = self.on and b"comm_msg" in data and re.search(rb'"kind": ?"frame"', data)
        self._seen += bool(is_frame)
        if is_frame and self._seen % self.EVERY == 0:
            self.lost += 1
        elif is_frame and self._seen % self.EVERY == 2:
            self.late += 1
            self._held.append(message)
        else:
            route.send(message)
            while self._held and is_frame:
                route.send(self._held.pop())


def faults(stage: Stage, kind: str) -> str:
    """One in five messages is lost on its way to the page, another one comes after its successor; the last are lost."""
    stage.page.close()
    page = stage.page.context.new_page()
    there = Faults(page)
    other = Stage(page, stage.server, stage.model, stage.notebook)
    other.open()
    other.start(kind)
    other.heard.clear()
    there.on = True
    other.page.wait_for_timeout(3000)
    text = other.model.finish().text
    shown = other.wait_shown("completed")
    assert_same(shown["text"], text)
    assert there.lost > 5
    assert there.late > 5
    other.assert_quiet()
    snapshots = other.heard["snapshot"]
    page.close()
    return f"{there.lost} lost, {there.late} late, {snapshots} snapshots"


def restart(stage: Stage, kind: str) -> str:
    """The reader restarts the kernel in mid-stream."""
    stage.start(kind)
    stage.lab.command("notebook:restart-kernel")
    stage.page.locator(".jp-Dialog .jp-mod-accept").click()
    _assert_gone(stage)
    return "said so, text kept"


def kill(stage: Stage, kind: str) -> str:
    """The kernel is killed in mid-stream, as by the system when memory is short; the server starts a new one."""
    stage.start(kind)
    os.kill(stage.kernel_process(), signal.SIGKILL)
    stage.page.locator(".jp-Dialog .jp-mod-accept").click(timeout=30_000)
    _assert_gone(stage)
    return "said so, text kept"


def _assert_gone(stage: Stage) -> None:
    """The view says that the kernel is gone, keeps its text, offers nothing that cannot work; new cells run."""
    root = stage.page.locator(".jp-Notebook [data-sc-root]").last
    stage.page.wait_for_selector(".jp-Notebook [data-sc-root][data-sc-connected=false]", timeout=30_000)
    assert "kernel is gone" in root.inner_text()
    stage.wait_left()
    shown = stage.shown()["text"]
    assert len(shown) >= 100
    assert squeezed(stage.answer().text).startswith(squeezed(shown))
    assert root.locator("button:visible:enabled", has_text=re.compile("Stop|again", re.I)).count() == 0
    root.focus()
    stage.page.keyboard.press("Escape")
    stage.assert_quiet()
    stage.lab.wait_idle()
    stage.start("%%stream", "50-at-100-a-second")
    assert_same(stage.wait_shown("completed")["text"], stage.answer().text)
    assert "completed" in stage.run_next()
    stage.assert_quiet()
