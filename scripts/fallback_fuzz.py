"""Looks for texts of 20 KB that cost the saved copy's markdown too much time, by repeating and mixing what hurts.

    python scripts/fallback_fuzz.py --texts 1000 --seed 7 --limit 250

Prints the slowest texts as (milliseconds of processor time, kind, pieces); the exit status is 1 if one is over the
limit.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from streamcell.fallback.render import markdown

SIZE = 20_000
PIECES = [
    "[", "]", "(", ")", "](", "![", "*", "_", "**", "`", "``", "~~", "<", "</", "<sub>", "</sub>", "<br>", "<!--", "&",
    "&amp;", "&#", "\\", '"', "'", "(x)", "a", "http://", "www.", "a.b", "@", "|", "|-", "-", "\n", "\n\n", "\n|", "#",
    ":", "[a]:", "[a]", "{", "!", "$", "=", "~", "```\n", "x@y.z", "://", "//", "---\n", "[^", "[^a]", "^[", "<a@b.c>",
    "<http:x>", "|:-:|", "](<", "$$", "$$\n", "\\(", "\\)", "\\[", "\\]", "$a$", "$5",
]  # fmt: skip
SPACED = [
    "> ", "- ", "1. ", "* ", "+ ", "    ", "\t", "b ", "[ ] ", "[a]: ", "[^a]: ", "   - ", "> 1. ", "\\\n", "  \n"
]  # fmt: skip


def text_of(pieces: list[str], kind: str, rng: random.Random) -> str:
    """A text of about 20 KB from the pieces."""
    if kind == "repeated":
        return "".join(pieces) * (SIZE // len("".join(pieces)))
    if kind == "opened, then closed":
        middle = (len(pieces) + 1) // 2
        halves = "".join(pieces[:middle]), "".join(pieces[middle:]) or "a"
        return "".join(half * (SIZE // 2 // len(half)) for half in halves)
    if kind == "mixed":
        return "".join(rng.choices(pieces, k=SIZE))[:SIZE]
    return "".join("".join(pieces) + rng.choice(PIECES) for _ in range(SIZE))[:SIZE]


KINDS = ("repeated", "opened, then closed", "mixed", "disturbed")


def main() -> int:
    """Run the search. Returns 0 when all texts are within the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--limit", type=float, default=250, help="milliseconds (default: %(default)s)")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    markdown("the parser is made at first use")
    found = []
    for _ in range(args.texts):
        pieces = rng.choices(PIECES + SPACED, k=rng.choice([1, 1, 2, 2, 3, 4, 6]))
        kind = rng.choice(KINDS)
        text = text_of(pieces, kind, rng)
        start = time.process_time()
        markdown(text)
        found.append((round((time.process_time() - start) * 1000), kind, pieces))
    slowest = sorted(found, key=lambda row: -row[0])[:5]
    print(f"seed {args.seed}, {args.texts} texts; slowest:", *slowest, sep="\n")
    return int(slowest[0][0] > args.limit)


if __name__ == "__main__":
    sys.exit(main())
