"""Our server-sent-event decoder behind the contract of ``../shared/check/sse_check.py``."""

from streamcell.sse import SSEDecoder


class Decoder:
    def __init__(self):
        self._decoder = SSEDecoder()

    def feed(self, chunk):
        return [{**e._asdict(), "data": e.data.decode("utf-8", "replace")} for e in self._decoder.feed(chunk)]

    def close(self):
        self._decoder.close()
