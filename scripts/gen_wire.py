"""Writes ``js/src/wire.gen.ts`` from ``src/streamcell/wire.py``, the only source of the wire contract.

    python scripts/gen_wire.py            write it
    python scripts/gen_wire.py --check    exit 1 if it is stale

It reads the module's syntax tree, not the imported module, so that docstrings below fields come along and it runs
on any Python, without streamcell installed.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "streamcell" / "wire.py"
TARGET = ROOT / "js" / "src" / "wire.gen.ts"
NAMES = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "Any": "unknown", "None": "null"}


def ts_type(node: ast.expr) -> str:
    """A Python type expression as a TypeScript one."""
    if isinstance(node, ast.Name):
        return NAMES.get(node.id, node.id)
    if isinstance(node, ast.Constant) and node.value is None:
        return "null"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return f"{ts_type(node.left)} | {ts_type(node.right)}"
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return GENERICS[node.value.id](arguments)
    raise SystemExit(f"{SOURCE.name}:{node.lineno}: no TypeScript for {ast.unparse(node)!r}; add a row to GENERICS")


GENERICS = {
    "Literal": lambda args: " | ".join(json.dumps(ast.literal_eval(a)) for a in args),
    "NotRequired": lambda args: ts_type(args[0]),
    "list": lambda args: f"({ts_type(args[0])})[]" if "|" in ts_type(args[0]) else f"{ts_type(args[0])}[]",
    "tuple": lambda args: f"[{', '.join(ts_type(a) for a in args)}]",
    "dict": lambda args: f"Record<{ts_type(args[0])}, {ts_type(args[1])}>",
}


def comment(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def docs_below(body: list[ast.stmt]) -> list[tuple[ast.stmt, str | None]]:
    """Each statement with the string that stands below it, if one does."""
    pairs: list[tuple[ast.stmt, str | None]] = []
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Expr):
            continue
        text = following.value if isinstance(following, ast.Expr) else None
        pairs.append(
            (statement, text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else None)
        )
    return pairs


def interface(node: ast.ClassDef) -> str:
    total = not any(k.arg == "total" and ast.literal_eval(k.value) is False for k in node.keywords)
    out = comment(ast.get_docstring(node)) + f"export interface {node.name} {{\n"
    for field, doc in docs_below(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            optional = not total or ast.unparse(field.annotation).startswith("NotRequired")
            out += comment(doc, "  ") + f"  {field.target.id}{'?' if optional else ''}: {ts_type(field.annotation)};\n"
    return out + "}\n"


def alias(node: ast.Assign, doc: str | None) -> str:
    assert isinstance(node.targets[0], ast.Name)
    name = node.targets[0].id
    if isinstance(node.value, ast.Constant):
        return comment(doc) + f"export const {name} = {json.dumps(node.value.value)};\n"
    return comment(doc) + f"export type {name} = {ts_type(node.value)};\n"


def generate(source: str) -> str:
    module = ast.parse(source)
    parts = ["// Written by `make wire` from src/streamcell/wire.py. Never edited by hand.\n"]
    for statement, doc in docs_below(module.body):
        if isinstance(statement, ast.ClassDef):
            parts.append(interface(statement))
        elif isinstance(statement, ast.Assign):
            parts.append(alias(statement, doc))
    return "\n".join(parts)


def main() -> int:
    text = generate(SOURCE.read_text(encoding="utf-8"))
    if "--check" in sys.argv[1:]:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        print(f"{TARGET.relative_to(ROOT)} is {'fresh' if fresh else 'stale: run `make wire`'}")
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
