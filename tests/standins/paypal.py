"""PayPal on loopback: as much of its REST API as the gateway uses, in the shapes PayPal documents."""

import base64
import hashlib
import hmac
import json
import re
import zlib
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from models import clock
from models.ids import new_id
from tests.standins.serving import Faulty

WEBHOOK_ID = "WH-1"
CERT_URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42"
_KEY = b"paypal's private key"


class Refusal(Exception):
    def __init__(self, status: int, issue: str) -> None:
        super().__init__(issue)
        self.status = status
        self.issue = issue


class PayPalStandin:
    """The state, the application around it, and what the payer does on PayPal's own pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.orders: dict[str, dict[str, Any]] = {}
        self.answers: dict[tuple[str, str], dict[str, Any]] = {}
        self.vault: dict[str, str] = {}
        self.deliveries: list[tuple[bytes, dict[str, str]]] = []
        self.app = Faulty(_app(self))

    def approve(self, order_id: str, instrument: str = "good") -> None:
        """The payer logs in and agrees. instrument: good | declined | fails_later."""
        order = self.orders[order_id]
        order.update(status="APPROVED", instrument=instrument)
        self.deliver("CHECKOUT.ORDER.APPROVED", _shown(order))

    def captures(self) -> list[dict[str, Any]]:
        return [capture for order in self.orders.values() for capture in order["purchase_units"][0]["payments"]["captures"]]

    def deliver(self, event_type: str, resource: dict[str, Any], *, age: timedelta = timedelta()) -> None:
        sent_at = _iso(clock.now() - age)
        event = {"id": new_id("WH"), "event_type": event_type, "create_time": sent_at, "resource": resource}
        body = json.dumps(event, indent=1).encode()  # spaced on purpose: only the very same bytes verify
        self.deliveries.append((body, signed_headers(body, sent_at)))


def signed_headers(body: bytes, sent_at: str) -> dict[str, str]:
    """The headers of a genuine message: a signature over id, time, webhook and the checksum of the body."""
    transmission = new_id("tx")
    return {
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        "PAYPAL-CERT-URL": CERT_URL,
        "PAYPAL-TRANSMISSION-ID": transmission,
        "PAYPAL-TRANSMISSION-TIME": sent_at,
        "PAYPAL-TRANSMISSION-SIG": _signature(transmission, sent_at, WEBHOOK_ID, body),
    }


def _signature(transmission: str, sent_at: str, webhook_id: str, body: bytes) -> str:
    text = f"{transmission}|{sent_at}|{webhook_id}|{zlib.crc32(body)}"
    return base64.b64encode(hmac.digest(_KEY, text.encode(), hashlib.sha256)).decode()


def _app(standin: PayPalStandin) -> FastAPI:
    app = FastAPI()

    @app.exception_handler(Refusal)
    def refused(_: Request, refusal: Refusal) -> Response:
        details = [{"issue": refusal.issue}]
        return JSONResponse({"name": "UNPROCESSABLE_ENTITY", "message": refusal.issue, "details": details}, refusal.status)

    @app.post("/v1/oauth2/token")
    def token(request: Request) -> Response:
        wanted = "Basic " + base64.b64encode(b"client:secret").decode()
        if request.headers["authorization"] != wanted:
            return JSONResponse({"error": "invalid_client", "error_description": "Client Authentication failed"}, 401)
        return JSONResponse({"access_token": "A21", "token_type": "Bearer", "expires_in": 32400})

    _add_orders(app, standin)
    _add_captures(app, standin)
    _add_the_rest(app, standin)
    return app


def _add_orders(app: FastAPI, standin: PayPalStandin) -> None:
    @app.post("/v2/checkout/orders")
    async def create(request: Request) -> Response:
        body = await request.json()
        return _once(standin, request, lambda: _shown(_create(standin, body)))

    @app.get("/v2/checkout/orders/{order_id}")
    def show(order_id: str) -> Response:
        return JSONResponse(_shown(_order(standin, order_id)))

    @app.patch("/v2/checkout/orders/{order_id}")
    async def change(order_id: str, request: Request) -> Response:
        order = _order(standin, order_id)
        if order["status"] == "COMPLETED":
            raise Refusal(422, "ORDER_ALREADY_COMPLETED")
        for operation in await request.json():
            assert operation["path"] == "/purchase_units/@reference_id=='default'/custom_id"
            order["purchase_units"][0]["custom_id"] = operation["value"]
        return Response(status_code=204)

    @app.post("/v2/checkout/orders/{order_id}/capture")
    def capture(order_id: str, request: Request) -> Response:
        return _once(standin, request, lambda: _shown(_capture(standin, _order(standin, order_id))))


def _add_captures(app: FastAPI, standin: PayPalStandin) -> None:
    @app.get("/v2/payments/captures/{capture_id}")
    def show_capture(capture_id: str) -> Response:
        return JSONResponse(_find_capture(standin, capture_id)[1])

    @app.post("/v2/payments/captures/{capture_id}/refund")
    async def refund(capture_id: str, request: Request) -> Response:
        body = await request.json()
        return _once(standin, request, lambda: _refund(standin, capture_id, body["amount"]))


def _add_the_rest(app: FastAPI, standin: PayPalStandin) -> None:
    @app.post("/v1/notifications/verify-webhook-signature")
    async def verify(request: Request) -> Response:
        raw = await request.body()
        claim = json.loads(raw)
        event = re.search(rb'"webhook_event": (.*)}$', raw, re.DOTALL)
        assert event
        expected = _signature(claim["transmission_id"], claim["transmission_time"], claim["webhook_id"], event[1])
        genuine = claim["webhook_id"] == WEBHOOK_ID and expected == claim["transmission_sig"]
        return JSONResponse({"verification_status": "SUCCESS" if genuine else "FAILURE"})

    @app.get("/v1/reporting/transactions")
    def transactions(start_date: datetime, end_date: datetime, page: int, page_size: int) -> Response:
        assert end_date - start_date <= timedelta(days=31)
        rows = [_row(capture) for capture in standin.captures()]
        part = [{"transaction_info": row} for row in rows][(page - 1) * page_size : page * page_size]
        return JSONResponse({"transaction_details": part, "page": page, "total_pages": -(-len(rows) // page_size) or 1})


def _once(standin: PayPalStandin, request: Request, work: Any) -> Response:
    """The first answer again for a request id seen before, whatever is asked now: so PayPal does it."""
    assert request.headers["authorization"] == "Bearer A21"
    key = (request.url.path, request.headers["paypal-request-id"])
    if key not in standin.answers:
        standin.answers[key] = json.loads(json.dumps(work()))
        return JSONResponse(standin.answers[key], 201)
    return JSONResponse(standin.answers[key], 200)


def _create(standin: PayPalStandin, body: dict[str, Any]) -> dict[str, Any]:
    unit = {**body["purchase_units"][0], "payee": {"merchant_id": "M1"}, "payments": {"captures": [], "refunds": []}}
    _check_decimals(unit["amount"])
    wallet = body["payment_source"]["paypal"]
    order = {
        "id": new_id("order"),
        "status": "PAYER_ACTION_REQUIRED",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"email_address": "payer@example.com"}},
        "wallet": wallet,
        "instrument": standin.vault.get(wallet.get("vault_id", ""), "good"),
    }
    order["links"] = [{"rel": "payer-action", "href": f"{standin.url}/checkoutnow?token={order['id']}"}]
    standin.orders[order["id"]] = order
    if "vault_id" in wallet:
        if wallet["vault_id"] not in standin.vault:
            raise Refusal(422, "RESOURCE_NOT_FOUND")
        order["instrument"] = "declined" if order["instrument"] == "fails_later" else order["instrument"]
        order["status"] = "APPROVED"
        _capture(standin, order)
    return order


def _check_decimals(amount: dict[str, str]) -> None:
    decimals = 0 if amount["currency_code"] in ("JPY", "HUF", "TWD") else 2
    if not re.fullmatch(r"\d+" + (rf"\.\d{{{decimals}}}" if decimals else ""), amount["value"]):
        raise Refusal(422, "DECIMAL_PRECISION")
    if amount["currency_code"] == "KWD":
        raise Refusal(422, "CURRENCY_NOT_SUPPORTED")


def _capture(standin: PayPalStandin, order: dict[str, Any]) -> dict[str, Any]:
    unit = order["purchase_units"][0]
    if order["status"] == "COMPLETED":
        raise Refusal(422, "ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise Refusal(422, "ORDER_NOT_APPROVED")
    if order["instrument"] == "declined":
        raise Refusal(422, "INSTRUMENT_DECLINED")
    code = unit["amount"]["currency_code"]
    capture = {
        "id": new_id("capture"),
        "status": "COMPLETED",
        "amount": unit["amount"],
        "custom_id": unit["custom_id"],
        "create_time": _iso(clock.now()),
        "seller_receivable_breakdown": {"paypal_fee": {"currency_code": code, "value": "1" if code == "JPY" else "0.49"}},
        "supplementary_data": {"related_ids": {"order_id": order["id"]}},
    }
    unit["payments"]["captures"].append(capture)
    order["status"] = "COMPLETED"
    if "vault" in order["wallet"].get("attributes", {}):
        token = new_id("vault")
        standin.vault[token] = order["instrument"]
        order["payment_source"]["paypal"]["attributes"] = {"vault": {"id": token, "customer": {"id": new_id("customer")}}}
    standin.deliver("PAYMENT.CAPTURE.COMPLETED", capture)
    return order


def _refund(standin: PayPalStandin, capture_id: str, amount: dict[str, str]) -> dict[str, Any]:
    order, capture = _find_capture(standin, capture_id)
    refunds = order["purchase_units"][0]["payments"]["refunds"]
    back = sum(float(refund["amount"]["value"]) for refund in refunds) + float(amount["value"])
    if back > float(capture["amount"]["value"]) + 1e-9:
        raise Refusal(422, "REFUND_AMOUNT_EXCEEDED")
    whole = abs(back - float(capture["amount"]["value"])) < 1e-9
    capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
    up = {"rel": "up", "href": f"{standin.url}/v2/payments/captures/{capture_id}"}
    refund = {"id": new_id("refund"), "status": "COMPLETED", "amount": amount, "links": [up]}
    refunds.append(refund)
    standin.deliver("PAYMENT.CAPTURE.REFUNDED", refund)
    return refund


def _order(standin: PayPalStandin, order_id: str) -> dict[str, Any]:
    if order_id not in standin.orders:
        raise Refusal(404, "INVALID_RESOURCE_ID")
    return standin.orders[order_id]


def _find_capture(standin: PayPalStandin, capture_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for order in standin.orders.values():
        for capture in order["purchase_units"][0]["payments"]["captures"]:
            if capture["id"] == capture_id:
                return order, capture
    raise Refusal(404, "INVALID_RESOURCE_ID")


def _row(capture: dict[str, Any]) -> dict[str, Any]:
    return {"transaction_id": capture["id"], "transaction_event_code": "T0006", "custom_field": capture["custom_id"]}


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in order.items() if name not in ("wallet", "instrument")}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
