"""The hosts of the matrix, each with an environment of its own that is made here and used again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.lab import ROOT

CACHE = ROOT / ".matrix"
LEAST_PYTHON = (3, 11)
"""What ipykernel 7.4 needs."""
PYTHONS = (sys.executable, "python3.14", "python3.13", "python3.12", "python3.11", "python3")
TOLD = ("jupyterlab", "notebook", "ipykernel", "anywidget", "ipywidgets")
"""Packages whose versions the table tells."""


@dataclass(frozen=True)
class Host:
    app: str
    """A key of `tests.e2e.lab.APPS`."""
    kernel: str
    """Version of ipykernel."""

    @property
    def name(self) -> str:
        return f"{'JupyterLab' if self.app == 'lab' else 'Notebook'}, ipykernel {self.kernel}"

    @property
    def requirements(self) -> list[str]:
        return ["jupyterlab==4.6.*", "notebook==7.*", f"ipykernel=={self.kernel}.*"]

    def python(self) -> Path:
        """The Python of this host's environment, which is made if it is not there."""
        folder = CACHE / f"ipykernel-{self.kernel}"
        python, stamp = folder / "bin" / "python", folder / "made.txt"
        wanted = "\n".join([*self.requirements, hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()])
        if not stamp.exists() or stamp.read_text() != wanted:
            print(f"making {folder.relative_to(ROOT)} …", file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([_python(), "-m", "venv", folder], check=True)
            pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, *self.requirements, "-e", ROOT], check=True)
            stamp.write_text(wanted)
        return python

    def versions(self) -> dict[str, str]:
        """Package → version, as installed; and ``Python``."""
        asks = f"import json, platform as p, importlib.metadata as m; v = {{n: m.version(n) for n in {TOLD!r}}}; "
        asks += "print(json.dumps({'Python': p.python_version(), **v}))"
        return json.loads(subprocess.run([self.python(), "-c", asks], check=True, capture_output=True).stdout)


HOSTS = (Host("lab", "6.31"), Host("lab", "7.1"), Host("lab", "7.4"), Host("notebook", "7.4"))


def _python() -> str:
    """The first Python that is new enough; ``MATRIX_PYTHON`` overrules."""
    for name in filter(None, (os.environ.get("MATRIX_PYTHON"), *PYTHONS)):
        asks = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {LEAST_PYTHON})"
        if shutil.which(name) and not subprocess.run([name, "-c", asks], capture_output=True).returncode:
            return name
    raise SystemExit(f"The matrix needs Python {'.'.join(map(str, LEAST_PYTHON))} or newer: set MATRIX_PYTHON=/path.")
