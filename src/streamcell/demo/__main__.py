"""``python -m streamcell.demo``: the demo on a port of this machine, until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from streamcell.demo import LABEL, serve
from streamcell.errors import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0, or 2 with one line on stderr when it cannot start."""
    args = _parser().parse_args(argv)
    try:
        asyncio.run(_run(args))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, OverflowError) as error:
        print(f"Cannot listen on {args.host} port {args.port}: {error}. Try another --port.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # where the loop takes no signal handlers (Windows)
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m streamcell.demo",
        description=f"Serve canned answers over the Responses, Chat Completions and Completions APIs ({LABEL}).",
    )
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    parser.add_argument("--speed", type=float, help="times faster than natural; 0 does not wait (default: 1)")
    parser.add_argument("--require-key", metavar="KEY", help="answer 401 to requests without this bearer token")
    parser.add_argument(
        "--chaos", metavar="SEED", type=int, nargs="?", const=1, help="cut streams in mid-answer, to watch a resume"
    )
    return parser


async def _run(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends the loop there
            loop.add_signal_handler(number, stop.set)
    options = {name: getattr(args, name) for name in ("host", "speed", "require_key", "chaos")}
    async with serve(args.port, **options) as server:
        print(f"{LABEL}: {server.url}" + (" (cuts its streams)" if args.chaos is not None else ""), flush=True)
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
