"""Makes a JSON value that fits a JSON schema: the demo's structured output and its arguments for functions of others.

It covers what strict structured output allows (types, enum, const, properties, items, anyOf, $ref, the common formats
and bounds). It is no validator, and a ``pattern`` is not obeyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["fit"]

_DEEP = 6
"""From here down only what is required is made, and recursion takes its shortest way out."""

_BY_NAME = {
    "answer": "42",
    "author": "Ada Lovelace",
    "city": "Lisbon",
    "code": "print('hello')",
    "country": "Portugal",
    "currency": "EUR",
    "description": "A canned value that fits the schema.",
    "explanation": "Each value was made to fit its place in the schema.",
    "language": "English",
    "location": "Lisbon",
    "name": "Ada",
    "question": "What fits here?",
    "reason": "Because the schema asked for it.",
    "summary": "A canned value that fits the schema.",
    "title": "A value that fits",
    "unit": "celsius",
    "units": "celsius",
}
_BY_FORMAT = {
    "date": "2025-03-21",
    "date-time": "2025-03-21T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT15M",
    "email": "ada@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.org/",
    "uuid": "3f2b8c1e-5d4a-4c6b-9e7f-0a1b2c3d4e5f",
}
_WORDS = ("alder", "birch", "cedar", "dogwood", "elm", "fir")


def fit(schema: Mapping[str, Any], hints: Mapping[str, Any] | None = None) -> Any:
    """A value for ``schema``.

    Args:
        hints: Values to take, by property name, wherever the schema allows their type.
    """
    return _Maker(schema, hints or {}).make(schema, "value", 0)


class _Maker:
    def __init__(self, root: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
        self.root = root
        self.hints = hints

    def make(self, schema: Any, name: str, depth: int) -> Any:
        """A value for one place in the schema, called ``name`` there."""
        if not isinstance(schema, Mapping):
            return None if schema is False else "anything"
        if depth > 4 * _DEEP:  # a schema that requires itself has no finite value
            return None
        schema = self._resolve(schema, depth)
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        if schema.get("enum"):
            hint = self.hints.get(name)
            return hint if hint in schema["enum"] else schema["enum"][0]
        kind = _type(schema, shallow=depth < _DEEP)
        hint = self.hints.get(name)
        if hint is not None and _is(hint, kind):
            return hint
        return _MAKERS[kind](self, schema, name, depth)

    def _resolve(self, schema: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        for _ in range(20):  # references may lead to references, or in a circle
            if isinstance(ref := schema.get("$ref"), str):
                schema = {**self._find(ref), **{k: v for k, v in schema.items() if k != "$ref"}}
            elif isinstance(every := schema.get("allOf"), list) and every:
                rest = {k: v for k, v in schema.items() if k != "allOf"}
                schema = {**rest, **{k: v for part in every if isinstance(part, Mapping) for k, v in part.items()}}
            elif options := schema.get("anyOf") or schema.get("oneOf"):
                schema = _choose(options, deep=depth >= _DEEP)
            else:
                break
        return schema

    def _find(self, ref: str) -> Mapping[str, Any]:
        value: Any = self.root
        for key in ref.lstrip("#/").split("/") if ref not in ("#", "#/") else ():
            key = key.replace("~1", "/").replace("~0", "~")
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
        return value if isinstance(value, Mapping) else {}

    def object(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        needed = schema.get("required") or ()
        return {
            key: self.make(value, key, depth + 1)
            for key, value in (schema.get("properties") or {}).items()
            if key in needed or depth < _DEEP // 2
        }

    def array(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        size = max(int(schema.get("minItems", 0)), min(2, int(schema.get("maxItems", 2))) if depth < _DEEP else 0)
        each = schema.get("items", {"type": "string"})
        return [self.make(each, f"{name}#{i}", depth + 1) for i in range(min(size, 50))]

    def string(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        text = _BY_FORMAT.get(str(schema.get("format"))) or _BY_NAME.get(name.lower()) or _WORDS[len(name) % 6]
        base, _, number = name.partition("#")
        if number and "format" not in schema:
            text = _WORDS[(len(base) + int(number)) % 6]
        text = text.ljust(min(int(schema.get("minLength", 0)), 10_000), "…")
        return text[: int(schema.get("maxLength", len(text)))]

    def integer(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        return int(_bounded(schema, 3, whole=True))

    def number(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        return _bounded(schema, 2.5, whole=False)

    def boolean(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        return True

    def null(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        return None


_MAKERS: dict[str, Any] = {
    kind: getattr(_Maker, kind) for kind in ("object", "array", "string", "integer", "number", "boolean", "null")
}
_PYTHON: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (),
}


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _choose(options: Any, *, deep: bool) -> Mapping[str, Any]:
    known = [option for option in options if isinstance(option, Mapping)] if isinstance(options, list) else []
    nulls = [option for option in known if option.get("type") == "null"]
    others = [option for option in known if option.get("type") != "null"]
    first, second = (nulls, others) if deep else (others, nulls)
    return (first or second or [{}])[0]


def _type(schema: Mapping[str, Any], *, shallow: bool) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kinds = [k for k in kind if k in _MAKERS]
        real = [k for k in kinds if k != "null"]
        kind = (real or kinds or [None])[0] if shallow or "null" not in kinds else "null"
    if kind in _MAKERS:
        return str(kind)
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _bounded(schema: Mapping[str, Any], value: float, *, whole: bool) -> float:
    step = 1 if whole else 0.5
    low = schema.get("minimum", _shift(schema.get("exclusiveMinimum"), step))
    high = schema.get("maximum", _shift(schema.get("exclusiveMaximum"), -step))
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high
    multiple = schema.get("multipleOf")
    if multiple:
        value = -(-value // multiple) * multiple
    return -(-value // 1) if whole else value


def _shift(bound: Any, by: float) -> Any:
    return None if bound is None or isinstance(bound, bool) else bound + by
