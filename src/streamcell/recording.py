"""What a stream is recorded with, by its options: where to, and what of the request is told without its secrets."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from streamcell.errors import UsageError
from streamcell.journal import Recorder, directory, journal, tape
from streamcell.options import StreamOptions
from streamcell.secret import MASK, Secret, looks_like_key, redact
from streamcell.tape import VERSION, Head

__all__ = ["recorder"]


def recorder(
    options: StreamOptions,
    secrets: Iterable[Secret | None] = (),
    *,
    response_id: str | None = None,
    warn: Callable[[str], None],
    status: Callable[[], str],
    now: Callable[[], float] = time.time,
) -> Recorder:
    """The recorder that the options ask for.

    Args:
        secrets: The keys that the request carries; those that stand in the options are known.
        now: Unix time; a seam for tests.

    Raises:
        UsageError: The file for the tape cannot be written, or holds something else.
    """
    where = directory() if options.journal and not options.replay else None
    files = [journal(where)] if where else []
    if options.record:
        files.append(tape(_checked(Path(os.path.expanduser(options.record)))))
    known = [*secrets, *_secrets(options)]
    return Recorder(files, lambda: _head(options, response_id, known, now()), secrets=known, warn=warn, status=status)


def _checked(path: Path) -> Path:
    """Raises UsageError where a tape cannot be put; nothing but a tape is ever overwritten."""
    try:
        if not path.parent.is_dir():
            raise UsageError(f"Expected a file to record to, got {str(path)!r}, whose folder does not exist.")
        if path.exists() and not (path.is_file() and _is_tape(path)):
            raise UsageError(f"Expected a new file or an older tape to record to, {str(path)!r} is something else.")
    except OSError as error:
        raise UsageError(f"Expected a file to record to, {str(path)!r} cannot be read: {error.strerror}.") from error
    return path


def _is_tape(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(20) in (b"", b'{"streamcell":"tape"')


def _secrets(options: StreamOptions) -> list[Secret]:
    """What is secret in the options and the environment: headers that carry a login, and what names the account."""
    values = [os.environ.get(name, "").strip() for name in ACCOUNT]
    for name, given in options.headers.items():
        value = given.reveal() if isinstance(given, Secret) else given
        if _SECRET_HEADER.search(name) or looks_like_key(value):
            values += [value.strip(), value.strip().rpartition(" ")[2]]
    return [Secret(value) for value in values if value]


def _head(options: StreamOptions, response_id: str | None, secrets: Sequence[Secret | None], now: float) -> Head:
    given = {name: getattr(options, name) for name in ASKED}
    return Head(
        streamcell="tape",
        version=VERSION,
        at=now,
        api=options.api,
        model=redact(options.model, *secrets) if options.model else None,
        where={name: redact(getattr(options, name), *secrets) for name in WHERE if getattr(options, name)},
        background=options.background,
        response_id=response_id,
        request={name: _clean(value, secrets) for name, value in given.items() if value not in (None, "", (), {})},
    )


def _clean(value: Any, secrets: Sequence[Secret | None], depth: int = 0) -> Any:
    """A value of the request as plain JSON: redacted, the deep and the long cut."""
    if isinstance(value, str):
        return redact(value[:LONGEST_TEXT].encode("utf-8", "replace").decode(), *secrets)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            _clean(str(k), secrets): MASK if _SECRET_FIELD.search(str(k)) else _clean(v, secrets, depth + 1)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(v, secrets, depth + 1) for v in value]
    return f"<{type(value).__name__}>"


ACCOUNT = ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
"""Variables whose values are never written."""
WHERE = ("base_url", "key_env")
"""Options that say where the answer came from; of the key only the variable's name."""
ASKED = (
    "prompt", "input", "instructions", "max_output_tokens", "temperature", "reasoning_effort", "tools",
    "previous_response_id", "text_format", "extra",
)  # fmt: skip
"""Options that say what was asked."""
LONGEST_TEXT = 100_000
DEEPEST = 40
_SECRET_HEADER = re.compile("auth|key|token|secret|cookie|passw|organization|project", re.I)
_SECRET_FIELD = re.compile(r"(^|[_-])(authorization|api[_-]?key|key|token|secret|password|cookie|headers)$", re.I)
