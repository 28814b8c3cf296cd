"""The provider as a web application: the API, the hosted page, and the ways to look inside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.sandbox.provider import customers, faults, inspection, intents, pages, refunds, sessions
from api.sandbox.provider.endpoint import Operation, endpoint
from api.sandbox.provider.store import Store
from api.sandbox.provider.webhooks import Sender

OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("POST", "/v1/customers", customers.create_customer),
    ("GET", "/v1/customers", customers.list_customers),
    ("GET", "/v1/customers/{id}", customers.get_customer),
    ("GET", "/v1/customers/{id}/payment_methods", customers.list_payment_methods),
    ("POST", "/v1/payment_methods", customers.create_payment_method),
    ("GET", "/v1/payment_methods", customers.list_payment_methods),
    ("GET", "/v1/payment_methods/{id}", customers.get_payment_method),
    ("POST", "/v1/payment_methods/{id}/attach", customers.attach_payment_method),
    ("POST", "/v1/payment_methods/{id}/detach", customers.detach_payment_method),
    ("POST", "/v1/checkout/sessions", sessions.create_session),
    ("GET", "/v1/checkout/sessions", sessions.list_sessions),
    ("GET", "/v1/checkout/sessions/{id}", sessions.get_session),
    ("POST", "/v1/checkout/sessions/{id}/expire", sessions.expire_session),
    ("GET", "/v1/payment_intents/search", intents.search_intents),
    ("POST", "/v1/payment_intents", intents.create_intent),
    ("GET", "/v1/payment_intents", intents.list_intents),
    ("GET", "/v1/payment_intents/{id}", intents.get_intent),
    ("POST", "/v1/payment_intents/{id}/confirm", intents.confirm_intent),
    ("POST", "/v1/payment_intents/{id}/cancel", intents.cancel_intent),
    ("GET", "/v1/charges", intents.list_charges),
    ("GET", "/v1/charges/{id}", intents.get_charge),
    ("GET", "/v1/balance_transactions/{id}", intents.get_balance_transaction),
    ("POST", "/v1/refunds", refunds.create_refund),
    ("GET", "/v1/refunds", refunds.list_refunds),
    ("GET", "/v1/refunds/{id}", refunds.get_refund),
)


def create_app(store: Store, *, webhook_url: str | None, webhook_secret: str) -> FastAPI:
    """The application around one store. Webhooks are sent while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sender = Sender(store, url=webhook_url, secret=webhook_secret)
        sender.start()
        yield
        sender.stop()
        store.close()

    app = FastAPI(title="Sandbox payment provider", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    # A page in a browser must not reach the faults by a name that resolves to loopback.
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", urlsplit(store.public_url).hostname or "localhost"]
    )
    for method, path, operation in OPERATIONS:
        app.add_api_route(path, endpoint(store, operation), methods=[method], include_in_schema=False)
    for module in (pages, faults, inspection):
        app.include_router(module.router(store))
    app.add_api_route("/livez", lambda: {"status": "ok"}, methods=["GET"])
    return app
