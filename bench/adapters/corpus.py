"""Our reader and state behind the contract of ``../shared/check/corpus_check.py``."""

from streamcell.providers import PROVIDERS
from streamcell.state import ResponseState

COUNTS = ("input_tokens", "output_tokens", "total_tokens")
CHAT_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}


def read(chunks, api):
    reader, state = PROVIDERS[api].reader(), ResponseState(api)
    for chunk in chunks:
        for event in reader.feed(chunk):
            state.apply(event)
    for event in reader.close():
        state.apply(event)
    state.finish()
    return described(state.snapshot(), state)


def described(snapshot, state):
    """The result that the check compares, out of the snapshot that a page would show."""
    annex = snapshot["streamcell"]
    output = [item for item in snapshot["output"] if not item.get("choice_index")]
    parts = [p for i in output if i.get("type") == "message" for p in i.get("content") or [] if isinstance(p, dict)]
    images = annex.get("partial_images", {})
    usage = snapshot["usage"]
    return {
        "api": annex["api"],
        "status": snapshot["status"],
        "text": state.text,
        "refusal": state.refusal,
        "reasoning": state.reasoning,
        "tool_calls": state.tool_calls,
        "code": "".join(i.get("code") or "" for i in output if i.get("type") == "code_interpreter_call"),
        "citations": sum(len(p.get("annotations") or []) for p in parts),
        "images": sum(
            bool(i.get("result") or images.get(str(n)))
            for n, i in enumerate(output)
            if i.get("type") == "image_generation_call"
        ),
        "usage": usage and {k: first(usage.get(k), usage.get(CHAT_COUNTS.get(k))) for k in COUNTS},
        "finish_reason": annex.get("finish_reason"),
        "incomplete_reason": (snapshot["incomplete_details"] or {}).get("reason"),
        "error_code": (snapshot["error"] or {}).get("code"),
        "items": [i.get("type") for i in output],
        "unknown_events": sorted(annex["unknown_events"]),
    }


def first(value, other):
    return other if value is None else value
