"""Writes js/src/entities.gen.ts: the named character references of HTML, from Python's own copy of that list.

    python js/entities.py

Names stand in the order of what they mean, so that a code point is the distance from the one before it: the table is
half as large, packed, as the one it stands in for.
"""

from html.entities import html5
from itertools import groupby
from pathlib import Path

OUT = Path(__file__).parent / "src" / "entities.gen.ts"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    return DIGITS[number] if number < 36 else base36(number // 36) + DIGITS[number % 36]


def main() -> None:
    meanings = {name[:-1]: value for name, value in html5.items() if name.endswith(";")}
    rows, before = [], 0
    for value, names in groupby(sorted(meanings, key=lambda n: ([ord(c) for c in meanings[n]], n)), key=meanings.get):
        first, *rest = [ord(c) for c in value]
        # A second character is rare and stands whole.
        codes = [base36(first - before), *(base36(code) for code in rest)]
        rows.append(",".join(["+".join(codes), *names]))
        before = first
    table = ";".join(rows)
    OUT.write_text(
        "// Written by js/entities.py. Never edited by hand.\n\n"
        "/** `distance[+second character],name,…` for each meaning, in base 36. */\n"
        f'export const TABLE =\n  "{table}";\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
