"""streamcell as a client of the faults harness: what a user of `streamcell.stream` has afterwards."""

import json
import sys
import time

from streamcell import Stream, StreamcellError, StreamOptions

spec = json.loads(sys.argv[1])
started = time.time()
out = {"outcome": "ended", "kind": None, "message": "", "reason": None}
stream = None
try:
    options = StreamOptions(
        prompt="hi",
        model="m",
        api=spec["api"],
        base_url=spec["base_url"],
        key_env="OPENAI_API_KEY",
        headers=spec["extra_headers"],
        timeout=spec["read_timeout"],
        connect_timeout=spec["connect_timeout"],
        deadline=spec["deadline"],
        retries=spec["max_retries"],
        background=spec["background"],
        keep_events=True,
    )
    stream = Stream.request(options).start()
    if spec["cancel_after"]:
        for _ in stream.events:
            if stream.text.startswith(spec["cancel_after"]):
                stream.cancel()
                break
    stream.wait()
    error = stream.error
    reason = (stream.response.get("incomplete_details") or {}).get("reason")
    out.update(outcome=stream.status, reason=reason, warnings=sum(stream.warnings.values()))
    if error:
        out.update(message=str(error), kind=error.kind, reason=error.code)
        # A response that failed by its own word is told apart from an error that cut it off.
        said_so = any(event.type == "response.failed" for event in stream.events)
        cut_off = any(event.type == "error" for event in stream.events)
        out["outcome"] = "failed" if said_so and not cut_off else "error"
except StreamcellError as error:
    out.update(outcome="error", kind=error.kind, message=str(error))
except Exception as error:
    out.update(outcome="error", kind="raw:" + type(error).__name__, message=str(error))
text = stream.text if stream else ""
out.update(text=text, elapsed=time.time() - started)
try:
    text.encode()
    out["utf8_ok"] = True
except UnicodeEncodeError:
    out["utf8_ok"] = False
print("RESULT " + json.dumps(out))
