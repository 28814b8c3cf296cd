"""Reading retainers: their terms, their periods, and the state that their schedule depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, or_, select

from models.db import workspace_id_of
from models.queries.waits import list_skipped
from models.rules.retainer_schedules import charge_index
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.invoices import Invoice
from models.tables.payments import Payment, SavedMethod
from models.tables.retainers import Retainer, RetainerPeriod
from models.types.errors import Invalid, NotFound
from models.types.retainers import Collection, OwedCharge, RetainerState, RetainerStatus, RetainerTerms, ReviewedDraft

_TERMS = TypeAdapter(RetainerTerms)
_UNDER_WAY = ("pending", "unknown")


@dataclass(frozen=True, slots=True)
class RetainerFilter:
    """Which retainers are wanted; None does not ask. text: part of its name, or of the client's."""

    status: str | None = None
    engagement_id: str | None = None
    contact_id: str | None = None
    text: str = ""


def get_retainer(session: Session, retainer_id: str) -> Retainer:
    """One retainer. Raises NotFound."""
    retainer = session.get(Retainer, retainer_id)
    if retainer is None or retainer.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such retainer.")
    return retainer


def find_retainer_from(session: Session, source: str) -> Retainer | None:
    """The retainer that a source has started, or None."""
    return session.exec(select(Retainer).where(Retainer.source == source)).one_or_none()


def retainers_matching(wanted: RetainerFilter) -> Any:
    """A select of the retainers that fit a filter, in no order."""
    statement = select(Retainer)
    for column, value in (
        (Retainer.status, wanted.status),
        (Retainer.engagement_id, wanted.engagement_id),
        (Retainer.contact_id, wanted.contact_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.text:
        texts = [col(name).icontains(wanted.text, autoescape=True) for name in (Contact.name, Company.name)]
        named = select(Contact.id).join(Company, col(Company.id) == Contact.company_id, isouter=True).where(or_(*texts))
        statement = statement.where(
            or_(col(Retainer.name).icontains(wanted.text, autoescape=True), col(Retainer.contact_id).in_(named))
        )
    return statement


def find_period(session: Session, retainer_id: str, index: int) -> RetainerPeriod | None:
    """A period that was dealt with, or None."""
    statement = select(RetainerPeriod).where(RetainerPeriod.retainer_id == retainer_id, RetainerPeriod.index == index)
    return session.exec(statement).one_or_none()


def list_periods(session: Session, retainer_id: str) -> list[RetainerPeriod]:
    """The periods that were dealt with, in order."""
    statement = select(RetainerPeriod).where(RetainerPeriod.retainer_id == retainer_id)
    return list(session.exec(statement.order_by(col(RetainerPeriod.index))).all())


def list_period_invoices(session: Session, retainer_id: str) -> dict[int, Invoice]:
    """The invoices of a retainer by the index of their period."""
    invoices = session.exec(select(Invoice).where(Invoice.retainer_id == retainer_id).order_by(col(Invoice.period_index)))
    return {one.period_index: one for one in invoices if one.period_index is not None}


def list_payments(session: Session, invoice_ids: Sequence[str]) -> dict[str, list[Payment]]:
    """The attempts to take money for some invoices, by invoice, in order."""
    found: dict[str, list[Payment]] = {invoice_id: [] for invoice_id in invoice_ids}
    statement = select(Payment).where(col(Payment.invoice_id).in_(invoice_ids)).order_by(col(Payment.attempt))
    for payment in session.exec(statement) if invoice_ids else ():
        found[payment.invoice_id].append(payment)
    return found


def terms_of(retainer: Retainer) -> RetainerTerms:
    """The agreement as the rules take it."""
    return _TERMS.validate_python(retainer.terms)


def terms_from(values: dict[str, Any]) -> RetainerTerms:
    """Terms from their JSON. Raises Invalid, naming the first field that is wrong."""
    try:
        return _TERMS.validate_python(values)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise Invalid(
            f"The terms are not complete: {first['msg']}.", field=".".join(str(part) for part in first["loc"])
        ) from None


def as_json(terms: RetainerTerms) -> dict[str, Any]:
    """Terms as the column keeps them."""
    kept: dict[str, Any] = _TERMS.dump_python(terms, mode="json")
    return kept


def find_card_of(session: Session, retainer: Retainer) -> SavedMethod | None:
    """The card that the retainer charges: the one chosen for it, else the client's newest; None when there is none."""
    statement = select(SavedMethod).where(SavedMethod.contact_id == retainer.contact_id, col(SavedMethod.removed_at).is_(None))
    methods = session.exec(statement.order_by(col(SavedMethod.id).desc())).all()
    return next((one for one in methods if one.id == retainer.saved_method_id), methods[0] if methods else None)


def retainer_state(session: Session, retainer: Retainer) -> RetainerState:
    """Everything that decides what is due next for a retainer."""
    invoices = list_period_invoices(session, retainer.id)
    charges = retainer.collect == Collection.CHARGE and find_card_of(session, retainer) is not None
    owed = [one for one in invoices.values() if one.status == "open"] if charges else []
    payments = list_payments(session, [one.id for one in owed])
    owing = [_owed(one, payments[one.id]) for one in owed]
    uncharged = {one.index for one in list_skipped(session, retainer.id, "charge")}
    unissued = {one.index for one in list_skipped(session, retainer.id, "issue")}
    return RetainerState(
        name=retainer.name,
        status=RetainerStatus(retainer.status),
        terms=terms_of(retainer),
        next_index=retainer.next_index,
        collect=Collection(retainer.collect),
        review_days=retainer.review_days,
        paused_at=retainer.paused_at,
        drafts=tuple(
            ReviewedDraft(index, one.created_at)
            for index, one in invoices.items()
            if one.status == "draft" and index not in unissued
        ),
        charges=tuple(one for one in owing if one.is_pending or charge_index(one.index, one.failures) not in uncharged),
        asked=tuple(one.index for one in list_periods(session, retainer.id) if one.status == "asked"),
    )


def card_charges(payments: Sequence[Payment]) -> list[Payment]:
    """The attempts made on a saved card: neither by hand nor on a provider's page."""
    return [one for one in payments if one.checkout_ref is None and one.provider != "manual"]


def _owed(invoice: Invoice, payments: Sequence[Payment]) -> OwedCharge:
    tries = card_charges(payments)
    failed = [one for one in tries if one.status == "failed"]
    return OwedCharge(
        index=invoice.period_index or 0,
        invoice=invoice.number or "",
        failures=len(failed),
        failed_at=failed[-1].created_at if failed else None,
        is_pending=any(one.status in _UNDER_WAY for one in tries),
    )
