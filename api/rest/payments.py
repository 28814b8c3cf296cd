"""Payments, refunds, saved methods, and the ledger."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.deps import Read, Slow, Write
from api.pagination import Page, Paging, page_of
from api.payments import Till, refund_payment
from api.routing import Router
from models.commands.saved_methods import remove_method
from models.queries.ledger import list_ledger_differences
from models.queries.payments import get_payment, get_saved_method, list_refunds, payments_matching
from models.tables.payments import LedgerEntry, Payment, SavedMethod
from models.types.payments import PaymentStatus

router = Router("payments")


class PaymentOut(BaseModel):
    """One attempt to move money; amounts are minor units."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    invoice_id: str
    attempt: int
    provider: str
    provider_ref: str | None
    status: PaymentStatus
    amount_minor: int
    currency: str
    fee_minor: int
    refunded_minor: int
    failure: str
    method: str
    note: str
    version: int
    succeeded_at: datetime | None
    created_at: datetime


class RefundIn(BaseModel):
    """Money to give back."""

    model_config = ConfigDict(extra="forbid")

    amount_minor: int = Field(gt=0, le=10**12, examples=[11900])
    reason: str = Field(default="", max_length=500, examples=["Two hours less than estimated"])
    credits_invoice: bool = False
    """Also make out a credit note, so that the client does not owe the amount again."""
    version: int | None = Field(default=None, examples=[3])
    """The version of the payment that the caller saw; another one is refused."""


class RefundOut(BaseModel):
    """Money given back."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    payment_id: str
    amount_minor: int
    reason: str
    status: str
    created_at: datetime


class SavedMethodOut(BaseModel):
    """A card that the provider keeps with the client's consent."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    contact_id: str
    provider: str
    label: str
    consented_at: datetime
    removed_at: datetime | None


class LedgerEntryOut(BaseModel):
    """One side of a double entry. amount_minor: debit positive, credit negative."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    posting: str
    account: str
    amount_minor: int
    currency: str
    invoice_id: str | None
    payment_id: str | None
    at: datetime


class LedgerCheckOut(BaseModel):
    """Whether the invoices say what the ledger says."""

    is_whole: bool
    invoice_ids: list[str]
    """Those that do not."""


@router.get("/payments")
def list_payments(
    call: Read, paging: Paging, status: PaymentStatus | None = None, invoice_id: str | None = None, provider: str | None = None
) -> Page[PaymentOut]:
    """Payments, newest first."""
    statement = payments_matching(status=status, invoice_id=invoice_id, provider=provider)
    return page_of(call.session, statement, Payment, paging, PaymentOut)


@router.get("/payments/{payment_id}")
def show_payment(payment_id: str, call: Read) -> PaymentOut:
    """One payment."""
    return PaymentOut.model_validate(get_payment(call.session, payment_id))


@router.get("/payments/{payment_id}/refunds")
def list_payment_refunds(payment_id: str, call: Read) -> list[RefundOut]:
    """What was given back of a payment, the earliest first."""
    payment = get_payment(call.session, payment_id)
    return [RefundOut.model_validate(refund) for refund in list_refunds(call.session, [payment.id])]


@router.post("/payments/{payment_id}/refunds", status_code=201)
def create_refund(payment_id: str, body: RefundIn, call: Slow) -> RefundOut:
    """Give a part or all of a payment back, through the provider that took it."""
    refund = refund_payment(Till(call), payment_id, **body.model_dump())
    return RefundOut.model_validate(refund)


@router.get("/saved_methods")
def list_saved_methods(call: Read, paging: Paging, contact_id: str | None = None) -> Page[SavedMethodOut]:
    """Saved cards, newest first; only those that may still be charged."""
    statement = select(SavedMethod).where(col(SavedMethod.removed_at).is_(None))
    if contact_id is not None:
        statement = statement.where(SavedMethod.contact_id == contact_id)
    return page_of(call.session, statement, SavedMethod, paging, SavedMethodOut)


@router.delete("/saved_methods/{saved_method_id}", status_code=204)
def delete_saved_method(saved_method_id: str, call: Write) -> None:
    """Never charge this card again."""
    remove_method(call.session, get_saved_method(call.session, saved_method_id), now=call.now)


@router.get("/ledger_entries")
def list_ledger_entries(call: Read, paging: Paging, invoice_id: str | None = None) -> Page[LedgerEntryOut]:
    """The double-entry book, newest first. The sides of one posting sum to zero."""
    statement = select(LedgerEntry)
    if invoice_id is not None:
        statement = statement.where(LedgerEntry.invoice_id == invoice_id)
    return page_of(call.session, statement, LedgerEntry, paging, LedgerEntryOut)


@router.get("/ledger_entries/check")
def show_ledger_check(call: Read) -> LedgerCheckOut:
    """Every issued invoice rebuilt from the ledger alone and compared with its row."""
    differences = list_ledger_differences(call.session)
    return LedgerCheckOut(is_whole=not differences, invoice_ids=[difference.invoice_id for difference in differences])
