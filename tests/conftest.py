"""What holds for all tests: nothing is written to the user's own cache, also not by the kernels that tests start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


def _set(factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STREAMCELL_JOURNAL_DIR", str(factory.mktemp("journals")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_journals_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For servers that live as long as the session."""
    yield from _set(tmp_path_factory)


@pytest.fixture(scope="module", autouse=True)
def _no_journals_of_other_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What one module's tests leave unfinished, another's does not recover."""
    yield from _set(tmp_path_factory)
