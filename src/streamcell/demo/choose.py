"""Chooses the tape that answers an `Ask`, and fits it to the request.

Tools' outputs come first, then a model name such as ``demo/tour``, then a tool that the request forces or names, then
the table of words in the tapes' heads, then the default answer, which says that it is canned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from streamcell.demo import tape as tapes
from streamcell.demo.ask import Ask, Refused
from streamcell.demo.schema import fit
from streamcell.demo.tape import Act, Tape

__all__ = ["choose", "models"]

_HIDDEN = ("default", "followup")
"""Tapes that answer on their own and are not asked for by name."""


@cache
def models() -> tuple[str, ...]:
    """All model names: ``demo/auto`` chooses by the prompt, the others always play their own tape."""
    return ("demo/auto", *(f"demo/{name}" for name in tapes.names() if name not in _HIDDEN))


def choose(ask: Ask, names: Mapping[str, str]) -> Tape:
    """The tape for this request, its blanks filled in.

    Args:
        names: call_id → function name of calls that the demo made before.

    Raises:
        Refused: The model name begins with ``demo/`` and there is no such tape, or the schema is broken.
    """
    tape = _outputs(ask, names) or _named(ask) or _called(ask) or _by_words(ask) or _default(ask)
    tape = tapes.fill(tape, {"city": _city(ask.prompt)})
    try:
        tape = _with_arguments(tape, ask)
        return _as_json(tape, ask)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        raise Refused(400, "Invalid schema: the demo cannot make a value for it.", code="invalid_json_schema") from None


def _named(ask: Ask) -> Tape | None:
    _, slash, name = ask.model.partition("demo/")
    if not slash or name == "auto":
        return None
    if f"demo/{name}" not in models():
        status = 404 if ask.api == "chat" else 400
        message = f"The model '{ask.model[:80]}' does not exist. The demo has: {', '.join(models())}."
        raise Refused(status, message, code="model_not_found", param="model")
    return tapes.read(name)


def _by_words(ask: Ask) -> Tape | None:
    """The tape whose keyword stands in the prompt; the longest keyword wins, then the one that stands first."""
    prompt = ask.prompt.lower()
    found = [
        (-len(word), at.start(), model)
        for model in models()[1:]
        for word in tapes.read(model[5:]).words
        if (at := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", prompt))
    ]
    return tapes.read(min(found)[2][5:]) if found else None


def _default(ask: Ask) -> Tape:
    rows = [tapes.read(model[5:]) for model in models()[1:]]
    listing = "\n".join(f"- *{row.prompt}* — {row.title}" for row in rows)
    return tapes.fill(tapes.read("default"), {"quote": _quote(ask.prompt), "list": listing})


def _outputs(ask: Ask, names: Mapping[str, str]) -> Tape | None:
    if not ask.outputs:
        return None
    told = [(ask.calls.get(o.call_id) or names.get(o.call_id) or "the tool", o.output) for o in ask.outputs]
    sections = "\n\n".join(f"**{_quote(name, 1)}** says:\n\n{_listing(output)}" for name, output in told)
    return tapes.fill(tapes.read("followup"), {"outputs": sections})


def _listing(output: str) -> str:
    """A tool's output as markdown: a JSON object as a list of its values, anything else as a quotation."""
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not value:
        return f"> {_quote(output, 60)}"
    return "\n".join(
        f"- {_quote(str(key), 6)}: **{_quote(_shown(item), 20)}**" for key, item in list(value.items())[:20]
    )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _called(ask: Ask) -> Tape | None:
    """A call of the tool that the request forces, or that the prompt names."""
    tool = _forced(ask) or next((t for t in ask.tools if _names_tool(ask.prompt, str(t.get("name")))), None)
    if tool is None or ask.choice == "none":
        return None
    weather = tapes.read("weather")
    known = {str(act.name): act for act in weather.acts if act.kind == "call"}
    name = str(tool.get("name"))
    return replace(weather, acts=(known.get(name) or Act("call", ("{}",), name),))


def _forced(ask: Ask) -> Mapping[str, Any] | None:
    choice = ask.choice
    if choice == "required":
        return ask.tools[0] if ask.tools else None
    name = (choice.get("function") or choice).get("name") if isinstance(choice, dict) else None
    return next((tool for tool in ask.tools if name and tool.get("name") == name), None)


def _names_tool(prompt: str, name: str) -> bool:
    return bool(name) and any(word in prompt.lower() for word in {name.lower(), name.lower().replace("_", " ")})


def _with_arguments(tape: Tape, ask: Ask) -> Tape:
    """Arguments of a function that the request declares are made to fit its schema."""
    declared = {str(tool.get("name")): tool.get("parameters") for tool in ask.tools}

    def fitted(act: Act) -> Act:
        schema = declared.get(act.name) if act.kind == "call" else None
        if not isinstance(schema, dict):
            return act
        return replace(act, parts=(_compact(fit({"type": "object", **schema}, json.loads(act.parts[0]))),))

    return replace(tape, acts=tuple(fitted(act) for act in tape.acts))


def _as_json(tape: Tape, ask: Ask) -> Tape:
    """Where the request asks for JSON, text becomes one JSON value; a refusal, a call or an error stays what it is."""
    if ask.schema is None or not any(act.kind == "text" for act in tape.acts):
        return tape
    value = (
        fit(ask.schema, _hints(ask)) if ask.schema else {"demo": True, "answer": "canned", "prompt": ask.prompt[:80]}
    )
    first = next(i for i, act in enumerate(tape.acts) if act.kind == "text")
    kept = [act for i, act in enumerate(tape.acts) if act.kind != "text" or i == first]
    return replace(tape, acts=tuple(replace(a, parts=(_compact(value),)) if a.kind == "text" else a for a in kept))


def _hints(ask: Ask) -> dict[str, Any]:
    hints: dict[str, Any] = {"city": _city(ask.prompt), "location": _city(ask.prompt)}
    for output in ask.outputs:
        try:
            value = json.loads(output.output)
        except (ValueError, RecursionError):
            continue
        hints.update(value if isinstance(value, dict) else {})
    return hints


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _city(prompt: str) -> str:
    """The place that the prompt names (``in New York``), else Lisbon. Letters only: it goes into JSON text."""
    found = re.search(r"\b(?:in|for|at)\s+([A-Z]\w{1,30}(?:[ -][A-Z]\w{1,30}){0,2})", prompt)
    return found[1] if found else "Lisbon"


def _quote(text: str, words: int = 8) -> str:
    """The first words of a foreign text as one line of markdown: no control characters, no live punctuation."""
    plain = "".join(c if c.isprintable() else " " for c in text[:2000])
    head = plain.split()
    cut = " ".join(head[:words])[:200]
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", cut)
    return escaped + (" …" if len(head) > words or len(cut) == 200 else "")
