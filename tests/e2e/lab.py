"""A real JupyterLab or Notebook 7 in a real Chromium, for tests: starts both, runs cells, reads the page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


APPS = {
    "lab": ("jupyterlab", "LabApp", "/lab/tree/{}?reset"),
    "notebook": ("notebook", "JupyterNotebookApp", "/notebooks/{}"),
}
"""Name → its module, the class that takes its settings, and the address of a notebook."""


class Server:
    """One Jupyter server over ``folder``, with settings of its own, on loopback.

    Args:
        python: Whose JupyterLab or Notebook it is; kernels run on it too.
        app: A key of `APPS`.
    """

    def __init__(
        self, folder: Path, environ: dict[str, str] | None = None, *, python: str = sys.executable, app: str = "lab"
    ) -> None:
        self.folder, self.app, port = folder, app, free_port()
        module, settings, _ = APPS[app]
        self.url = f"http://127.0.0.1:{port}"
        home = folder / ".home"
        home.mkdir(parents=True, exist_ok=True)
        quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STREAMCELL_", "JUPYTER"))}
        private = {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            "STREAMCELL_JOURNAL_DIR": str(home / "journal"),
        }
        self.log = (home / "server.log").open("wb")
        self.process = subprocess.Popen(
            [
                python, "-m", module, "--no-browser", "--allow-root", f"--ServerApp.port={port}",
                "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
                "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}",
                f"--{settings}.expose_app_in_browser=True",
            ],
            env={**keep, **private, **(environ or {})}, stdout=self.log, stderr=subprocess.STDOUT, cwd=folder,
        )  # fmt: skip
        self._wait()

    def address(self, path: str) -> str:
        return self.url + APPS[self.app][2].format(path)

    def _wait(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"Jupyter ended:\n{(self.folder / '.home/server.log').read_text()[-3000:]}")
            try:
                urllib.request.urlopen(self.url + "/api/status", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("Jupyter did not answer within a minute")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Lab:
    """One page with JupyterLab, and the notebook that is open in it."""

    def __init__(self, page, server: Server) -> None:
        self.page, self.server = page, server

    def open(self, path: str, *, kernel: bool = True) -> None:
        """Open a notebook of the server's folder, and wait until its kernel is idle."""
        self.page.goto(self.server.address(path))
        self.wait_ready(kernel=kernel)

    def wait_ready(self, *, kernel: bool = True) -> None:
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length", timeout=90_000
        )
        if kernel:
            self.page.wait_for_function(
                "() => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'",
                timeout=90_000,
            )

    def command(self, name: str, args: dict | None = None) -> None:
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args); }", [name, args or {}]
        )

    def set_cells(self, *sources: str) -> None:
        """Replace the notebook's cells by code cells."""
        self.page.evaluate(
            """(sources) => {
                const model = window.jupyterapp.shell.currentWidget.content.model;
                model.sharedModel.deleteCellRange(0, model.sharedModel.cells.length);
                model.sharedModel.insertCells(0, sources.map(
                    source => ({cell_type: 'code', source, metadata: {trusted: true}, outputs: []})));
            }""",
            list(sources),
        )

    def run(self, index: int) -> None:
        """Start cell ``index``; returns at once."""
        self.page.evaluate(
            """(index) => {
                const app = window.jupyterapp;
                app.shell.currentWidget.content.activeCellIndex = index;
                void app.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def wait_idle(self, timeout: float = 60) -> None:
        """Wait until no cell is running or waiting."""
        self.page.wait_for_function(
            """() => {
                const w = window.jupyterapp.shell.currentWidget;
                const cells = w.content.widgets.filter(c => c.model.type === 'code');
                return cells.every(c => c.model.executionState !== 'running' && c.prompt !== '*')
                    && w.sessionContext.session.kernel.status === 'idle';
            }""",
            timeout=timeout * 1000,
        )

    def save(self) -> None:
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

    def theme(self, name: str) -> None:
        self.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        self.page.wait_for_timeout(700)
