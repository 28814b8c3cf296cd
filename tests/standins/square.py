"""Square on loopback: as much of its API as the gateway uses through the official SDK."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from models import clock
from models.ids import new_id
from tests.standins.serving import Faulty

SIGNATURE_KEY = "square-signature-key"
NOTIFICATION_URL = "https://pay.studio.example/webhooks/square"


class Refusal(Exception):
    def __init__(self, status: int, category: str, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.error = {"category": category, "code": code, "detail": code.replace("_", " ").capitalize()}


class SquareStandin:
    """The state, the application around it, and what the payer does on Square's own pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.links: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[str, dict[str, Any]]] = {}
        self.deliveries: list[tuple[bytes, dict[str, str]]] = []
        self.app = Faulty(_app(self))

    def pay(self, order_id: str, card: str = "good") -> None:
        """The payer fills in Square's page. card: good | declined | fails_later."""
        order = self.orders[order_id]
        assert order["state"] == "OPEN"
        payment = self.charge(order, card)
        if payment["status"] == "COMPLETED":
            order["tenders"] = [{"id": payment["id"], "payment_id": payment["id"], "type": "CARD"}]

    def charge(self, order: dict[str, Any], card: str) -> dict[str, Any]:
        declined = card == "declined"
        details: dict[str, Any] = {"card": {"card_brand": "VISA", "last_4": "1111"}}
        if declined:
            details["errors"] = [{"category": "PAYMENT_METHOD_ERROR", "code": "CARD_DECLINED"}]
        payment = {
            "id": new_id("payment"),
            "status": "FAILED" if declined else "COMPLETED",
            "amount_money": order["line_items"][0]["base_price_money"],
            "order_id": order["id"],
            "customer_id": order.get("customer_id"),
            "card_details": details,
            "created_at": clock.now().isoformat(),
        }
        if not declined:
            payment["processing_fee"] = [{"amount_money": {"amount": 49, "currency": payment["amount_money"]["currency"]}}]
        self.payments[payment["id"]] = payment
        self.cards[payment["id"]] = {"kind": card}
        self.deliver("payment.updated", {"payment": payment})
        return payment

    def deliver(self, event_type: str, thing: dict[str, Any], *, age: timedelta = timedelta()) -> None:
        name = next(iter(thing))
        body = {
            "merchant_id": "M1",
            "type": event_type,
            "event_id": new_id("evt"),
            "created_at": (clock.now() - age).isoformat(),
            "data": {"type": name, "id": thing[name]["id"], "object": json.loads(json.dumps(_clean(thing)))},
        }
        raw = json.dumps(body).encode()
        self.deliveries.append((raw, signed_headers(raw)))


def signed_headers(raw: bytes, url: str = NOTIFICATION_URL) -> dict[str, str]:
    """The header of a genuine message: HMAC over the registered address and the raw body."""
    digest = hmac.digest(SIGNATURE_KEY.encode(), url.encode() + raw, hashlib.sha256)
    return {"X-Square-HmacSha256-Signature": base64.b64encode(digest).decode()}


def _app(standin: SquareStandin) -> FastAPI:
    app = FastAPI()

    @app.exception_handler(Refusal)
    def refused(_: Request, refusal: Refusal) -> Response:
        return JSONResponse({"errors": [refusal.error]}, refusal.status)

    @app.post("/v2/{path:path}")
    async def write(path: str, request: Request) -> Response:
        body = await request.json()
        return JSONResponse(_once(standin, path, body))

    @app.get("/v2/online-checkout/payment-links/{link_id}")
    def show_link(link_id: str) -> Response:
        return JSONResponse({"payment_link": _known(standin.links, link_id)})

    @app.delete("/v2/online-checkout/payment-links/{link_id}")
    def delete_link(link_id: str) -> Response:
        link = _known(standin.links, link_id)
        del standin.links[link_id]
        order = standin.orders[link["order_id"]]
        if not order.get("tenders"):
            order["state"] = "CANCELED"
        return JSONResponse({"id": link_id})

    _add_reads(app, standin)
    return app


def _add_reads(app: FastAPI, standin: SquareStandin) -> None:
    @app.get("/v2/orders/{order_id}")
    def show_order(order_id: str) -> Response:
        return JSONResponse({"order": _known(standin.orders, order_id)})

    @app.get("/v2/payments")
    def list_payments(begin_time: str, location_id: str, limit: int, cursor: int = 0) -> Response:
        found = [payment for payment in standin.payments.values() if payment["created_at"] >= begin_time]
        page = {"payments": [_clean(payment) for payment in found[cursor : cursor + limit]]}
        return JSONResponse(page | ({"cursor": str(cursor + limit)} if len(found) > cursor + limit else {}))

    @app.get("/v2/payments/{payment_id}")
    def show_payment(payment_id: str) -> Response:
        return JSONResponse({"payment": _clean(_known(standin.payments, payment_id))})


def _once(standin: SquareStandin, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The first answer for a key seen before; a refusal when the key comes with another body."""
    key, text = body.get("idempotency_key"), json.dumps([path, body], sort_keys=True)
    assert key is None or len(key) <= 45
    if key in standin.answers:
        if standin.answers[key][0] != text:
            raise Refusal(400, "INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED")
        return standin.answers[key][1]
    answer: dict[str, Any] = json.loads(json.dumps(_clean(_WRITES[path](standin, body))))
    if key:
        standin.answers[key] = (text, answer)
    return answer


def _link(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    order = _order(standin, body)["order"]
    link_id = new_id("link")
    link = {"id": link_id, "version": 1, "order_id": order["id"], "url": f"{standin.url}/u/{link_id}"}
    standin.links[link_id] = link
    return {"payment_link": link}


def _order(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    order = {**body["order"], "id": new_id("order"), "state": "OPEN"}
    if order["line_items"][0]["base_price_money"]["currency"] not in ("EUR", "JPY", "USD"):
        raise Refusal(400, "INVALID_REQUEST_ERROR", "INVALID_VALUE")
    standin.orders[order["id"]] = order
    return {"order": order}


def _orders(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    return {"orders": [standin.orders[order_id] for order_id in body["order_ids"] if order_id in standin.orders]}


def _payment(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    card = _known(standin.cards, body["source_id"])
    order = standin.orders[body["order_id"]]
    assert body["amount_money"] == order["line_items"][0]["base_price_money"]
    payment = standin.charge(order, "declined" if card["kind"] == "fails_later" else card["kind"])
    if payment["status"] == "FAILED":
        raise Refusal(400, "PAYMENT_METHOD_ERROR", "CARD_DECLINED")
    payment["card_details"]["card"]["id"] = body["source_id"]
    return {"payment": payment}


def _card(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    card_id = new_id("ccof")
    standin.cards[card_id] = {**standin.cards[body["source_id"]], "customer_id": body["card"]["customer_id"]}
    return {"card": {"id": card_id, "customer_id": body["card"]["customer_id"], "last_4": "1111"}}


def _customer(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    return {"customer": {"id": new_id("customer"), "email_address": body["email_address"]}}


def _refund(standin: SquareStandin, body: dict[str, Any]) -> dict[str, Any]:
    payment = _known(standin.payments, body["payment_id"])
    back = payment.get("refunded_money", {}).get("amount", 0) + body["amount_money"]["amount"]
    if back > payment["amount_money"]["amount"]:
        raise Refusal(400, "REFUND_ERROR", "REFUND_AMOUNT_INVALID")
    payment["refunded_money"] = {**payment["amount_money"], "amount": back}
    refund = {
        "id": new_id("refund"),
        "status": "PENDING",
        "payment_id": payment["id"],
        "amount_money": body["amount_money"],
        "created_at": clock.now().isoformat(),
    }
    standin.deliver("refund.created", {"refund": refund})
    return {"refund": refund}


def _known(things: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    if key not in things:
        raise Refusal(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
    return things[key]


def _clean(thing: Any) -> Any:
    """Square leaves out what is not set."""
    if isinstance(thing, dict):
        return {name: _clean(value) for name, value in thing.items() if value is not None}
    return [_clean(item) for item in thing] if isinstance(thing, list) else thing


_WRITES: dict[str, Any] = {
    "online-checkout/payment-links": _link,
    "orders": _order,
    "orders/batch-retrieve": _orders,
    "payments": _payment,
    "cards": _card,
    "customers": _customer,
    "refunds": _refund,
}
