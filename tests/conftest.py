"""What holds for all tests: nothing is written to the user's own cache, also not by the kernels that tests start."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _journals_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("STREAMCELL_JOURNAL_DIR")
    os.environ["STREAMCELL_JOURNAL_DIR"] = str(tmp_path_factory.mktemp("journals"))
    yield
    if before is None:
        del os.environ["STREAMCELL_JOURNAL_DIR"]
    else:
        os.environ["STREAMCELL_JOURNAL_DIR"] = before
