"""Which addresses may become links, and where they truly go.

Browsers read addresses leniently (backslashes, tabs, missing slashes, odd numbers as hosts). This does the opposite:
only what has no second reading is taken; all else stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it.common.normalize_url import normalizeLink

__all__ = ["Target", "deceives", "target"]

LONGEST = 8192
"""Characters; a longer address stays text."""

_WEB = re.compile(
    r"https?://(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][!-~]*)?", re.IGNORECASE
)
_MAIL = re.compile(r"mailto:(?P<host>[!->A-~]+@[!->A-~]+)(?:\?[!-~]*)?", re.IGNORECASE)
_OWN = re.compile(
    r"localhost|.*\.localhost|127(\.\d+)*|0+(\.0+)*|\[[0:.]*1?\]|\[::ffff:.*\]|(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,2}",
    re.IGNORECASE,
)
"""This machine, also in its odd spellings: such a link would act on the reader's own notebook server."""
_FOREIGN = re.compile(r"[^\n -~]")
_PUNYCODE = re.compile(r"(?:^|\.)xn--")
_NAMES = re.compile(r"(?<![\w.-])(?<![^/]/)(?:[a-z\d-]+\.){1,9}[a-z]{2,}(?![\w.-]{0,64}@)", re.ASCII)
"""What reads as a host, as in ``js/src/markdown/urls.ts``: not the name of a file in a path, nor of a person in an
address of mail."""


@dataclass(frozen=True)
class Target:
    """A link that may be followed."""

    href: str
    """ASCII only, ready for an attribute once escaped."""
    host: str
    """Where it goes: the host in ASCII; of a ``mailto:``, the address."""


def target(address: str) -> Target | None:
    """Where an address leads, or None where it has to stay text.

    Taken are absolute http, https and mailto addresses without user name, to other machines than this one.
    """
    address = address.strip(" \n")
    if len(address) > LONGEST or any(c in address for c in "\\\t\n\r"):
        return None
    href = normalizeLink(address)
    if mail := _MAIL.fullmatch(href):
        return Target(href, mail["host"])
    web = _WEB.fullmatch(href)
    if web is None or _OWN.fullmatch(web["host"].rstrip(".")):
        return None
    return Target(href, web["host"].lower())


def deceives(text: str, goal: Target) -> bool:
    """Whether a link's text could be read as another place than the one it leads to."""
    place = goal.host.lower()
    host = place.rpartition("@")[2]
    if _FOREIGN.search(text) or _PUNYCODE.search(host):
        return True
    text = text.lower()
    if any(name != host for name in _NAMES.findall(text)):
        return True
    return "@" in text and place not in text
