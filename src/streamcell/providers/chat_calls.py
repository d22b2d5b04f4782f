"""Which tool call a fragment belongs to, where servers number their calls as they please."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

__all__ = ["Call", "Calls"]


class Call:
    """A tool call in the making."""

    __slots__ = ("begun_arguments", "call_id", "kind", "name", "output_index")

    def __init__(self, kind: str, output_index: int) -> None:
        self.kind, self.output_index = kind, output_index
        self.call_id: Any = None
        self.name: str | None = None
        self.begun_arguments = False

    def item(self) -> dict[str, Any]:
        """The call as an output item. Its id is ours, so that a name or call id that comes late finds it again."""
        text = "input" if self.kind == "custom_tool_call" else "arguments"
        told = {"call_id": self.call_id, "name": self.name, text: "", "status": "in_progress"}
        return {"type": self.kind, "id": f"{self.kind}_{self.output_index}", **told}

    def is_another(self, call_id: Any, name: str | None) -> bool:
        """Whether a fragment with this id or name begins a new call on an index in use (ollama/ollama#15457)."""
        if call_id:
            return bool(self.call_id) and call_id != self.call_id
        return bool(name and self.name and name != self.name and self.begun_arguments)


class Calls:
    """The calls of one choice, found by index, else by id, else the last."""

    def __init__(self) -> None:
        self._all: list[Call] = []
        self._at: dict[Hashable, Call] = {}

    def find(self, index: Hashable, call_id: Any, name: str | None) -> Call | None:
        if index is not None:
            call = self._at.get(index)
        elif call_id or name:
            call = next((c for c in self._all if call_id and c.call_id == call_id), None)
        else:
            call = self._all[-1] if self._all else None
        return None if call is not None and call.is_another(call_id, name) else call

    def add(self, index: Hashable, call: Call) -> Call:
        self._all.append(call)
        self._at[index] = call
        return call
