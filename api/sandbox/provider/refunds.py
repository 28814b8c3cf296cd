"""Refunds: any number of parts, never more than was paid."""

from api.sandbox.provider.errors import invalid
from api.sandbox.provider.form import Params, integer, metadata
from api.sandbox.provider.listing import listed
from api.sandbox.provider.store import Book, Object


def create_refund(book: Book, params: Params) -> Object:
    charge = _charge_of(book, params)
    left = charge["amount"] - charge["amount_refunded"]
    if not charge["paid"] or not left:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = integer(params, "amount", least=1) if "amount" in params else left
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise invalid(message, code="amount_too_large", param="amount")
    refund = book.add(
        "re",
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
        metadata=metadata(params),
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    book.emit("refund.created", refund)
    book.emit("charge.refunded", book.save(charge))
    return refund


def get_refund(book: Book, params: Params) -> Object:
    return book.get("refund", params["id"])


def list_refunds(book: Book, params: Params) -> Object:
    fields = {name: params[name] for name in ("charge", "payment_intent") if params.get(name)}
    return listed("/v1/refunds", book.find_all("refund", **fields), params)


def _charge_of(book: Book, params: Params) -> Object:
    if params.get("charge"):
        return book.get("charge", params["charge"])
    if not params.get("payment_intent"):
        raise invalid("One of the following params should be provided: payment_intent or charge.")
    intent = book.get("payment_intent", params["payment_intent"])
    if intent["status"] != "succeeded":
        raise invalid("This PaymentIntent does not have a successful charge to refund.")
    return book.get("charge", intent["latest_charge"])
