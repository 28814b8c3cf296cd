"""What a retainer hears of its invoices' money, in the transaction in which it moves or fails to."""

from sqlmodel import Session, select

from models.commands.events import record
from models.queries.retainers import retainer_state
from models.rules.retainer_schedules import is_given_up
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.types.retainers import RetainerStatus


def note_period_issued(session: Session, invoice: Invoice) -> None:
    """Tell a retainer that a period's draft was issued, perhaps by hand and early: a charge may be due now."""
    retainer = _retainer_of(session, invoice)
    if retainer is not None:
        _say(session, retainer, invoice, "retainer.period_issued")


def note_period_settled(session: Session, invoice: Invoice) -> None:
    """Tell a retainer that nothing more is expected for one of its periods: paid, voided or written off.

    It is no longer past due when no other period is owed. Nothing happens for other invoices.
    """
    retainer = _retainer_of(session, invoice)
    if retainer is None:
        return
    owed = select(Invoice.id).where(Invoice.retainer_id == retainer.id, Invoice.status == "open", Invoice.id != invoice.id)
    if retainer.status == RetainerStatus.PAST_DUE and session.exec(owed).first() is None:
        retainer.status = RetainerStatus.ACTIVE.value
        session.add(retainer)
    _say(session, retainer, invoice, "retainer.period_paid" if invoice.status == "paid" else "retainer.period_written_off")


def note_period_unpaid(session: Session, invoice: Invoice) -> None:
    """Tell a retainer that a payment for one of its periods failed; it is past due once the card was tried often enough."""
    retainer = _retainer_of(session, invoice)
    if retainer is None:
        return
    _say(session, retainer, invoice, "retainer.period_unpaid")
    given_up = any(is_given_up(owed.failures) for owed in retainer_state(session, retainer).charges)
    if retainer.status == RetainerStatus.ACTIVE and given_up:
        retainer.status = RetainerStatus.PAST_DUE.value
        session.add(retainer)
        _say(session, retainer, invoice, "retainer.past_due")


def _retainer_of(session: Session, invoice: Invoice) -> Retainer | None:
    return session.get(Retainer, invoice.retainer_id) if invoice.retainer_id else None


def _say(session: Session, retainer: Retainer, invoice: Invoice, event_type: str) -> None:
    record(
        session,
        event_type,
        retainer.id,
        engagement_id=retainer.engagement_id,
        contact_id=retainer.contact_id,
        index=invoice.period_index,
        invoice_id=invoice.id,
    )
