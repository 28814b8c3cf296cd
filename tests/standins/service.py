"""A service on loopback that automations call: it remembers what it was asked and answers as it is told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. headers: names in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """What the service answers, and what it was asked."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"ok": true}'
    media_type: str = "application/json"
    echoes: bool = False
    """Answers with the headers, the path and the body it got, as debugging services do."""
    mood: Callable[[Asked, int], int] | None = None
    """The status for a request that came so many times before with the same Idempotency-Key; instead of `status`."""
    asked: list[Asked] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    """Idempotency-Key to the number of what it made: a repeat makes nothing."""


@contextmanager
def served_service(**told: Any) -> Iterator[Service]:
    """A service under a free port, until the block ends."""
    service = Service(**told)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@lru_cache(maxsize=1)
def lasting_service() -> Service:
    """One service for all tests of a process that only want to be answered."""
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    return service


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked, key = Asked(self.command, self.path, headers, body), headers.get("idempotency-key")
            before = sum(one.headers.get("idempotency-key") == key for one in service.asked) if key else 0
            service.asked.append(asked)
            if key:
                service.made.setdefault(key, len(service.made) + 1)
            said = service.body
            if service.echoes:
                said = json.dumps({"headers": headers, "path": self.path, "body": body.decode()}).encode()
            self.send_response(service.mood(asked, before) if service.mood else service.status)
            for name, value in {"Content-Type": service.media_type, **service.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    return Handler
