"""Finds a Chromium for the browser tests, or installs Debian's where that is possible.

    python scripts/browser.py              print its path; exit 1 without one
    python scripts/browser.py --install    install it first where it is missing and we may (root, with apt-get)

``CHROMIUM`` names one and overrules. In CI (``CI=true``) a missing browser is an error; elsewhere it is said loudly,
and the browser tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/snap/bin/chromium",
)


def find() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None) or next((p for p in PLACES if Path(p).exists()), None)


def install() -> None:
    """Install Debian's chromium, quietly; what goes wrong is told by `find` afterwards."""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    fonts = ["fonts-noto-color-emoji", "fonts-noto-cjk"]  # so that screenshots show what a reader sees
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium", *fonts]):
        subprocess.run(["apt-get", "--quiet", "--quiet", *command], env=environment, check=False)


def main() -> int:
    path = find()
    if path is None and "--install" in sys.argv[1:]:
        install()
        path = find()
    if path:
        print(f"browser tests use {path}")
        return 0
    print("NO CHROMIUM FOUND: the browser tests will be skipped. Install one, or name it with CHROMIUM=/path.")
    return 1 if os.environ.get("CI") or "--install" not in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
