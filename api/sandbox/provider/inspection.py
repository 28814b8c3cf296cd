"""What tests and curious people may ask of the provider that Stripe does not offer."""

from typing import Any

from fastapi import APIRouter, Body
from starlette.responses import JSONResponse, Response

from api.sandbox.provider.cards import read_card
from api.sandbox.provider.errors import ApiError, CardError, invalid
from api.sandbox.provider.sessions import current_session, pay_session
from api.sandbox.provider.store import Book, Object, Store, public
from api.sandbox.provider.webhooks import deliveries
from models import clock


def router(store: Store) -> APIRouter:
    routes = APIRouter(prefix="/sandbox")

    @routes.get("/charges")
    def charges(invoice_id: str | None = None) -> list[dict[str, Any]]:
        fields = {"metadata.invoice_id": invoice_id} if invoice_id else {}
        with store.transaction() as book:
            return [_summary(charge) for charge in reversed(book.find_all("charge", **fields))]

    @routes.get("/webhooks")
    def webhooks() -> list[dict[str, Any]]:
        with store.transaction() as book:
            return deliveries(book)

    @routes.post("/checkout/{session_id}/pay")
    def pay(session_id: str, card: str = Body(embed=True), expiry: str = Body("12/34", embed=True)) -> Response:
        try:
            with store.transaction() as book:
                status, body = try_card(book, session_id, card, expiry)
        except ApiError as error:
            status, body = error.status, error.body
        return JSONResponse(public(body), status)

    return routes


def try_card(book: Book, session_id: str, number: str, expiry: str) -> tuple[int, Object]:
    """Pay a session with a card: (200, the completed session) or (402, why not). Either is written down.

    Raises ApiError when the session is unknown or closed.
    """
    session = current_session(book, session_id)
    if session["status"] != "open":
        raise invalid(f"This page is closed: {session['status']}.", code=f"session_{session['status']}")
    try:
        paid = pay_session(book, session, read_card(number, expiry, today=clock.now().date()))
    except CardError as error:
        return error.status, error.body
    return 200, {**paid, "redirect": landing(paid)}


def landing(session: Object) -> str:
    """Where the payer goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _summary(charge: Object) -> dict[str, Any]:
    names = (
        "id",
        "payment_intent",
        "amount",
        "amount_refunded",
        "currency",
        "status",
        "failure_code",
        "customer",
        "metadata",
        "created",
    )
    return {name: charge[name] for name in names}
