"""Our decoder and state behind the contract of ``../shared/bench/kernel`` (`consume`, `consume_url`, `show`)."""

from streamcell.providers import PROVIDERS
from streamcell.state import ResponseState


def consume(pieces, kind):
    api = "chat" if kind == "chat" else "responses"
    reader, state = PROVIDERS[api].reader(), ResponseState(api)
    feed, apply = reader.feed, state.apply
    for piece in pieces:
        for event in feed(piece):
            apply(event)
    for event in reader.close():
        apply(event)
    state.finish()
    return state.tool_calls[0]["arguments"] if kind == "tool" else state.text


def consume_url(base_url):
    import streamcell

    stream = streamcell.stream("q", model="m", api="responses", base_url=base_url, display=False)
    stream.raise_for_error()
    return stream.text


def show(pieces):
    import streamcell

    streamcell.show(pieces, keep_events=False)
