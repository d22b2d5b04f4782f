"""A server that writes deltas at a steady pace, each holding the time at which it was written.

    python bench/delta_server.py PORT

It speaks the Responses API to whoever asks. The request's ``instructions`` say how: ``RATE SECONDS``. Times are Unix
milliseconds (``1732210000123.4``) in words of a known width, so that a reader of the text knows how old each delta is.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

PARAGRAPH = 25
"""So many deltas, then a new paragraph."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def event(kind: str, **fields: object) -> bytes:
    data = json.dumps({"type": f"response.{kind}", **fields}, separators=(",", ":"))
    body = f"event: response.{kind}\ndata: {data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(body), body)


def beginning() -> bytes:
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "model": "m", "output": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    return (
        event("created", sequence_number=0, response=response)
        + event("output_item.added", sequence_number=1, output_index=0, item=item)
        + event("content_part.added", sequence_number=2, output_index=0, content_index=0, item_id="msg_1", part=part)
    )


def delta(number: int) -> bytes:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    break_ = "\n\n" if number % PARAGRAPH == PARAGRAPH - 1 else " "
    text = f"{time.time() * 1000:.1f}{break_}"
    return event("output_text.delta", sequence_number=number + 3, delta=text, **place)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    asked = json.loads(await reader.readexactly(length))
    rate, seconds = map(float, asked["instructions"].split())
    writer.write(HEAD + beginning())
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(began + number / rate - time.monotonic())
        writer.write(delta(number))
    response = {"id": "resp_1", "object": "response", "status": "completed", "model": "m"}
    writer.write(event("completed", sequence_number=number + 4, response=response) + b"0\r\n\r\n")
    await writer.drain()
    writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=500)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
