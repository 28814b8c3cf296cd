"""Checkout sessions: a page on which somebody pays once."""

from typing import Any

from api.sandbox.provider.cards import Card
from api.sandbox.provider.customers import attach, new_customer, new_method
from api.sandbox.provider.errors import invalid
from api.sandbox.provider.form import Params, integer, metadata, required
from api.sandbox.provider.intents import new_intent, pay_intent
from api.sandbox.provider.listing import listed
from api.sandbox.provider.store import Book, Object, timestamp

_DAY, _HALF_HOUR = 86_400, 1_800


def create_session(book: Book, params: Params) -> Object:
    if params.get("mode") != "payment":
        raise invalid("Only mode=payment is offered here.", param="mode")
    if params.get("customer") and params.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    items = [_item(item) for item in required(params, "line_items")]
    if params.get("customer"):
        book.get("customer", params["customer"])
    session = book.add(
        "cs_test",
        "checkout.session",
        mode="payment",
        status="open",
        payment_status="unpaid",
        payment_intent=None,
        amount_total=sum(item["amount_total"] for item in items),
        currency=_one_currency(items),
        success_url=required(params, "success_url"),
        expires_at=_expiry(params),
        metadata=metadata(params),
        _items=items,
        _intent=params.get("payment_intent_data") or {},
        **{name: params.get(name) for name in ("cancel_url", "customer", "customer_email", "client_reference_id")},
        customer_creation=params.get("customer_creation", "if_required"),
    )
    session["url"] = f"{book.public_url}/pay/{session['id']}"
    return book.save(session)


def get_session(book: Book, params: Params) -> Object:
    return current_session(book, params["id"])


def list_sessions(book: Book, params: Params) -> Object:
    fields = {"payment_intent": params["payment_intent"]} if params.get("payment_intent") else {}
    return listed("/v1/checkout/sessions", book.find_all("checkout.session", **fields), params)


def expire_session(book: Book, params: Params) -> Object:
    session = current_session(book, params["id"])
    if session["status"] != "open":
        raise invalid(f"Only Checkout Sessions with a status of open can be expired. It is {session['status']}.")
    return _expire(book, session)


def current_session(book: Book, session_id: str) -> Object:
    """The session, closed first when its time is over."""
    session = book.get("checkout.session", session_id)
    overdue = session["status"] == "open" and session["expires_at"] <= timestamp()
    return _expire(book, session) if overdue else session


def expire_overdue(book: Book) -> None:
    """Close every page whose time is over, so that its webhook goes out without anybody asking."""
    for session in book.find_all("checkout.session", status="open"):
        if session["expires_at"] <= timestamp():
            _expire(book, session)


def pay_session(book: Book, session: Object, card: Card) -> Object:
    """Pay an open session. Raises CardError; the session stays open for another card."""
    intent = _intent_of(book, session)
    method = new_method(book, card)
    pay_intent(book, intent, method)
    if intent["setup_future_usage"]:
        attach(book, method, intent["customer"])
    session.update(status="complete", payment_status="paid", url=None)
    book.emit("checkout.session.completed", session)
    return book.save(session)


def _intent_of(book: Book, session: Object) -> Object:
    """One intent per session, made at the first try and used again after a declined card."""
    if session["payment_intent"]:
        return book.get("payment_intent", session["payment_intent"])
    if not session["customer"] and session["customer_creation"] == "always":
        session["customer"] = new_customer(book, session["customer_email"])["id"]
    wanted = session["_intent"]
    intent = new_intent(
        book,
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        description=wanted.get("description"),
        setup_future_usage=wanted.get("setup_future_usage"),
        metadata=wanted.get("metadata") or {},
    )
    session["payment_intent"] = intent["id"]
    book.save(session)
    return intent


def _expire(book: Book, session: Object) -> Object:
    session.update(status="expired", url=None)
    book.emit("checkout.session.expired", session)
    return book.save(session)


def _item(item: Params) -> dict[str, Any]:
    price = required(item, "price_data")
    quantity = integer(item, "quantity", least=1) if "quantity" in item else 1
    product = required(price, "product_data")
    return {
        "name": required(product, "name"),
        "currency": required(price, "currency").lower(),
        "quantity": quantity,
        "amount_total": integer(price, "unit_amount", least=1) * quantity,
    }


def _one_currency(items: list[dict[str, Any]]) -> str:
    currencies = {item["currency"] for item in items}
    if len(currencies) != 1:
        raise invalid("All line items of a session must be in one currency.", param="line_items")
    return str(currencies.pop())


def _expiry(params: Params) -> int:
    if "expires_at" not in params:
        return timestamp() + _DAY
    wanted = integer(params, "expires_at")
    # A minute of grace: the caller computed it a moment ago.
    if not timestamp() + _HALF_HOUR - 60 <= wanted <= timestamp() + _DAY + 60:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", param="expires_at")
    return wanted
