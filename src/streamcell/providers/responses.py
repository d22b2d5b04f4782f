"""The Responses API: its events are ours, so the reader only has to decode them.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from typing import Any, Union

import msgspec

from streamcell.events import EVENT_TYPES, Event, Oddity, from_dict
from streamcell.options import StreamOptions
from streamcell.providers.base import Provider, Reader, said

__all__ = ["PROVIDER", "ResponsesReader", "request"]

# All known events as one tagged union, straight from the bytes. It refuses what is not exactly right, which then goes
# the long way, where anything is taken as far as it makes sense.
_decode = msgspec.json.Decoder(Union[tuple(EVENT_TYPES.values())]).decode  # noqa: UP007 - made at run time


class ResponsesReader(Reader):
    """Server-sent events of the Responses API → events. It ends at a terminal event, with or without ``[DONE]``."""

    def _quick(self, line: bytes) -> Event | None:
        try:
            event: Event = _decode(line)
        except (ValueError, RecursionError):
            return None
        return event

    def _translate(self, data: dict[str, Any]) -> list[Event]:
        if not isinstance(data.get("type"), str):
            if not data.get("error"):
                return [Oddity(name="event_without_type")]
            data = {**data, "type": "error"}
        return [from_dict(data)]


def request(options: StreamOptions) -> dict[str, Any]:
    """The JSON body of a streaming request.

    ``stream_options.include_obfuscation: false`` would save 20 bytes a delta from the hosted API, but servers that
    check their input strictly answer 400 to it; who wants it puts it into ``extra``.
    """
    effort, form = options.reasoning_effort, options.text_format
    fields = said(
        model=options.model,
        input=options.prompt if options.input is None else options.input,
        instructions=options.instructions,
        stream=True,
        max_output_tokens=options.max_output_tokens,
        temperature=options.temperature,
        reasoning=None if effort is None else {"effort": effort},
        tools=list(options.tools) or None,
        previous_response_id=options.previous_response_id,
        text=None if form is None else {"format": form},
    )
    return {**fields, **options.extra}


PROVIDER = Provider("responses", "/responses", request, ResponsesReader)
