"""The hosted payment page. Plain forms, no script: it works in any browser, and in a test."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.sandbox.provider.cards import SHOWN
from api.sandbox.provider.errors import ApiError
from api.sandbox.provider.form import Json
from api.sandbox.provider.inspection import landing, try_card
from api.sandbox.provider.sessions import current_session
from api.sandbox.provider.store import Object, Store
from models.types.money import exponent

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
# The page asks for nothing from anywhere. No form-action: browsers would hold it against the redirect to the product.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def router(store: Store) -> APIRouter:
    routes = APIRouter(prefix="/pay")

    @routes.get("/{session_id}")
    def show(session_id: str) -> Response:
        return _page(store, session_id)

    @routes.post("/{session_id}")
    def pay(
        session_id: str,
        card: Annotated[str, Form()] = "",
        expiry: Annotated[str, Form()] = "",
        security_code: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
    ) -> Response:
        typed = {"card": card, "expiry": expiry, "security_code": security_code, "name": name}
        try:
            with store.transaction() as book:
                status, outcome = try_card(book, session_id, card, expiry)
        except ApiError:  # closed meanwhile, perhaps by this same form sent twice: the page says so
            return _page(store, session_id)
        if status == 200:
            return RedirectResponse(outcome["redirect"], 303, _HEADERS)
        return _page(store, session_id, typed=typed, problem=outcome["error"]["message"])

    return routes


def _page(store: Store, session_id: str, *, typed: dict[str, str] | None = None, problem: str | None = None) -> Response:
    try:
        with store.transaction() as book:
            session = current_session(book, session_id)
    except ApiError:
        return _html("closed.html", 404, title="There is no such payment", text="Perhaps the link was cut short.", back=None)
    if session["status"] != "open":
        return _closed(session)
    context = _context(session)
    return _html("pay.html", 402 if problem else 200, typed=typed or {}, problem=problem, cards=SHOWN, **context)


def _closed(session: Object) -> Response:
    if session["status"] == "complete":
        return _html("closed.html", 200, title="Paid, thank you", text="Nothing more is to be done here.", back=landing(session))
    text = "This payment page is closed. Nothing was charged. Ask for a new link if you still want to pay."
    return _html("closed.html", 410, title="This page has expired", text=text, back=session["cancel_url"])


def _context(session: Object) -> dict[str, Any]:
    return {
        "session": session,
        "items": [{**item, "price": _money(item["amount_total"], item["currency"])} for item in session["_items"]],
        "total": _money(session["amount_total"], session["currency"]),
        "payee": urlsplit(session["success_url"]).netloc,
        "saves_card": bool(session["_intent"].get("setup_future_usage")),
    }


def _money(amount: int, currency: str) -> str:
    """An amount for people: "EUR 1,234.50". The provider counts ISK and UGX in hundredths, as Stripe does."""
    code = currency.upper()
    decimals = 2 if code in ("ISK", "UGX") else 0 if code == "MGA" else exponent(code)
    return f"{code} {amount / 10**decimals:,.{decimals}f}"


def _html(template: str, status: int, **context: Json) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(**context), status, _HEADERS)
