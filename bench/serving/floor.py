"""The floor: a bare ASGI application that reads the body and sends bytes that are there already.

For uvicorn; ANSWER names the file of an answer of the service.
"""

import os
from pathlib import Path
from typing import Final

from starlette.types import Message, Receive, Scope, Send

BODY: Final = Path(os.environ["ANSWER"]).read_bytes()
HEAD: Final[Message] = {
    "type": "http.response.start",
    "status": 201,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        for done in ("lifespan.startup.complete", "lifespan.shutdown.complete"):
            await receive()
            await send({"type": done})
        return
    while (await receive()).get("more_body"):
        pass
    await send(HEAD)
    await send({"type": "http.response.body", "body": BODY})
