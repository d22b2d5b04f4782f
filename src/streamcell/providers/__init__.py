"""The API families. A new one is a module with a `Provider`, and a row here."""

from __future__ import annotations

from collections.abc import Mapping

from streamcell.providers import chat_completions, completions, responses
from streamcell.providers.base import Provider, Reader

__all__ = ["PROVIDERS", "Provider", "Reader"]

PROVIDERS: Mapping[str, Provider] = {
    p.name: p for p in (responses.PROVIDER, chat_completions.PROVIDER, completions.PROVIDER)
}
"""Name, as in ``--api``, → provider."""
