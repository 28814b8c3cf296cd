"""What the payment gateways are asked and what they answer, whichever provider stands behind them.

A *checkout* is a page of the provider on which a person pays; a *charge* is one movement of money. References
(`…_ref`) are the provider's own ids: opaque, kept as they came.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.money import Money


class Provider(StrEnum):
    STRIPE = "stripe"
    PAYPAL = "paypal"
    SQUARE = "square"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    """Under way: nothing is sure yet, and it may take days (bank debits)."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"
    """No answer came. Blocks the next attempt until the provider has been asked again."""


class CheckoutStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    """The person has paid, or has started a payment that takes days: see the charge."""
    EXPIRED = "expired"


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a provider told us, in one vocabulary."""

    CHECKOUT_COMPLETED = "checkout.completed"
    CHECKOUT_APPROVED = "checkout.approved"
    """PayPal only: the person agreed, and the money moves when `complete_checkout` is called."""
    CHECKOUT_EXPIRED = "checkout.expired"
    PAYMENT_PENDING = "payment.pending"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_CANCELED = "payment.canceled"
    PAYMENT_REFUNDED = "payment.refunded"
    """Carries `refund`, in whatever state it is; the same refund may be told several times."""
    PAYMENT_DISPUTED = "payment.disputed"
    OTHER = "other"
    """Genuine, and of no interest: answer 2xx and forget."""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A page on which a person pays once."""

    invoice_id: str
    amount: Money
    description: str
    """One line for the person who pays: "Invoice 2026-017 of Studio North"."""
    customer_email: str
    success_url: str
    cancel_url: str
    idempotency_key: str
    metadata: dict[str, str] = field(default_factory=dict)
    """Comes back on the charge and on every event, with `invoice_id` added. PayPal holds about 250 characters of it."""
    save_card: bool = False
    """Keep the method for later charges. Only with the payer's consent, shown before this page."""
    customer_ref: str | None = None
    """The provider's customer, when this payer has one already."""


@dataclass(frozen=True, slots=True)
class Checkout:
    provider_ref: str
    url: str | None
    """Where to send the payer; None when the page is closed."""
    status: CheckoutStatus
    expires_at: datetime | None
    """None when the provider does not say."""


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """A charge on a saved method, while the payer is away."""

    invoice_id: str
    amount: Money
    description: str
    customer_ref: str
    method_ref: str
    idempotency_key: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    provider_ref: str
    status: PaymentStatus
    amount: Money
    fee: Money | None = None
    """What the provider keeps, in the currency it settles in; None until it says."""
    failure_code: str | None = None
    """The provider's own word: card_declined, insufficient_funds, INSTRUMENT_DECLINED…"""
    customer_ref: str | None = None
    method_ref: str | None = None
    """The method saved by this charge, or used by `charge_saved_card`."""
    card_label: str | None = None
    """For people: "Visa •••• 4242"."""
    refunded_minor: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    created_at: datetime | None = None

    @property
    def fee_minor(self) -> int | None:
        """The fee in the charge's own currency; None when unknown or settled in another one."""
        return self.fee.minor if self.fee and self.fee.currency == self.amount.currency else None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    charge_ref: str
    amount: Money
    idempotency_key: str
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refund:
    provider_ref: str
    charge_ref: str
    status: RefundStatus
    amount: Money
    """What went back, positive."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A webhook that is known to be genuine. Store once per (provider, account, event_id)."""

    provider: Provider
    account: str
    event_id: str
    kind: EventKind
    object_ref: str
    """The checkout, the charge (also for refunds and disputes), or for OTHER whatever the event is about."""
    occurred_at: datetime
    charge: Charge | None = None
    refund: Refund | None = None
    metadata: dict[str, str] = field(default_factory=dict)
