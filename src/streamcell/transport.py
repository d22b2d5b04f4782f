"""A request → bytes. The one door to httpx.

It knows where to send and how to fail in plain words; it knows nothing of events. httpx is imported on first use.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from streamcell.chunked import chunks_of
from streamcell.endpoint import Endpoint
from streamcell.errors import ProtocolError, StreamcellError, TransportError, UsageError
from streamcell.http_errors import error_from_answer
from streamcell.secret import redact

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "HttpTransport", "Transport"]

ERROR_BODY_BYTES = 64 * 1024
"""So much of an error's body is read, no more."""
WHOLE_BODY_BYTES = 64 * 1024 * 1024
"""So long may an answer be that a server sends whole, where a stream was asked for."""
MAX_HOPS = 3
"""Redirects that are followed, and only within the same scheme, host and port."""


class Answer:
    """The head of a 2xx answer, and its body: chunks of a stream, or the whole where the server does not stream."""

    def __init__(self, headers: Mapping[str, str], chunks: AsyncIterator[bytes], whole: bytes | None = None) -> None:
        self.headers = headers
        self.chunks = chunks
        self.whole = whole


class Transport(Protocol):
    """What a session needs: a request in, chunks of bytes out. `HttpTransport` and the tests' own are such."""

    def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Answer]:
        """Send a POST; yields once the head of a 2xx answer is in, and closes the connection on exit."""

    def get(self, path: str) -> AbstractAsyncContextManager[Answer]:
        """The same with a GET."""

    async def first_model(self) -> str:
        """The first model that the server lists."""


class HttpTransport:
    """Posts to one endpoint.

    Args:
        endpoint: Base URL and key.
        headers: Extra headers; their values are treated as secret.
        timeout: Seconds without a byte after which the connection counts as stalled.
        connect_timeout: Seconds to make the connection in.
        key_env: Name of the variable the key came from, for messages.
        inner: An ``httpx.AsyncBaseTransport`` to send through; tests and the demo hand one over.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        key_env: str | None = None,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._headers = dict(headers or {})
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._key_env = key_env
        self._inner = inner

    @asynccontextmanager
    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """Send one POST and yield its answer once the head is in; the connection is closed on exit.

        Raises:
            ProviderError: The status is not 2xx.
            ProtocolError: A 2xx answer is no event stream.
            TransportError: The connection could not be made, or broke; also from within the chunks.
        """
        async with self._send("POST", path, json.dumps(body), headers) as response:
            yield await self._answer(response)

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[Answer]:
        """The same with a GET: the rest of a background response."""
        async with self._send("GET", path) as response:
            yield await self._answer(response)

    async def first_model(self) -> str:
        """The first model that the server lists at ``/models``.

        Raises:
            UsageError: It lists none; one must be named.
        """
        async with self._send("GET", "/models") as response:
            body = await _up_to(response, ERROR_BODY_BYTES)
        try:
            listed = json.loads(body)["data"]
            return str(next(model["id"] for model in listed if model.get("id")))
        except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
            raise UsageError(
                f"Expected a model name: {self._endpoint.host} does not list its models.", hint="Name one with -m."
            ) from None

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, content: str | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """One request; a 2xx head comes out, everything else is raised as one of our errors."""
        import httpx

        url = httpx.URL(("http://demo.invalid/v1" if self._endpoint.is_demo else self._endpoint.base_url) + path)
        timeout = httpx.Timeout(self._timeout, connect=self._connect_timeout)
        sent = {**self._request_headers(), **(headers or {})}
        try:
            async with httpx.AsyncClient(transport=self._door(), timeout=timeout) as client:
                for hop in range(MAX_HOPS + 1):
                    async with client.stream(method, url, content=content, headers=sent) as response:
                        moved = _moved_to(response) if hop < MAX_HOPS else None
                        if moved is None:
                            await self._check_status(response)
                            yield response
                            return
                        url = moved
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self._transport_error(error) from _redacted(error, self._endpoint)

    async def _check_status(self, response: httpx.Response) -> None:
        if not response.is_success:
            body = await _up_to(response, ERROR_BODY_BYTES)
            raise error_from_answer(response.status_code, response.headers, body, self._endpoint, self._key_env)

    def _door(self) -> httpx.AsyncBaseTransport | None:
        if self._inner is None and self._endpoint.is_demo:
            from streamcell import demo

            return demo.transport()
        return self._inner

    def _request_headers(self) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "accept": "text/event-stream",
            "accept-encoding": "identity",  # a compressed stream may sit in a proxy's buffer until it is full
            "user-agent": _user_agent(),
        }
        if self._endpoint.key:
            headers["authorization"] = f"Bearer {self._endpoint.key.reveal()}"
        return headers | {name.lower(): value for name, value in self._headers.items()}

    async def _answer(self, response: httpx.Response) -> Answer:
        """What a 2xx answer holds, by what it says it is."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            whole = await _up_to(response, WHOLE_BODY_BYTES)
            return Answer(response.headers, response.aiter_bytes(), whole)
        if kind in ("text/html", "application/xhtml+xml"):
            body = await _up_to(response, ERROR_BODY_BYTES)
            said = redact(" ".join(body.decode("utf-8", "replace").split())[:200], self._endpoint.key)
            raise ProtocolError(
                f"Expected text/event-stream from {self._endpoint.host}, got {kind}: {said}",
                hint="Check that the base URL ends before /responses.",
                status=response.status_code,
            )
        return Answer(response.headers, chunks_of(response, self._timeout))

    def _transport_error(self, error: Exception) -> StreamcellError:
        import httpx

        host = self._endpoint.host
        if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
            kind, words = _connect_kind(error)
            return TransportError(
                f"Could not reach {host}: {words}.",
                kind=kind,
                hint="Check the base URL, and that the server runs.",
            )
        if isinstance(error, httpx.TimeoutException):
            return TransportError(
                f"Nothing came from {host} for {self._timeout:g} s.", kind="stalled", hint="Run the cell again."
            )
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError):
            return TransportError(
                f"The request to {host} could not be formed ({type(error).__name__}).",
                kind="bad_request",
                hint="Check the base URL and the extra headers.",
            )
        if isinstance(error, httpx.DecodingError):
            return ProtocolError(f"Expected {host} to send what its content-encoding says, it did not.")
        return TransportError(
            f"The connection to {host} broke ({type(error).__name__}).",
            kind="disconnected",
            hint="The text so far is kept. Run the cell again.",
        )


def _moved_to(response: httpx.Response) -> httpx.URL | None:
    """Where to send the same request again: only by 307 and 308, and only within the same scheme, host and port.

    Anything else would carry the prompt, and maybe a key, to another host.
    """
    if response.status_code not in (307, 308):
        return None
    there = response.url.join(response.headers.get("location", ""))
    same = (there.scheme, there.host, there.port) == (response.url.scheme, response.url.host, response.url.port)
    return there if same and not there.userinfo else None


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


def _redacted(error: Exception, endpoint: Endpoint) -> Exception:
    """The cause, with its words redacted: some servers and proxies repeat what they were sent."""
    error.args = tuple(redact(a, endpoint.key) if isinstance(a, str) else a for a in error.args)
    return error


async def _up_to(response: httpx.Response, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def _user_agent() -> str:
    from streamcell import __version__

    return f"streamcell/{__version__}"
