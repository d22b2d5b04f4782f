"""A request → bytes. The one door to httpx, and to clients that look like its own, such as those of httpx2.

It knows where to send; it knows nothing of events. httpx is imported on first use.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from streamcell.bodies import plain, up_to, without
from streamcell.endpoint import Endpoint
from streamcell.errors import ProtocolError, TransportError, UsageError
from streamcell.http_errors import error_from_answer
from streamcell.secret import Secret, masked, redact, sealed
from streamcell.transport_errors import harmless, is_from_client, transport_error

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
        endpoint: Base URL, key, account.
        headers: Extra headers; their values are treated as secret.
        timeout: Seconds without a byte after which the connection counts as stalled.
        connect_timeout: Seconds to make the connection in.
        inner: An ``httpx.AsyncBaseTransport`` to send through; tests and the demo hand one over.
        client: An ``httpx.AsyncClient``, or one that looks like it, to send with in place of one of our own. Where
            there is neither a key nor headers of ours, its own authentication is used. It is not closed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        inner: httpx.AsyncBaseTransport | None = None,
        client: Any = None,
    ) -> None:
        if client is not None and not (hasattr(client, "stream") and hasattr(client, "aclose")):
            raise UsageError(f"Expected client to be an httpx.AsyncClient or the like, got {type(client).__name__}.")
        self._endpoint = endpoint
        given: dict[str, Secret] = sealed({"headers": headers or {}})["headers"]
        self._sealed = endpoint.auth_headers() | {name.lower(): value for name, value in given.items()}
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._inner = inner
        self._client = None if endpoint.is_demo else client

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
            body = await up_to(plain(response, self._timeout), ERROR_BODY_BYTES)
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
        url = self._endpoint.url(path)
        sent = {**_OWN_HEADERS, "user-agent": _user_agent(), **(headers or {})}
        # A tuple, because each library wants a Timeout of its own: connect, read, write, pool.
        waits = (self._connect_timeout, self._timeout, self._timeout, self._timeout)
        try:
            async with self._opened() as client:
                for hop in range(MAX_HOPS + 1):
                    async with client.stream(
                        method,
                        url,
                        content=content,
                        headers=sent,
                        timeout=waits,
                        follow_redirects=False,
                        **self._auth(),
                    ) as response:
                        moved = _moved_to(response) if hop < MAX_HOPS else None
                        if moved is None:
                            await self._check_status(response)
                            yield response
                            return
                        url = moved
        except Exception as error:
            if not is_from_client(error):
                raise
            secrets = self._secrets()
            raise transport_error(error, self._endpoint.host, self._timeout, secrets) from harmless(error, secrets)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Any]:
        if self._client is not None:
            yield self._client
            return
        import httpx

        try:
            client = httpx.AsyncClient(
                transport=self._door(),
                # The system's store and SSL_CERT_FILE, in place of the list that httpx brings along.
                verify=_tls(),
                # Proxies, and no more: .netrc is read by httpx only where it is asked to.
                trust_env=not self._endpoint.is_loopback,
            )
        except (ImportError, ValueError) as error:
            raise TransportError(
                f"Expected a proxy in the environment that can be used: {redact(str(error))}",
                hint="Look at HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.",
            ) from None
        async with client:
            yield client

    def _auth(self) -> dict[str, Callable[[Any], Any]]:
        """The hook that puts the secret headers on a request: only there do they stand in plain text.

        No frame of ours and none of httpx's has them in a variable, so no traceback prints them.
        """
        if self._client is not None and not self._sealed:
            return {}

        def put_on(request: Any) -> Any:
            for name, value in self._sealed.items():
                request.headers[name] = value.reveal()
            return request

        return {"auth": put_on}

    async def _check_status(self, response: httpx.Response) -> None:
        if not response.is_success:
            said = await self._said(response, ERROR_BODY_BYTES)
            raise error_from_answer(response.status_code, response.headers, said.encode(), self._endpoint)

    async def _said(self, response: httpx.Response, limit: int) -> str:
        """What a server says that is no answer. A function of its own, so that no frame that raises has it bare."""
        body = await up_to(plain(response, self._timeout), limit)
        return redact(body.decode("utf-8", "replace"), *self._secrets())

    def _door(self) -> httpx.AsyncBaseTransport | None:
        if self._inner is None and self._endpoint.is_demo:
            from streamcell import demo

            return demo.transport()
        return self._inner

    def _secrets(self) -> list[Secret | None]:
        return [self._endpoint.key, *self._sealed.values()]

    def _telling(self) -> list[Secret]:
        return [secret for secret in self._secrets() if secret and secret.is_telling]

    async def _answer(self, response: httpx.Response) -> Answer:
        """What a 2xx answer holds, by what it says it is."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        chunks, telling = plain(response, self._timeout), self._telling()
        if kind == "application/json":
            whole = await up_to(chunks, WHOLE_BODY_BYTES)
            return Answer(response.headers, chunks, masked(whole, telling))
        if kind in ("text/html", "application/xhtml+xml"):
            said = " ".join((await self._said(response, ERROR_BODY_BYTES)).split())[:200]
            raise ProtocolError(
                f"Expected text/event-stream from {self._endpoint.host}, got {kind}: {said}",
                hint="Check that the base URL ends before /responses.",
                status=response.status_code,
            )
        return Answer(response.headers, without(chunks, telling) if telling else chunks)


_OWN_HEADERS = {
    "content-type": "application/json",
    "accept": "text/event-stream",
    "accept-encoding": "identity",  # a compressed stream may sit in a proxy's buffer until it is full
}


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    where = ssl.get_default_verify_paths()
    if not (context.cert_store_stats()["x509_ca"] or where.cafile or where.capath):
        import certifi  # comes with httpx; some Pythons for macOS know no store at all

        context.load_verify_locations(certifi.where())
    return context


def _moved_to(response: httpx.Response) -> str | None:
    """Where to send the same request again: only by 307 and 308, and only within the same scheme, host and port.

    Anything else would carry the prompt, and maybe a key, to another host.
    """
    if response.status_code not in (307, 308):
        return None
    here = str(response.url)
    there = urljoin(here, response.headers.get("location", ""))
    same = False
    with suppress(ValueError):  # a port that is no number
        same = _place(here) == _place(there)
    return there if same and "@" not in urlsplit(there).netloc else None


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _user_agent() -> str:
    from streamcell import __version__

    return f"streamcell/{__version__}"
