"""streamcell: watch a language model answer inside a notebook.

    %load_ext streamcell
    %stream Why is the sky blue?

or, in Python, ``answer = streamcell.stream("Why is the sky blue?")``. Importing this is light: everything else loads
when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamcell.api import astream, resume, show, stop_all, stream
    from streamcell.errors import ProtocolError, ProviderError, StreamcellError, TransportError, UsageError
    from streamcell.keys import ask_key
    from streamcell.options import StreamOptions
    from streamcell.recovery import Recovered, recover
    from streamcell.secret import Secret
    from streamcell.session import Stream

__version__ = "0.1.0"

__all__ = [
    "ProtocolError",
    "ProviderError",
    "Recovered",
    "Secret",
    "Stream",
    "StreamOptions",
    "StreamcellError",
    "TransportError",
    "UsageError",
    "__version__",
    "ask_key",
    "astream",
    "recover",
    "resume",
    "show",
    "stop_all",
    "stream",
]

_HOMES = {
    "api": ("astream", "resume", "show", "stop_all", "stream"),
    "errors": ("ProtocolError", "ProviderError", "StreamcellError", "TransportError", "UsageError"),
    "keys": ("ask_key",),
    "options": ("StreamOptions",),
    "secret": ("Secret",),
    "recovery": ("Recovered", "recover"),
    "session": ("Stream",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"streamcell.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'streamcell' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext streamcell``"""
    from streamcell import magics

    magics.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext streamcell``"""
    from streamcell import magics

    magics.unload(shell)
