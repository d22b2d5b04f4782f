"""Keeps what arrives on disk while it arrives: the journal of every answer, and the tape that was asked for.

The journal is on by default, one file for each answer in the user's cache, so that a killed kernel costs nothing that
was received a quarter of a second before. It never costs the stream: whatever the disk says, the stream goes on. It
knows bytes and lines; what they mean is read by others.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from streamcell.secret import MASK, Secret, redact
from streamcell.tape import LONGEST_HEADER, Head, Opened, Record, keeps
from streamcell.tape_file import CLOSED, OPEN, File, in_use, lock

__all__ = ["Recorder", "directory", "journal", "journals", "prune", "tape"]

FLUSH_SECONDS = 0.02
"""Shortest distance of two writes. 0.25 s are promised; but the loop may be kept busy, by a long answer's display say,
so what comes is written at once, and only what comes just after a write waits."""
OLDEST_SECONDS = 14 * 24 * 3600.0
"""Older journals are deleted."""
MAX_TOTAL_BYTES = 200 * 1024 * 1024
"""Of all journals together; the oldest beyond it are deleted."""
PRUNE_SECONDS = 600.0
OFF = ("0", "off", "no", "false")


# ---------------------------------------------------------------- where
def directory(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> Path | None:
    """Where the journals lie, or None where they are turned off by ``STREAMCELL_JOURNAL=0``.

    ``STREAMCELL_JOURNAL_DIR``, else ``streamcell/journal`` in the user's cache.
    """
    environ = os.environ if environ is None else environ
    if environ.get("STREAMCELL_JOURNAL", "").strip().lower() in OFF:
        return None
    if given := environ.get("STREAMCELL_JOURNAL_DIR", "").strip():
        return Path(os.path.expanduser(given))
    home = Path(os.path.expanduser("~"))
    cache = {
        "win32": Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local"),
        "darwin": home / "Library" / "Caches",
    }.get(platform, Path(environ.get("XDG_CACHE_HOME") or home / ".cache"))
    return cache / "streamcell" / "journal"


def journals(where: Path) -> list[Path]:
    """All journals there, unsorted; none where the directory cannot be read."""
    try:
        return [path for path in where.iterdir() if path.name.endswith(CLOSED)]
    except OSError:
        return []


def prune(where: Path, now: float | None = None) -> None:
    """Delete what is older than `OLDEST_SECONDS`, and the oldest beyond `MAX_TOTAL_BYTES`; never what is in use.

    A clock that was set back makes files look new, so they go later, by size.
    """
    now = time.time() if now is None else now
    total = 0
    for changed, size, path in sorted(_sizes(where), reverse=True):
        total += size
        if (now - changed > OLDEST_SECONDS or total > MAX_TOTAL_BYTES) and not in_use(path):
            total -= size
            with suppress(OSError):
                path.unlink()


def _sizes(where: Path) -> Iterator[tuple[float, int, Path]]:
    for path in journals(where):
        with suppress(OSError):
            found = path.lstat()
            yield found.st_mtime, found.st_size, path


def _prune_later(where: Path) -> None:
    """`prune` in a thread, now and then."""
    if time.monotonic() >= _next_prune.get(where, 0.0):
        _next_prune[where] = time.monotonic() + PRUNE_SECONDS
        with suppress(RuntimeError):  # there are no threads
            asyncio.get_running_loop().run_in_executor(None, prune, where)


_next_prune: dict[Path, float] = {}


# ---------------------------------------------------------------- the two kinds of file
def journal(where: Path) -> File:
    """A journal of its own in that directory, which is made if need be."""

    def opened() -> tuple[int, Path]:
        if not where.is_dir():
            where.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        path = where / f"{stamp}-{os.getpid()}-{secrets.token_hex(4)}{OPEN}"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        lock(fd)
        _prune_later(where)
        return fd, path

    return File("journal", opened, borders=False)


def tape(path: Path) -> File:
    """A tape with the border of each chunk, to give away; what stood in the file is overwritten."""

    def opened() -> tuple[int, Path]:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), path

    return File("record", opened, borders=True)


# ---------------------------------------------------------------- of one stream
class Recorder:
    """Takes what a stream receives and has it on disk soon. Used on the background loop only; it never raises.

    Args:
        files: Where to write; one that fails is given up, with one warning, and the others go on.
        head: Makes the first line.
        secrets: Never written, also not where a server repeats them.
        warn: Told the name of a warning.
        status: The stream's status; when it changes, the disk is asked to keep what it has.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        files: Sequence[File] = (),
        head: Callable[[], Head] | None = None,
        *,
        secrets: Sequence[Secret | None] = (),
        warn: Callable[[str], None] = lambda name: None,
        status: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files = list(files)
        self._head = head
        self._secrets = [s for s in secrets if s and len(s.reveal()) >= 8]
        self._warn = warn
        self._status = status
        self._clock = clock
        self._started = 0.0
        self._waiting: list[tuple[int, bytes | Record]] = []
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._synced = ""

    def begin(self) -> None:
        """The stream starts: open the files."""
        self._started = self._clock()
        self._loop = asyncio.get_running_loop()
        if head := self._head:
            self._each(lambda file: file.begin(head()))

    def opened(self, api: str, headers: Mapping[str, str]) -> None:
        """A connection has given the head of a 2xx answer."""
        if self._files:
            kept = {k.lower(): self._redacted(v)[:LONGEST_HEADER] for k, v in headers.items() if keeps(k)}
            self._add(lambda t: Record(t=t, open=Opened(api=api, headers=kept)))

    def chunk(self, data: bytes) -> None:
        """Bytes came over it."""
        if self._files:
            now = self._clock()
            self._waiting.append((int((now - self._started) * 1000), data))
            if now >= self._due:
                self._flush()
            elif self._timer is None:
                self._timer = self._loop.call_later(FLUSH_SECONDS, self._flush)

    def whole(self, data: bytes) -> None:
        """The answer came over it in one piece."""
        if self._files:
            for secret in self._hidden():
                data = data.replace(secret, MASK.encode())
            self._add(lambda t: Record(t=t, whole=data))

    def end(self, status: str, error: Mapping[str, Any] | None) -> None:
        """The stream has ended so."""
        self._flush()
        now = self._now()
        told = {k: self._redacted(v) if isinstance(v, str) else v for k, v in (error or {}).items()}
        self._each(lambda file: file.end(now, status, told or None))
        self._each(lambda file: file.sync_later(self._loop))
        for file in self._files:
            file.close(finished=status != "interrupted")
        self._files = []

    def _now(self) -> int:
        return int((self._clock() - self._started) * 1000)

    def _add(self, record: Callable[[int], Record]) -> None:
        t = self._now()
        self._waiting.append((t, record(t)))
        self._flush()

    def _flush(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        self._due = self._clock() + FLUSH_SECONDS
        if batch:
            hidden = self._hidden()
            self._each(lambda file: file.put(batch, hidden))
        status = self._status()
        if status != self._synced:
            self._synced = status
            self._each(lambda file: file.sync_later(self._loop))

    def _each(self, do: Callable[[File], None]) -> None:
        for file in list(self._files):
            try:
                do(file)
            except Exception:  # of the disk mostly; but nothing at all that goes wrong here may cost the stream
                self._files.remove(file)
                file.close(finished=False)
                self._warn(f"{file.kind}_off")

    def _redacted(self, text: str) -> str:
        return redact(text, *self._secrets)

    def _hidden(self) -> list[bytes]:
        """The secrets as they may stand in JSON. They are asked for each time, so that no object holds them bare."""
        plain = [secret.reveal() for secret in self._secrets]
        forms = {form for text in plain for form in (text, json.dumps(text)[1:-1], text.replace("/", "\\/"))}
        return sorted((form.encode("utf-8", "replace") for form in forms), key=len, reverse=True)
