"""Real servers on loopback for the length of a test run, and the faults any of them can be given."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@contextmanager
def served(make_app: Callable[[str], ASGIApp]) -> Iterator[str]:
    """The address of a running application. make_app is told the address first."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(make_app(url), log_level="critical", ws="none", lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.01)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def silent_server() -> Iterator[str]:
    """The address of something that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Faulty:
    """An application that can be told to fail, or to do its work and lose the reply."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fail_next = 0
        self.lose_replies = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/v1/oauth2/token":
            await self._app(scope, receive, send)
        elif self.fail_next:
            self.fail_next -= 1
            await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        elif self.lose_replies and scope["method"] != "GET":
            self.lose_replies -= 1
            await self._app(scope, receive, _nowhere)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
        else:
            await self._app(scope, receive, send)


async def _nowhere(_: Message) -> None:
    """Where the lost reply goes."""
