"""The error tree. It knows nothing of HTTP, Jupyter, or any provider.

StreamcellError
├ UsageError      the caller's mistake (also a ValueError)
├ TransportError  could not reach or keep the connection
├ ProviderError   the service said no: status, code, request id
└ ProtocolError   the bytes are not what they claim to be

A message gives what was expected, what came, and what to do next; never a key or a prompt. Foreign
exceptions are mapped at their door, with ``from``. Failure is also state: text received stays, and the
stream's ``status`` tells.
"""

from __future__ import annotations

__all__ = ["ProtocolError", "ProviderError", "StreamcellError", "TransportError", "UsageError"]


class StreamcellError(Exception):
    """Base of all errors that streamcell raises on purpose.

    Args:
        message: One line: what was expected, what came, what to do next.
        kind: What went wrong, as a word to branch on. One of ``usage connect dns tls auth not_found
            bad_request rate_limit quota server timeout stalled disconnected protocol too_large
            api_error redirect cancelled``.
        hint: What to do next, where it does not already stand in ``message``.
        status: HTTP status, where there was one.
        code: The service's own error code, where it gave one.
        request_id: The service's id of the request (``x-request-id``), to quote to its support.
        retry_after: Seconds after which the service asked to be called again.
        text: Answer text that had arrived before the error; it is kept.
    """

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        kind: str | None = None,
        hint: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        text: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or self.kind
        self.hint = hint
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.text = text

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(StreamcellError, ValueError):
    """The call cannot be carried out as it stands: an unknown option, an empty prompt, no key."""

    kind = "usage"


class TransportError(StreamcellError):
    """The service could not be reached, or the connection did not hold."""

    kind = "connect"


class ProviderError(StreamcellError):
    """The service was reached and said no: an HTTP error status, or an error inside the stream."""

    kind = "api_error"


class ProtocolError(StreamcellError):
    """The bytes are not what they claim to be: no event stream, an oversized event, a bad frame."""

    kind = "protocol"
