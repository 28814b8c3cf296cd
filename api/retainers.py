"""What pages, the portal and the JSON API share about retainers: the schedule in words, charging, one period's proof."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from api.deps import Call
from api.payments import Till, charge_saved_card
from api.web.formats import money
from models.commands.payments import attempt_key
from models.queries.retainers import (
    find_card_of,
    find_period,
    get_retainer,
    list_payments,
    list_period_invoices,
    list_periods,
    retainer_state,
)
from models.rules.retainer_schedules import charged_period, retainer_schedule
from models.tables.invoices import Invoice
from models.tables.payments import LedgerEntry, Payment
from models.tables.retainers import Retainer, RetainerPeriod
from models.types.calls import Schedule
from models.types.errors import Conflict, Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to take the money of a period."""

    payment: Payment
    key: str
    """What the provider knows the try by: it never charges twice for one key."""


@dataclass(frozen=True, slots=True)
class PeriodProof:
    """All that shows how one period was billed, and that it was billed once."""

    row: RetainerPeriod
    key: str
    invoice: Invoice | None
    attempts: tuple[Attempt, ...] = ()
    postings: tuple[str, ...] = field(default=())
    """The names of its entries in the books, each of which can be there once."""


def schedule_of(call: Call, retainer: Retainer) -> Schedule:
    """What is due next for a retainer."""
    return retainer_schedule(retainer_state(call.session, retainer), now=call.now, say_money=money)


def is_due(call: Call, retainer: Retainer, action: str, index: int) -> bool:
    """Whether this is still what is due next; what its workflow asks for may have been overtaken by a person."""
    due = schedule_of(call, retainer)
    return (due.action, due.index) == (action, index)


def at_version(session: Session, retainer_id: str, version: int | None) -> Retainer:
    """The retainer, when it is still the one that the caller saw. Raises Conflict when it is not."""
    retainer = get_retainer(session, retainer_id)
    if version is not None and version != retainer.version:
        raise Conflict("Somebody else changed this at the same moment. Reload and try again.")
    return retainer


def charge_as_due(till: Till, retainer_id: str, index: int) -> None:
    """Charge the saved card by the retry calendar; nothing happens when this try is not due any more.

    Raises Unavailable while the provider does not answer or the client is paying by hand: the same call is safe to repeat.
    """
    with till.open(writes=False) as session:
        retainer = get_retainer(session, retainer_id)
        if not is_due(till.call, retainer, "charge", index) and not _is_unanswered(session, retainer, index):
            return
    try:
        charge_now(till, retainer_id, charged_period(index))
    except Refused as refused:
        raise Unavailable(refused.detail) from refused


def charge_now(till: Till, retainer_id: str, period_index: int) -> Payment | None:
    """Charge what is due for a period to the client's saved card; None when nothing is due.

    Raises Refused while the retainer is paused, without a card, and while the client is paying by hand.
    """
    with till.open(writes=False) as session:
        retainer = get_retainer(session, retainer_id)
        card = find_card_of(session, retainer)
        invoice = list_period_invoices(session, retainer.id).get(period_index)
        if retainer.status == "paused":
            raise Refused("This retainer is paused; nothing is charged.", field="status")
        if card is None:
            raise Refused("The client has saved no card.", field="saved_method_id")
        if invoice is None or invoice.status != "open":
            return None
        invoice_id, card_id = invoice.id, card.id
    return charge_saved_card(till, invoice_id, card_id)


def list_proofs(session: Session, retainer: Retainer) -> list[PeriodProof]:
    """The proof of every period that was dealt with, the newest first."""
    rows = list_periods(session, retainer.id)
    ids = [row.invoice_id for row in rows if row.invoice_id]
    found = session.exec(select(Invoice).where(col(Invoice.id).in_(ids))).all() if ids else ()
    invoices = {one.id: one for one in found}
    payments, postings = list_payments(session, ids), _postings(session, ids)
    return [_proof(retainer, row, invoices, payments, postings) for row in reversed(rows)]


def get_proof(session: Session, retainer: Retainer, index: int) -> PeriodProof:
    """The proof of one period. Raises NotFound when it was not dealt with."""
    row = find_period(session, retainer.id, index)
    proof = next((one for one in list_proofs(session, retainer) if row is not None and one.row.id == row.id), None)
    if proof is None:
        raise Refused("This period has not been billed yet.", field="index")
    return proof


def _proof(
    retainer: Retainer,
    row: RetainerPeriod,
    invoices: dict[str, Invoice],
    payments: dict[str, list[Payment]],
    postings: dict[str, list[str]],
) -> PeriodProof:
    invoice_id = row.invoice_id or ""
    return PeriodProof(
        row=row,
        key=f"retainer:{retainer.id}:{row.index}",
        invoice=invoices.get(invoice_id),
        attempts=tuple(Attempt(one, attempt_key(one)) for one in payments.get(invoice_id, ())),
        postings=tuple(postings.get(invoice_id, ())),
    )


def _postings(session: Session, invoice_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    statement = select(LedgerEntry).where(col(LedgerEntry.invoice_id).in_(invoice_ids)).order_by(col(LedgerEntry.id))
    for entry in session.exec(statement) if invoice_ids else ():
        names = found.setdefault(entry.invoice_id or "", [])
        if entry.posting not in names:
            names.append(entry.posting)
    return found


def _is_unanswered(session: Session, retainer: Retainer, index: int) -> bool:
    """Whether this very try was sent and its answer got lost: it is sent again with its own key."""
    owed = {one.index: one for one in retainer_state(session, retainer).charges}.get(charged_period(index))
    return owed is not None and owed.is_pending and retainer.status != "paused"
