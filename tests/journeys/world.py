"""What a journey can touch: the product's public doors, the mail sink and the sandbox provider. Nothing behind them."""

import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from typing import Any, TypeVar

import httpx

from models.settings import derived_ports

Answer = TypeVar("Answer")
OWNER = ("mara@atelier-nord.example", "atelier-demo")
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.25


class Lost(AssertionError):
    """The journey cannot go on; says what it waited for or what it got instead."""


class Http:
    """A client that comes again when the product is just being restarted. Every write it repeats is safe to repeat."""

    def __init__(self, base_url: str, **options: Any) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=30, **options)
        self.cookies = self._client.cookies

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._send("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._send(method, path, **options)

    def close(self) -> None:
        self._client.close()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._client.request(method, path, **options)
                if answer.status_code not in (502, 503):
                    return answer
                failure = f"{answer.status_code} {answer.text[:200]}"
            except httpx.TransportError as error:
                failure = repr(error)
            if time.monotonic() > deadline:
                raise Lost(f"{method} {path} was not answered: {failure}")
            time.sleep(PAUSE_SECONDS)


@dataclass
class World:
    """The running product, and what the journey has learned on its way."""

    port: int
    run: str
    """Makes names and addresses of this journey its own, so that it can be repeated."""
    known: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        ports = derived_ports(self.port)
        self.url = f"http://{self.host}:{self.port}"
        self.public = Http(self.url)
        self.portal = Http(self.url)
        self.mail = Http(f"http://{self.host}:{ports.mail_page}")
        self.provider = Http(f"http://{self.host}:{ports.provider}")
        self.lead = f"Nora Falk {self.run}"
        self.email = f"nora.{self.run}@falk.example"
        self._studio = Http(f"{self.url}/api/v1", headers={"Authorization": f"Bearer {self._sign_in()}"})

    def close(self) -> None:
        """Close every connection."""
        for client in (self.public, self.portal, self.mail, self.provider, self._studio):
            client.close()

    # -- the studio, over its API ---------------------------------------------------------------------------------

    def read(self, path: str, **params: Any) -> Any:
        """The JSON at a path of the API."""
        return self._json(self._studio.get(path, params=params))

    def write(self, path: str, body: Any = None, *, method: str = "POST", key: str = "") -> Any:
        """Write once: keyed, so that it can be sent again when the product dies under it."""
        headers = {"Idempotency-Key": f"{self.run}:{key or method + path}"}
        return self._json(self._studio.request(method, path, json={} if body is None else body, headers=headers))

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """The first page of a list."""
        found: list[dict[str, Any]] = self.read(path, **params)["items"]
        return found

    # -- mail ------------------------------------------------------------------------------------------------------

    def mails(self, to: str, subject: str = "") -> list[dict[str, Any]]:
        """What the sink has for an address, oldest first; subject: a part of it."""
        found = self._json(self.mail.get("/api/messages", params={"to": to, "limit": 200}))
        rows = found["messages"] if isinstance(found, dict) else found
        return [row for row in reversed(rows) if subject.lower() in row["subject"].lower()]

    def mail_to(self, to: str, subject: str) -> dict[str, Any]:
        """Wait for a mail; the whole of it."""
        row = self.until(f"a mail to {to} about “{subject}”", lambda: next(iter(self.mails(to, subject)), None))
        whole: dict[str, Any] = self._json(self.mail.get(f"/api/messages/{row['id']}"))
        return whole

    def link_in(self, mail: dict[str, Any], path: str) -> str:
        """The path of the first link in a mail that begins with `path`, such as `/p/`."""
        found = re.search(rf"https?://[^\s\"<>()]+?({re.escape(path)}[^\s\"<>()]+)", mail["text"])
        if found is None:
            raise Lost(f"no link to {path} in the mail “{mail['subject']}”")
        return found.group(1)

    # -- waiting ----------------------------------------------------------------------------------------------------

    def until(self, what: str, look: Callable[[], Answer | None]) -> Answer:
        """Look again and again until there is something; Lost with `what` when it does not come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Lost(f"waited {PATIENCE_SECONDS:.0f} s for {what}")
            time.sleep(PAUSE_SECONDS)

    @staticmethod
    def check(is_so: object, otherwise: str) -> None:
        """Lost, with these words, unless it is so."""
        if not is_so:
            raise Lost(otherwise)

    def _sign_in(self) -> str:
        """An API token, got as a person gets one: sign in, ask for it."""
        with closing(Http(self.url)) as member:
            answer = member.post("/login", data={"email": OWNER[0], "password": OWNER[1]})
            self.check(answer.status_code == 303, f"signing in as {OWNER[0]} answered {answer.status_code}")
            made = member.post("/api/v1/api_tokens", json={"name": f"Journey {self.run}", "scopes": ["*"]})
        return str(self._json(made)["secret"])

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            raise Lost(f"{answer.request.method} {answer.request.url} answered {answer.status_code}: {answer.text[:400]}")
        return answer.json() if answer.content else None


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of a page, as its form would post them."""
    found = re.findall(r'<input type="hidden" name="(\w+)"[^>]*? value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}
