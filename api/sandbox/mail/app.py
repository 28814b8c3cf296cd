"""The inbox page and the JSON of the mail sink. Loopback only, for development, demos and tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.gateways.mail import inbound_signature
from api.gateways.storage import serving_headers
from api.sandbox.mail.smtp import SmtpDoor
from api.sandbox.mail.store import DeliveryStore, Search

_T = TypeVar("_T")

_templates = Jinja2Templates(Path(__file__).parent / "templates")

# Whatever a mail contains, it stays in its frame: no script, no form, no request but for pictures.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: http: https:; font-src data:; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """Where replies go that are written in the sink."""

    url: str = ""
    secret: str = ""


class Faults(BaseModel):
    """What shall go wrong."""

    refuse: int | None = Field(default=None, ge=0, description="How many of the next mails are told to come back later.")
    down: float | None = Field(default=None, ge=0, le=3600, description="For how many seconds nothing listens.")


class Reply(BaseModel):
    """An answer to a mail, as its receiver would write it."""

    text: str = Field(min_length=1, max_length=100_000)
    sender: str | None = Field(default=None, description="Who answers; the first receiver of the mail when left out.")


def build_app(store: DeliveryStore, door: SmtpDoor, inbound: Inbound) -> FastAPI:
    """The web side of the sink; opens and closes the SMTP door with itself."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await door.open()
        yield
        await door.close()
        store.close()

    app = FastAPI(title="Mail sink", lifespan=lifespan)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    _add_json(app, store, inbound)
    _add_faults(app, door)
    _add_pages(app, store, bool(inbound.url))
    _add_contents(app, store)
    return app


def _add_json(app: FastAPI, store: DeliveryStore, inbound: Inbound) -> None:
    @app.get("/api/messages")
    def list_messages(search: Annotated[Search, Depends(_search)]) -> list[dict[str, Any]]:
        """Every delivery that fits, newest first; `copies` counts the deliveries with the same Message-ID."""
        return store.list_deliveries(search)

    @app.get("/api/messages/{delivery_id}")
    def get_message(delivery_id: int) -> dict[str, Any]:
        """One delivery."""
        return _found(store.find(delivery_id))

    @app.delete("/api/messages")
    def delete_messages() -> dict[str, int]:
        """Empties the sink."""
        return {"deleted": store.clear()}

    @app.post("/api/reply/{delivery_id}")
    def reply(delivery_id: int, answer: Reply) -> dict[str, Any]:
        """Sends an answer to the product as a mail server would: the raw mail, signed."""
        if not inbound.url:
            raise HTTPException(409, "Replies need an address to go to: start the sink with --inbound-url.")
        raw = _reply_mail(_found(store.find(delivery_id)), answer)
        headers = {"Content-Type": "message/rfc822", "X-Inbound-Signature": inbound_signature(raw, inbound.secret)}
        try:
            response = httpx.post(inbound.url, content=raw, headers=headers, timeout=15)
        except httpx.HTTPError as error:
            raise HTTPException(502, f"The product does not answer: {error}") from error
        return {"status": response.status_code, "answer": response.text[:2000]}


def _add_faults(app: FastAPI, door: SmtpDoor) -> None:
    @app.post("/api/faults")
    async def set_faults(faults: Faults) -> dict[str, Any]:
        """Makes the next mails fail, or takes the server away; zeros mend everything."""
        if faults.refuse is not None:
            door.refusals_left = faults.refuse
        if faults.down is not None:
            await door.be_away(faults.down)
        return _condition(door)

    @app.get("/api/health")
    def health() -> dict[str, Any]:
        """Whether the sink takes mail, and where."""
        return _condition(door)


def _add_pages(app: FastAPI, store: DeliveryStore, can_reply: bool) -> None:
    @app.get("/", response_class=HTMLResponse)
    def index(request: Request, q: str = "") -> Response:
        """The list alone."""
        return _page(request, q, None, "html")

    @app.get("/messages/{delivery_id}", response_class=HTMLResponse)
    def show(request: Request, delivery_id: int, q: str = "", view: str = "html") -> Response:
        """The list and one mail: `view` is html, phone, text or source."""
        return _page(request, q, _found(store.find(delivery_id)), view)

    def _page(request: Request, q: str, message: dict[str, Any] | None, view: str) -> Response:
        by_subject, by_receiver = store.list_deliveries(Search(subject=q)), store.list_deliveries(Search(to=q)) if q else []
        found = {one["id"]: one for one in (*by_subject, *by_receiver)}
        source = (store.find_raw(message["id"]) or b"").decode("utf-8", "replace") if message and view == "source" else ""
        context = {
            "messages": [found[number] for number in sorted(found, reverse=True)],
            "message": message,
            "view": "text" if message and view in {"html", "phone"} and not message["html"] else view,
            "source": source,
            "q": q,
            "can_reply": can_reply,
        }
        return _templates.TemplateResponse(request, "inbox.html", context)


def _add_contents(app: FastAPI, store: DeliveryStore) -> None:
    @app.get("/messages/{delivery_id}/body", response_class=HTMLResponse)
    def body(delivery_id: int) -> Response:
        """The HTML of a mail, for the frame."""
        html = _found(store.find(delivery_id))["html"] or ""
        framed = f'<!doctype html><base target="_blank">{html}'  # a tag before the doctype would mean quirks mode
        return HTMLResponse(framed, headers={"Content-Security-Policy": _MAIL_POLICY, "X-Content-Type-Options": "nosniff"})

    @app.get("/messages/{delivery_id}/attachments/{index}")
    def attachment(delivery_id: int, index: int) -> Response:
        """One attachment, as a download."""
        found = _found(store.find_attachment(delivery_id, index))
        return Response(found.content, headers=serving_headers(found.media_type, found.filename, download=True))

    @app.get("/messages/{delivery_id}/raw")
    def raw(delivery_id: int) -> Response:
        """The mail as it was delivered."""
        content = _found(store.find_raw(delivery_id))
        return Response(content, headers=serving_headers("message/rfc822", f"{delivery_id}.eml", download=True))


def _search(
    to: str = "",
    subject: str = "",
    since: Annotated[str, Query(description="An id or an ISO time; only later deliveries.")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Search:
    if not since or since.isdigit():
        return Search(to, subject, after_id=int(since) if since else None, limit=limit)
    try:
        after = datetime.fromisoformat(since.replace(" ", "+"))
    except ValueError as error:
        raise HTTPException(422, "`since` is an id or an ISO time.") from error
    return Search(to, subject, after=after if after.tzinfo else after.replace(tzinfo=UTC), limit=limit)


def _found(thing: _T | None) -> _T:
    if thing is None:
        raise HTTPException(404, "There is no such mail.")
    return thing


def _condition(door: SmtpDoor) -> dict[str, Any]:
    return {"listening": door.is_open(), "smtp_port": door.port, "refuse": door.refusals_left}


def _reply_mail(message: dict[str, Any], answer: Reply) -> bytes:
    headers = {name.lower(): value for name, value in message["headers"]}
    subject = str(message["subject"])
    mail = EmailMessage()
    mail["From"] = answer.sender or message["envelope"]["to"][0]
    mail["To"] = str(headers.get("reply-to") or headers.get("from") or message["from"])
    mail["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    mail["Message-ID"] = make_msgid(domain="sink.localhost")
    mail["In-Reply-To"] = mail["References"] = message["message_id"]
    quoted = "\n".join(f"> {line}" for line in str(message["text"]).splitlines())
    writer = message["from_name"] or message["from"]
    mail.set_content(f"{answer.text}\n\nOn {message['received_at'][:10]}, {writer} wrote:\n{quoted}\n")
    return mail.as_bytes()
