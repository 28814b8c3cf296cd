"""The one interface of all payment providers, and what can go wrong behind it.

GatewayError
├── GatewayDeclined      the payer's bank or provider said no; this attempt is over
├── GatewayUnavailable   no clear answer: it may have happened; ask again with the same key
├── GatewayRejected      our request is wrong; sending it again cannot help
└── BadWebhook           not from the provider, too old, for another account, or unreadable
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from models.types.payments import Charge, ChargeRequest, Checkout, CheckoutRequest, Provider, ProviderEvent, Refund, RefundRequest


class GatewayError(Exception):
    """Base of the tree. code: the provider's own word. message: a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class GatewayDeclined(GatewayError):
    """The charge was tried and refused; the money did not move."""

    def __init__(self, code: str, message: str, *, charge_ref: str | None = None) -> None:
        super().__init__(code, message)
        self.charge_ref = charge_ref
        """The failed charge at the provider, when it kept one."""


class GatewayUnavailable(GatewayError):
    """The outcome is unknown: a time-out, a cut connection, a 5xx, a rate limit.

    Repeat with the same idempotency key, soon: Stripe keeps keys for a day, PayPal for six hours. Later, or when the key
    keeps answering this (Stripe plays a 500 again), look with `find_charges` before any new key.
    """


class GatewayRejected(GatewayError):
    """The provider understood and refuses the request itself: wrong key, wrong amount, unknown id, over-refund."""


class BadWebhook(GatewayError):
    """Do not believe this message. code: signature | stale | account | unreadable.

    `unreadable` alone is genuine: signed rightly, but of a shape this version does not know. Keep it and tell somebody.
    """


class PaymentGateway(Protocol):
    """One account at one provider. Synchronous; safe to share between threads; close it at the end.

    Every method may raise GatewayUnavailable and GatewayRejected. A second call with the same idempotency key
    returns the object of the first; the same key with another content is GatewayRejected.
    """

    provider: Provider
    account: str
    """Which account of ours: the second part of a provider event's identity."""

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """An open page for this amount. Raises GatewayRejected (`currency`, `amount`) before anything is sent."""
        ...

    def get_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        """The page as it is now, and the latest charge made on it. Changes nothing."""
        ...

    def complete_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        """As `get_checkout`, after taking the money where the provider leaves that step to us.

        PayPal's buyer only approves: call this when the payer returns, on `checkout.approved` and when reconciling,
        and only while the invoice still wants the money. Harmless when repeated and with the other providers.
        Raises GatewayDeclined when the approved method fails; the page stays open for another one.
        """
        ...

    def expire_checkout(self, checkout_ref: str) -> Checkout:
        """The page, closed for good; or COMPLETED when the payer was faster, which is not an error."""
        ...

    def charge_saved_card(self, request: ChargeRequest) -> Charge:
        """A charge on a saved method: SUCCEEDED or PENDING. Raises GatewayDeclined."""
        ...

    def get_charge(self, charge_ref: str) -> Charge:
        """The charge as it is now, with fee and refunded amount."""
        ...

    def find_charges(self, invoice_id: str, *, since: datetime) -> list[Charge]:
        """Every charge made for an invoice since then, oldest first: for reconciliation.

        May lag: Stripe's search by about a minute, PayPal's by up to three hours. Known checkouts are better asked
        directly with `get_checkout`.
        """
        ...

    def refund(self, request: RefundRequest) -> Refund:
        """Part or all of a charge, sent back. Raises GatewayRejected when it is more than is left."""
        ...

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event, verified on the bytes as they came in, with our metadata on payments and checkouts.

        Refunds and disputes carry none: find them by `object_ref`. Raises BadWebhook; and GatewayUnavailable, where
        PayPal or Square have to be asked and do not answer: answer 503, and it comes again.
        """
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


def header(headers: Mapping[str, str], name: str) -> str:
    """The value of a header, whatever the case of its name; empty when it is missing."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), "")
