"""The magics ``%stream`` and ``%%stream``, and the awaited cell. The one door to IPython's magics.

A cell magic cannot be awaited, but a transformed cell can: where the kernel runs a cell that awaits, it hears the page
meanwhile, so that Stop works. So IPython gets a transformer that turns a `%stream` or `%%stream` that stands at the
left margin into an awaited call; the magics themselves stay for help, for nesting in other magics and for older hosts.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from IPython.core.error import UsageError as IPythonUsageError
from IPython.core.inputtransformer2 import EscapedCommand
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import MagicArgumentParser, argument, magic_arguments

from streamcell import api
from streamcell.errors import StreamcellError, UsageError
from streamcell.options import APIS, StreamOptions
from streamcell.secret import looks_like_key
from streamcell.session import Stream

__all__ = ["StreamMagics", "awaited", "load", "unload"]

LATEST = "_stream"
"""Always bound to the newest stream."""

_WORD = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']|["'])+)""")
_CALL = re.compile(r"get_ipython\(\)\.run_(line|cell)_magic\('stream', ")
_AWAITED = "await __import__('streamcell.magics').magics.awaited("


@magics_class
class StreamMagics(Magics):
    """Holds the two magics; a kernel has one."""

    @no_var_expand  # prompts are full of braces and dollar signs, and are taken literally
    @magic_arguments()
    @argument("name", nargs="?", help="variable for the stream, bound before it begins; `_stream` always is")
    @argument("-m", "--model", help="model name; default: STREAMCELL_MODEL, else gpt-5-mini or the first of the server")
    @argument("-i", "--instructions", help="system message")
    @argument("-e", "--effort", dest="reasoning_effort", help="reasoning effort: minimal, low, medium, high")
    @argument(
        "--api",
        default="auto",
        help=f"one of {', '.join(APIS)}; auto is Responses, and Chat Completions where a server has none",
    )
    @argument("--base-url", help="address of the API up to and without /responses, or `demo`")
    @argument("--key-env", help="NAME of the environment variable with the key, or keyring:SERVICE/USER; never the key")
    @argument("--max-tokens", dest="max_output_tokens", type=int, help="stop after so many tokens")
    @argument("--temperature", type=float, help="randomness, 0 to 2")
    @argument(
        "--timeout", type=float, default=60.0, help="seconds without a byte until the connection counts as stalled (60)"
    )
    @argument("--record", metavar="FILE", help="record the answer to a file that --replay plays; without keys")
    @argument("--replay", metavar="FILE", help="play a recording in place of asking: nothing is sent, no key is needed")
    @argument(
        "--speed", type=float, default=1.0, help="how many times faster to replay than recorded (1); 0 is at once"
    )
    @argument("--bg", action="store_true", help="return at once; the stream goes on while other cells run")
    @argument(
        "--durable",
        dest="background",
        action="store_true",
        help="have the service go on when the connection is cut, and fetch the rest; it stores the answer",
    )
    @argument("--no-display", action="store_true", help="show nothing; read the result from the variable")
    @line_cell_magic
    def stream(self, line: str, cell: str | None = None) -> None:
        """Ask a language model and watch the answer arrive.

        %stream [options] PROMPT        a prompt of one line
        %%stream [NAME] [options]       the prompt is the rest of the cell

        The prompt is literal: nothing in it is expanded. Without a key and a base URL a built-in demo answers.
        """
        call = _Call(self.shell, line, cell)
        api.run(call.bound(), display=call.display, wait=call.wait)


async def awaited(line: str, cell: str | None = None) -> None:
    """What a transformed `%stream` or `%%stream` runs: the same as the magic, awaited."""
    from IPython import get_ipython

    call = _Call(get_ipython(), line, cell)
    stream = call.bound()
    if call.wait:
        await api.arun(stream, display=call.display)
    else:
        api.run(stream, display=call.display, wait=False)


class _Call:
    """One use of the magic: its line and cell, read.

    Raises:
        IPython.core.error.UsageError: In one line, without a traceback; nothing was sent.
    """

    def __init__(self, shell: Any, line: str, cell: str | None) -> None:
        self._shell = shell
        try:
            parsed, prompt = _read_line(line) if cell is None else _read_cell(line, cell)
            self._name = parsed.pop("name")
            self.display = not parsed.pop("no_display")
            self.wait = not parsed.pop("bg")
            _check_name(self._name)
            self._stream = Stream.request(StreamOptions(prompt=prompt, **parsed))
        except StreamcellError as error:
            raise IPythonUsageError(str(error)) from None

    def bound(self) -> Stream:
        """The stream, bound to its names: an interrupt or a failure still leaves the partial answer."""
        for name in filter(None, (self._name, LATEST)):
            self._shell.user_ns[name] = self._stream
        return self._stream


# ---------------------------------------------------------------- reading the line
class _Parser(MagicArgumentParser):
    """argparse, with our errors: what was expected, what came, the nearest option."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%stream: {message}.", hint="`%stream?` lists the options.")


def _parser() -> _Parser:
    """The magic's own: to construct another would put the whole help into the docstring once more."""
    made: _Parser = StreamMagics.stream.parser
    made.__class__ = _Parser
    made.allow_abbrev = False
    return made


def _read_line(line: str) -> tuple[dict[str, Any], str]:
    """(options, prompt) of a line: options stand first, and the prompt is the rest of it as typed."""
    parser, at = _parser(), 0
    words: list[str] = []
    for start, end, word in _words(line):
        if start < at:
            continue
        if word == "--":
            return _parse(parser, words), line[end:].strip()
        if not _is_option(word):
            return _parse(parser, words), line[start:].strip()
        words.append(word)
        at = end
        if "=" not in word and _takes_value(parser, word):
            value = next(_words(line, end), None)
            if value:
                words.append(_unquoted(value[2]))
                at = value[1]
    return _parse(parser, words), ""


def _read_cell(line: str, cell: str) -> tuple[dict[str, Any], str]:
    """(options, prompt) of a cell: the line holds options and the name, and the body is the prompt as typed."""
    return _parse(_parser(), [_unquoted(word) for _, _, word in _words(line)]), cell.strip("\n")


def _parse(parser: _Parser, words: list[str]) -> dict[str, Any]:
    if any(looks_like_key(word) for word in words):
        raise UsageError(
            "%stream takes no key, and one of the words looks like one (not shown).",
            hint="Keys in a cell end up in the file and the history: set an environment variable and delete this one.",
        )
    parsed, unknown = parser.parse_known_args(words)
    if unknown:
        raise UsageError(_unknown(parser, unknown[0]), hint="`%stream?` lists the options.")
    return vars(parsed)


def _unknown(parser: _Parser, word: str) -> str:
    import difflib

    if not _is_option(word):
        return f"%%stream: expected at most one name before the prompt, got {word!r} as well."
    near = difflib.get_close_matches(word.partition("=")[0], parser._option_string_actions, n=1)
    return f"%stream: expected an option it knows, got {word!r}." + (f" Did you mean {near[0]}?" if near else "")


def _words(line: str, at: int = 0) -> Iterator[tuple[int, int, str]]:
    """(start, end, word) of each word, quotes kept together and not removed."""
    while match := _WORD.match(line, at):
        at = match.end()
        yield match.start(1), at, match[1]


def _unquoted(word: str) -> str:
    if len(word) >= 2 and word[0] == word[-1] and word[0] in "\"'":
        return re.sub(r'\\(["\\])', r"\1", word[1:-1]) if word[0] == '"' else word[1:-1]
    option, eq, value = word.partition("=")
    return f"{option}={_unquoted(value)}" if eq and option.startswith("-") else word


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and not re.match(r"-\d", word)


def _takes_value(parser: _Parser, word: str) -> bool:
    action: argparse.Action | None = parser._option_string_actions.get(word)
    return action is not None and action.nargs != 0


def _check_name(name: str | None) -> None:
    if name is not None and not name.isidentifier():
        raise UsageError(
            f"%%stream: expected a variable name before the prompt, got {name!r}.",
            hint="The prompt stands below the %%stream line; for a prompt of one line write %stream.",
        )


# ---------------------------------------------------------------- IPython's hooks
class AwaitCells:
    """Turns calls of the magic at the left margin of a cell into awaited ones. For ``input_transformers_post``.

    Only of the cell itself: a magic such as ``%%time`` transforms its body anew while the cell runs, and compiles it as
    ordinary code, where nothing can be awaited.
    """

    def __init__(self) -> None:
        self._running = False

    def __call__(self, lines: list[str]) -> list[str]:
        if self._running:
            return lines
        return [_CALL.sub(_AWAITED, line, count=1) if _CALL.match(line) else line for line in lines]

    def cell_begins(self, info: object) -> None:
        self._running = True

    def cell_ends(self, result: object) -> None:
        self._running = False


class Question(EscapedCommand):
    """`%stream Why is the sky blue?` is a prompt, where IPython would take the last word for one to be explained."""

    priority = 0  # before that of IPython's help, which begins at the same place

    @classmethod
    def find(cls, tokens_by_line: list[list[Any]]) -> Question | None:
        for line in tokens_by_line:
            words = [token for token in line if token.string.strip()]
            says = [token.string for token in words]
            if says[:2] == ["%", "stream"] and says[2:3] != ["?"] and says[-1] == "?":
                return cls(words[0].start)
        return None


def load(shell: Any) -> None:
    """Register the magics and the transformers; again and again without harm."""
    unload(shell)
    shell.register_magics(StreamMagics)
    shell.input_transformer_manager.token_transformers.append(Question)
    if getattr(shell, "kernel", None) is None:
        return  # in a terminal there is no page to be heard, and an interrupt would not reach an awaited cell
    hook = AwaitCells()
    shell.input_transformers_post.append(hook)
    shell.events.register("pre_run_cell", hook.cell_begins)
    shell.events.register("post_run_cell", hook.cell_ends)


def unload(shell: Any) -> None:
    """Take the transformers away again; IPython has no way to unregister a magic."""
    of_tokens = shell.input_transformer_manager.token_transformers
    of_tokens[:] = [t for t in of_tokens if t.__name__ != Question.__name__]
    # By name: after a reload of this module the old hook is of another class.
    for hook in [t for t in shell.input_transformers_post if type(t).__name__ == AwaitCells.__name__]:
        shell.input_transformers_post.remove(hook)
        shell.events.unregister("pre_run_cell", hook.cell_begins)
        shell.events.unregister("post_run_cell", hook.cell_ends)
