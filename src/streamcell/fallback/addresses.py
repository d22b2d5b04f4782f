"""Bare addresses become links where GitHub's do, as in ``js/src/markdown/autolinks.ts``; the rest is linkify-it's."""

from __future__ import annotations

import re
from types import MethodType
from typing import Any

__all__ = ["use"]

_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_REST = re.compile(r"[^\s<]*")
_TRAILING = re.compile(r"(?:[?!.,:*_~'\"]|&[A-Za-z0-9]+;)\Z")
_MAIL_CHARACTER = "[-!#$%&'*+/=?^_`{|}~a-zA-Z0-9]"
_MAIL_NAME = rf"{_MAIL_CHARACTER}(?:{_MAIL_CHARACTER}|\.(?={_MAIL_CHARACTER})){{0,63}}"
_MAIL_HOST = r"@[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z0-9_-]*[a-z0-9](?![a-z0-9_-])"


def use(linkify: Any) -> None:
    """Let a ``LinkifyIt`` know ``www.`` and mail addresses under any top-level domain, and leave names like main.py.

    And let it read as the newer one of the page does, version 6."""
    linkify.set({"fuzzy_link": False})
    # Methods: plain functions would be put into the package's own class
    rule = {"validate": MethodType(_www, linkify), "normalize": MethodType(_with_scheme, linkify)}
    linkify.add("www.", rule)
    found: dict[str, str] = linkify.re
    found["email_fuzzy"] = f'(^|[><\uff5c]|"|\\(|{found["src_ZCc"]})({_MAIL_NAME}{_MAIL_HOST})'
    found["src_auth"] = ""
    # Punctuation of other scripts ends a path: in Chinese no blank stands behind one
    path, start = found["src_path"], "(?:[/?#](?:(?!"
    found["src_path"] = path.replace(start, f"{start}(?![\\0-\\x7f])(?:{found['src_ZPCc']})|", 1)


def _www(linkify: Any, text: str, pos: int) -> int:
    """How much behind ``www.`` belongs to the address (GFM, "extended www autolink")."""
    domain = _DOMAIN.match(text, pos)
    if domain is None or "_" in "".join(domain[0].split(".")[-2:]):
        return 0
    rest = _REST.match(text, domain.end())
    address = domain[0] + (rest[0] if rest else "")
    while True:
        closes_nothing = address.endswith(")") and address.count(")") > address.count("(")
        shorter = address[:-1] if closes_nothing else _TRAILING.sub("", address)
        if shorter == address:
            return len(address)
        address = shorter


def _with_scheme(linkify: Any, match: Any) -> None:
    match.url = f"http://{match.url}"
