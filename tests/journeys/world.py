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
PATIENCE_SECONDS = 150.0
PAUSE_SECONDS = 0.25


class Lost(AssertionError):
    """The journey cannot go on; says what it waited for or what it got instead."""


class Http:
    """A client that comes again when the product is just being restarted. Every write it repeats is safe to repeat."""

    def __init__(
        self, base_url: str, *, patience_seconds: float = PATIENCE_SECONDS, loses_answers: bool = False, **options: Any
    ) -> None:
        self._patience_seconds = patience_seconds
        self._client = httpx.Client(base_url=base_url, timeout=30, **options)
        self._loses_answers = loses_answers

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, *, may_be_lost: bool = True, **options: Any) -> httpx.Response:
        return self.request("POST", path, may_be_lost=may_be_lost, **options)

    def request(self, method: str, path: str, *, may_be_lost: bool = True, **options: Any) -> httpx.Response:
        """The answer, however often it had to be asked for. Raises Lost when there is none for too long.

        may_be_lost: whether its first answer is lost where answers are.
        """
        answer = self._ask(method, path, lambda: False, options, is_lost=may_be_lost and self._loses_answers)
        assert answer is not None
        return answer

    def post_unless(self, is_done: Callable[[], object], path: str, **options: Any) -> httpx.Response | None:
        """Post what has no key, as people do: who got no answer looks whether it is done before doing it again.

        The answer, or None when it was found done.
        """
        return self._ask("POST", path, is_done, options, is_lost=self._loses_answers)

    def close(self) -> None:
        self._client.close()

    def _ask(
        self, method: str, path: str, is_done: Callable[[], object], options: dict[str, Any], *, is_lost: bool
    ) -> httpx.Response | None:
        deadline = time.monotonic() + self._patience_seconds
        is_lost = is_lost and method != "GET"
        while True:
            try:
                answer = self._lose(method, path, options) if is_lost else self._client.request(method, path, **options)
                if answer.status_code not in (502, 503):
                    return answer
                failure = f"{answer.status_code} {answer.text[:200]}"
            except httpx.TransportError as error:
                failure = repr(error)
                if is_done():
                    return None
            if time.monotonic() > deadline:
                raise Lost(f"{method} {path} was not answered: {failure}")
            is_lost = False
            time.sleep(PAUSE_SECONDS)

    def _lose(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        """Send, and never see the answer nor its cookies: as if the product had died between its commit and its answer."""
        kept = list(self._client.cookies.jar)
        self._client.request(method, path, **options)
        self._client.cookies.clear()
        for cookie in kept:
            self._client.cookies.jar.set_cookie(cookie)
        raise httpx.ReadError("the answer was lost on purpose")


@dataclass
class World:
    """The running product, and what the journey has learned on its way."""

    port: int
    run: str
    """Makes names and addresses of this journey its own, so that it can be repeated."""
    known: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    loses_answers: bool = False
    """Whether the first answer to every write is lost, as by a crash in the worst moment."""
    patience_seconds: float = PATIENCE_SECONDS

    def __post_init__(self) -> None:
        ports = derived_ports(self.port)
        self.url = f"http://{self.host}:{self.port}"
        as_told: dict[str, Any] = {"patience_seconds": self.patience_seconds, "loses_answers": self.loses_answers}
        self.public = Http(self.url, **as_told)
        self.portal = Http(self.url, **as_told)
        self.mail = Http(f"http://{self.host}:{ports.mail_page}")
        self.provider = Http(f"http://{self.host}:{ports.provider}")
        self.lead = f"Nora Falk {self.run}"
        self.email = f"nora.{self.run}@falk.example"
        headers = {"Authorization": f"Bearer {self._sign_in()}"}
        self._studio = Http(f"{self.url}/api/v1", headers=headers, **as_told)

    def close(self) -> None:
        """Let go of every connection."""
        for http in (self.public, self.portal, self.mail, self.provider, self._studio):
            http.close()

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

    def mail_holding(self, to: str, words: str) -> dict[str, Any]:
        """Wait for a mail whose text holds these words; the whole of it."""

        def look() -> dict[str, Any] | None:
            whole = (self._json(self.mail.get(f"/api/messages/{one['id']}")) for one in self.mails(to))
            return next((mail for mail in whole if words in mail["text"]), None)

        return self.until(f"a mail to {to} with “{words}”", look)

    def link_in(self, mail: dict[str, Any], path: str) -> str:
        """The path of the first link in a mail that begins with `path`, such as `/p/`."""
        found = re.search(rf"https?://[^\s\"<>()]+?({re.escape(path)}[^\s\"<>()]+)", mail["text"])
        if found is None:
            raise Lost(f"no link to {path} in the mail “{mail['subject']}”")
        return found.group(1)

    # -- waiting ----------------------------------------------------------------------------------------------------

    def until(self, what: str, look: Callable[[], Answer | None]) -> Answer:
        """Look again and again until there is something; Lost with `what` when it does not come."""
        deadline = time.monotonic() + self.patience_seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Lost(f"waited {self.patience_seconds:.0f} s for {what}")
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
