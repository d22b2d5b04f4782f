"""The embedded stand-in for a model: canned answers, played with natural timing, labelled as such everywhere.

Two doors lead to one core (`streamcell.demo.core.Demo`): `transport` puts it behind httpx's own interface, so that
the ordinary client path runs without a port or a key; `serve` (and ``python -m streamcell.demo``) speaks HTTP on
loopback. Nothing heavy is imported until one of them is opened. It knows nothing of notebooks, sessions or views.
"""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from streamcell.demo.chaos import Chaos
    from streamcell.demo.core import Recent
    from streamcell.demo.server import Server

__all__ = ["LABEL", "serve", "transport"]

LABEL = "demo: canned answers, no model"
"""Stands wherever the demo answers: in each response's ``metadata`` and, without ``demo:``, in a header."""


def transport(speed: float | None = None, *, chaos: int | None = None) -> httpx.AsyncBaseTransport:
    """Open the demo as an httpx transport: every host and port is answered by it, and nothing leaves the process.

    Args:
        speed: How many times faster than natural to answer; 0 does not wait at all. None takes the environment's
            ``STREAMCELL_DEMO_SPEED``, else 1.
        chaos: Seed of the places where streams are cut. None takes ``STREAMCELL_DEMO_CHAOS``, else cuts none.

    Raises:
        UsageError: ``speed`` is no number from 0 up, or the seed no whole number.
    """
    from streamcell.demo.core import Demo
    from streamcell.demo.httpx_door import DemoTransport

    seed = os.environ.get("STREAMCELL_DEMO_CHAOS") if chaos is None else chaos
    return DemoTransport(Demo(speed=speed, recent=_recent(), chaos=_chaos(seed) if seed or seed == 0 else None))


@cache
def _recent() -> Recent:
    """What the transports of this process remember together: each request opens its own."""
    from collections import OrderedDict

    return OrderedDict()


@cache
def _chaos(seed: int | str) -> Chaos:
    """The same holds for where they cut."""
    from streamcell.demo.chaos import Chaos
    from streamcell.errors import UsageError

    try:
        return Chaos(int(seed))
    except ValueError:
        raise UsageError(f"The demo's seed of chaos must be a whole number, got {seed!r}.") from None


def serve(
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    speed: float | None = None,
    require_key: str | None = None,
    chaos: int | None = None,
) -> AbstractAsyncContextManager[Server]:
    """Serve the demo over HTTP for as long as the ``async with`` block lasts; port 0 takes a free one.

    Args:
        require_key: Answer 401 to requests without ``Authorization: Bearer`` and this key.
        chaos: Seed of the places where streams are cut; None cuts none.
    """
    from streamcell.demo.chaos import Chaos
    from streamcell.demo.core import Demo
    from streamcell.demo.server import Server

    cuts = None if chaos is None else Chaos(chaos)
    return Server(Demo(speed=speed, require_key=require_key, chaos=cuts), host=host, port=port)
