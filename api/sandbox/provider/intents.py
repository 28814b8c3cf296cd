"""Payment intents and the charges made on them."""

from api.sandbox.provider.cards import DECLINES
from api.sandbox.provider.customers import attach, usable_method
from api.sandbox.provider.errors import CardError, invalid
from api.sandbox.provider.form import Json, Params, integer, is_true, metadata, required
from api.sandbox.provider.listing import invoice_in, listed, searched
from api.sandbox.provider.store import Book, Object

_URL = "/v1/payment_intents"
_FEE_BPS, _FEE_FIXED = 290, 30


def create_intent(book: Book, params: Params) -> Object:
    customer = params.get("customer")
    if customer:
        book.get("customer", customer)
    intent = new_intent(
        book,
        integer(params, "amount", least=1),
        required(params, "currency"),
        customer=customer,
        description=params.get("description"),
        setup_future_usage=params.get("setup_future_usage"),
        metadata=metadata(params),
    )
    return _confirmed(book, intent, params) if is_true(params, "confirm") else intent


def confirm_intent(book: Book, params: Params) -> Object:
    intent = book.get("payment_intent", params["id"])
    if intent["status"] in ("succeeded", "canceled"):
        raise _wrong_state(intent, "confirm")
    return _confirmed(book, intent, params)


def cancel_intent(book: Book, params: Params) -> Object:
    intent = book.get("payment_intent", params["id"])
    if intent["status"] in ("succeeded", "canceled"):
        raise _wrong_state(intent, "cancel")
    intent["status"] = "canceled"
    book.emit("payment_intent.canceled", intent)
    return book.save(intent)


def get_intent(book: Book, params: Params) -> Object:
    return book.get("payment_intent", params["id"])


def list_intents(book: Book, params: Params) -> Object:
    fields = {"customer": params["customer"]} if params.get("customer") else {}
    since = int((params.get("created") or {}).get("gte", 0))
    return listed(_URL, [intent for intent in book.find_all("payment_intent", **fields) if intent["created"] >= since], params)


def search_intents(book: Book, params: Params) -> Object:
    invoice_id = invoice_in(required(params, "query"))
    found = book.find_all("payment_intent", **({"metadata.invoice_id": invoice_id} if invoice_id else {}))
    return searched(f"{_URL}/search", found, params)


def get_charge(book: Book, params: Params) -> Object:
    return book.get("charge", params["id"])


def list_charges(book: Book, params: Params) -> Object:
    fields = {name: params[name] for name in ("customer", "payment_intent") if params.get(name)}
    return listed("/v1/charges", book.find_all("charge", **fields), params)


def get_balance_transaction(book: Book, params: Params) -> Object:
    return book.get("balance_transaction", params["id"])


def new_intent(book: Book, amount: int, currency: str, **fields: Json) -> Object:
    """An intent that waits for a method."""
    fields = {"customer": None, "description": None, "setup_future_usage": None, "metadata": {}, **fields}
    intent = book.add(
        "pi",
        "payment_intent",
        amount=amount,
        amount_received=0,
        currency=currency.lower(),
        status="requires_payment_method",
        payment_method=None,
        payment_method_types=["card"],
        latest_charge=None,
        last_payment_error=None,
        **fields,
    )
    book.emit("payment_intent.created", intent)
    return intent


def pay_intent(book: Book, intent: Object, method: Object, *, off_session: bool = False) -> Object:
    """Try the card. Raises CardError after having written the failure down."""
    declined = method["_declined_now"] or (method["_declined_later"] if off_session else None)
    charge = _charge(book, intent, method)
    intent["latest_charge"] = charge["id"]
    if declined:
        raise _declined(book, intent, charge, declined)
    _settle(book, charge)
    intent.update(status="succeeded", amount_received=intent["amount"], payment_method=method["id"], last_payment_error=None)
    book.emit("charge.succeeded", charge)
    book.emit("payment_intent.succeeded", intent)
    return book.save(intent)


def _confirmed(book: Book, intent: Object, params: Params) -> Object:
    method = usable_method(book, required(params, "payment_method"))
    off_session = is_true(params, "off_session")
    if off_session and (not intent["customer"] or method["customer"] != intent["customer"]):
        raise invalid("The payment method is not saved for this customer.", param="payment_method")
    if intent["setup_future_usage"] and intent["customer"] and not method["customer"]:
        attach(book, method, intent["customer"])
    return pay_intent(book, intent, method, off_session=off_session)


def _charge(book: Book, intent: Object, method: Object) -> Object:
    return book.add(
        "ch",
        "charge",
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": "card", "card": method["card"]},
        balance_transaction=None,
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        refunded=False,
        captured=False,
        paid=False,
        status="failed",
        failure_code=None,
        failure_message=None,
        **{name: intent[name] for name in ("currency", "customer", "description", "metadata")},
    )


def _settle(book: Book, charge: Object) -> None:
    fee = min(charge["amount"], charge["amount"] * _FEE_BPS // 10_000 + _FEE_FIXED)
    settled = {"amount": charge["amount"], "fee": fee, "net": charge["amount"] - fee, "currency": charge["currency"]}
    transaction = book.add("txn", "balance_transaction", source=charge["id"], type="charge", **settled)
    charge.update(balance_transaction=transaction["id"], status="succeeded", paid=True, captured=True)
    charge["amount_captured"] = charge["amount"]
    book.save(charge)


def _declined(book: Book, intent: Object, charge: Object, reason: str) -> CardError:
    decline = DECLINES[reason]
    charge.update(failure_code=decline.code, failure_message=decline.message)
    error = CardError(decline.code, decline.message, decline_code=decline.decline_code)
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=dict(error.error))
    book.emit("charge.failed", book.save(charge))
    book.emit("payment_intent.payment_failed", book.save(intent))
    error.error.update(charge=charge["id"], payment_intent=dict(intent))
    return error


def _wrong_state(intent: Object, verb: str) -> Exception:
    return invalid(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
