"""Writes js/src/entities.gen.ts: the named character references of HTML, from Python's own copy of that list.

    python js/entities.py

Names stand in the order of what they mean, so that a code point is the distance from the one before it, and the
letters of mathematical alphabets are left to js/src/entities.ts: the table is half as large, packed, as the one it
stands in for.
"""

from html.entities import html5
from itertools import groupby
from pathlib import Path

OUT = Path(__file__).parent / "src" / "entities.gen.ts"
ALPHABETS = range(0x1D49C, 0x1D56C)


def main() -> None:
    meanings = {name[:-1]: value for name, value in html5.items() if name.endswith(";")}
    names = sorted(meanings, key=lambda name: ([ord(c) for c in meanings[name]], len(name), name))
    rows, before = [], 0
    for value, same in groupby(names, key=meanings.get):
        first, *rest = [ord(c) for c in value]
        if first in ALPHABETS:
            continue
        # The next code point needs no distance. A second character is rare and stands whole.
        distance = "" if first == before + 1 else str(first - before)
        rows.append(distance + "".join(f"+{code}" for code in rest) + ",".join(same))
        before = first
    table = ";".join(rows)
    OUT.write_text(
        "// Written by js/entities.py. Never edited by hand.\n\n"
        "/** `[distance][+second character]name,name,…` for each meaning; no distance is 1. */\n"
        f'export const TABLE =\n  "{table}";\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
