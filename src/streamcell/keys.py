"""Where a key comes from: an environment variable, the system's keyring, the caller, or the keyboard.

A key in a cell ends up in the file and in the history, so nothing here takes one out of a magic's line; and no message
repeats what was given in its place. It knows nothing of hosts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from getpass import getpass
from importlib import import_module

from streamcell.errors import UsageError
from streamcell.secret import Secret, looks_like_key

__all__ = ["ask_key", "checked", "given_key", "named_key"]

KEYRING = "keyring:"
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+\Z")


def ask_key(prompt: str = "API key: ") -> Secret:
    """Ask for a key at the keyboard, unseen and unsaved: ``streamcell.stream("…", api_key=streamcell.ask_key())``."""
    return checked(Secret(getpass(prompt)), "what was typed")


def given_key(key: str | Secret | Callable[[], str | Secret]) -> Secret:
    """The key that a caller handed in, or that what they handed in gives.

    Raises:
        UsageError: It is no key, or getting it failed.
    """
    if callable(key):
        try:
            key = key()
        except Exception as error:
            raise UsageError(f"Expected a key from the callable api_key, it raised {type(error).__name__}.") from None
    if isinstance(key, str):
        key = Secret(key)
    if not isinstance(key, Secret):
        raise UsageError(
            f"Expected api_key to be a Secret, a string, or what returns one, got {type(key).__name__}.",
            hint="For a key in the environment give its name as key_env.",
        )
    return checked(key, "api_key")


def named_key(name: str, environ: Mapping[str, str]) -> Secret:
    """The key in the environment variable ``name``, or in the keyring for ``keyring:SERVICE/USER``.

    Raises:
        UsageError: There is none, or ``name`` is no name.
    """
    if name.startswith(KEYRING):
        return _keyring_key(name.removeprefix(KEYRING))
    if looks_like_key(name) or not _ENV_NAME.match(name):
        raise UsageError(
            "Expected the name of an environment variable for the key, got something else (not shown).",
            hint="A key must never stand in a cell: set it in the environment, as MY_KEY say, and give that name.",
        )
    key = Secret(environ.get(name, "").strip())
    if not key:
        raise UsageError(f"Expected a key in the environment variable {name}, found none.", hint="Set it first.")
    return checked(key, f"the environment variable {name}")


def _keyring_key(entry: str) -> Secret:
    service, slash, user = entry.rpartition("/")
    if not slash or not service or not user or looks_like_key(entry):
        raise UsageError("Expected keyring:SERVICE/USER for the key, got something else (not shown).")
    try:
        found = import_module("keyring").get_password(service, user)
    except ImportError:
        raise UsageError("Expected the package keyring, it is not installed.", hint="pip install keyring") from None
    except Exception as error:  # each of its many backends has errors of its own
        raise UsageError(f"Expected a key from the keyring, it raised {type(error).__name__}.") from None
    if not found:
        raise UsageError(
            f"Expected a key in the keyring for {service} and {user}, found none.",
            hint=f"Set it with `keyring set {service} {user}` in a terminal.",
        )
    return checked(Secret(found), f"the keyring entry {entry}")


def checked(key: Secret, where: str) -> Secret:
    """The same key without blanks around it.

    Raises:
        UsageError: No header can carry it. httpx would say so too, but with the key in its exception.
    """
    key = Secret(key.reveal().strip())
    if not _HEADER_SAFE.match(key.reveal()):
        raise UsageError(
            f"Expected a key in {where}, got " + ("characters that no key has (not shown)." if key else "nothing."),
            hint="Copy the key anew, without quotes or line breaks.",
        )
    return key
