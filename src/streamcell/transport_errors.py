"""What a connection means that was not made, or broke: a client's exception → a `TransportError` that helps.

It knows nothing of the client but the names of its exceptions, so either httpx or httpx2 may have raised them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from streamcell.errors import StreamcellError, TransportError
from streamcell.secret import Secret, redact

__all__ = ["harmless", "is_from_client", "transport_error"]


def is_from_client(error: Exception) -> bool:
    """Whether an exception is the client's own, and not a mistake of ours or of a hook of the user's."""
    return bool(_kinds_of(error) & {"HTTPError", "InvalidURL", "StreamError"})


def transport_error(error: Exception, host: str, timeout: float, secrets: list[Secret | None]) -> StreamcellError:
    """What went wrong, in plain words.

    Args:
        timeout: Seconds without a byte after which the client gave up.
    """
    kinds, name = _kinds_of(error), type(error).__name__
    if kinds & {"ConnectTimeout", "ConnectError", "PoolTimeout"}:
        kind, words = _connect_kind(error)
        return TransportError(
            f"Could not reach {host}: {words}.",
            kind=kind,
            hint="Check the base URL, and that the server runs.",
        )
    if "ProxyError" in kinds:
        said = redact(str(error), *secrets)[:200]
        return TransportError(
            f"Could not reach {host}: the proxy refused ({said}).",
            hint="Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.",
        )
    if "TimeoutException" in kinds:
        return TransportError(
            f"Nothing came from {host} for {timeout:g} s.", kind="stalled", hint="Run the cell again."
        )
    if kinds & {"InvalidURL", "UnsupportedProtocol", "LocalProtocolError"}:
        return TransportError(
            f"The request to {host} could not be formed ({name}).",
            kind="bad_request",
            hint="Check the base URL and the extra headers.",
        )
    return TransportError(
        f"The connection to {host} broke ({name}).",
        kind="disconnected",
        hint="The text so far is kept. Run the cell again.",
    )


def harmless(error: Exception, secrets: list[Secret | None]) -> Exception:
    """The cause without what could tell a key: words that repeat it, the request, frames with headers in them."""
    for cause in _causes(error):
        cause.args = tuple(redact(a, *secrets) if isinstance(a, str) else a for a in cause.args)
        cause.__traceback__ = None
        for name in ("_request", "request", "_response", "response"):
            vars(cause).pop(name, None)
    return error


def _kinds_of(error: BaseException) -> set[str]:
    """Names of an exception's classes, where they are httpx's, or of a library that follows it."""
    return {c.__name__ for c in type(error).__mro__ if c.__module__.startswith("httpx")}


def _connect_kind(error: BaseException) -> tuple[str, str]:
    """(kind, plain words) for a connection that was not made, from what lies beneath httpx's own error."""
    causes = list(_causes(error))
    for kind, types, words in _CONNECT_KINDS:
        if any(isinstance(cause, types) for cause in causes):
            return kind, words
    return "connect", "no connection could be made"


_CONNECT_KINDS: tuple[tuple[str, tuple[type[BaseException], ...], str], ...] = (
    ("tls", (ssl.SSLCertVerificationError,), "its certificate is not trusted"),
    ("tls", (ssl.SSLError,), "no TLS connection could be made (does it speak https on that port?)"),
    ("dns", (socket.gaierror,), "no host of that name was found"),
    ("connect", (ConnectionRefusedError,), "the connection was refused"),
    ("connect", (TimeoutError, socket.timeout), "it did not answer in time"),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that led to it, groups opened."""
    while error is not None:
        yield error
        for member in getattr(error, "exceptions", ()):
            yield from _causes(member)
        error = error.__cause__ or error.__context__
