"""Customers and their saved payment methods."""

from api.sandbox.provider.cards import TOKENS, Card, read_card
from api.sandbox.provider.errors import invalid
from api.sandbox.provider.form import Params, metadata, required
from api.sandbox.provider.listing import listed
from api.sandbox.provider.store import Book, Object
from models import clock


def create_customer(book: Book, params: Params) -> Object:
    customer = new_customer(book, params.get("email"), name=params.get("name"))
    customer["metadata"] = metadata(params)
    book.emit("customer.created", customer)
    return book.save(customer)


def get_customer(book: Book, params: Params) -> Object:
    return book.get("customer", params["id"])


def list_customers(book: Book, params: Params) -> Object:
    return listed("/v1/customers", book.find_all("customer", **_given(params, "email")), params)


def create_payment_method(book: Book, params: Params) -> Object:
    card = required(params, "card")
    number = TOKENS.get(f"pm_card_{str(card.get('token', '')).removeprefix('tok_')}", card.get("number", ""))
    expiry = f"{card.get('exp_month', 12)}/{card.get('exp_year', 2099)}"
    return new_method(book, read_card(number, expiry, today=clock.now().date()))


def get_payment_method(book: Book, params: Params) -> Object:
    return usable_method(book, params["id"])


def list_payment_methods(book: Book, params: Params) -> Object:
    customer = params.get("id") or required(params, "customer")
    return listed("/v1/payment_methods", book.find_all("payment_method", customer=customer), params)


def attach_payment_method(book: Book, params: Params) -> Object:
    customer = book.get("customer", required(params, "customer"))
    return attach(book, usable_method(book, params["id"]), customer["id"])


def detach_payment_method(book: Book, params: Params) -> Object:
    method = book.get("payment_method", params["id"])
    method["customer"] = None
    book.emit("payment_method.detached", method)
    return book.save(method)


def new_customer(book: Book, email: str | None, *, name: str | None = None) -> Object:
    return book.add("cus", "customer", email=email, name=name, metadata={})


def new_method(book: Book, card: Card) -> Object:
    shown = {"brand": card.brand, "last4": card.last4, "exp_month": card.exp_month, "exp_year": card.exp_year}
    hidden = {"_declined_now": card.declined_now, "_declined_later": card.declined_later}
    return book.add("pm", "payment_method", type="card", customer=None, card=shown, metadata={}, **hidden)


def usable_method(book: Book, method_id: str) -> Object:
    """A stored method, or a new one from one of Stripe's ready-made test names."""
    if method_id in TOKENS:
        return new_method(book, read_card(TOKENS[method_id], "12/99", today=clock.now().date()))
    return book.get("payment_method", method_id)


def attach(book: Book, method: Object, customer_id: str) -> Object:
    if method["customer"] not in (None, customer_id):
        raise invalid("The payment method you provided has already been attached to a customer.")
    method["customer"] = customer_id
    book.emit("payment_method.attached", method)
    return book.save(method)


def _given(params: Params, *names: str) -> Params:
    return {name: params[name] for name in names if params.get(name)}
