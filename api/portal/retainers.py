"""A client's retainers: the hours that are left, and when the next invoice comes over how much."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from api.deps import Call
from api.retainer_words import rhythm_words
from models.queries.retainer_hours import list_hours
from models.queries.retainers import RetainerFilter, find_card_of, retainers_matching, terms_of
from models.rules.dates import local_date
from models.rules.line_items import document_totals
from models.rules.retainers import can_bill, next_invoices
from models.tables.retainers import Retainer
from models.types.line_items import LineItem, LineItemKind
from models.types.retainers import Collection, HoursLine, RetainerStatus, UpcomingInvoice


@dataclass(frozen=True, slots=True)
class ClientRetainer:
    """One retainer as the client sees it; `retainers/_client.html`."""

    name: str
    rhythm: str
    is_paused: bool
    bills_on: date | None
    """When the next invoice comes; None while none is planned."""
    total_minor: int
    """What it comes to with tax, without overtime."""
    currency: str
    card: str
    """What it is charged to; empty when the invoice is sent."""
    hours: HoursLine | None
    """The present period's bucket; None when no hours were agreed."""
    ends_on: date | None


def list_client_retainers(call: Call, contact_id: str) -> list[ClientRetainer]:
    """The retainers of a client that have not ended, those begun last first."""
    statement = retainers_matching(RetainerFilter(contact_id=contact_id)).where(Retainer.status != "ended")
    rows = call.session.exec(statement.order_by(col(Retainer.id).desc()).limit(20)).all()
    return [_shown(call, retainer) for retainer in rows]


def _shown(call: Call, retainer: Retainer) -> ClientRetainer:
    terms = terms_of(retainer)
    is_running = can_bill(RetainerStatus(retainer.status))
    coming = next(iter(next_invoices(terms, 1, since_index=retainer.next_index)), None) if is_running else None
    card = find_card_of(call.session, retainer) if retainer.collect == Collection.CHARGE else None
    hours = list_hours(call.session, retainer, today=local_date(call.now, terms.zone))
    return ClientRetainer(
        name=retainer.name,
        rhythm=rhythm_words(terms),
        is_paused=not is_running,
        bills_on=coming.bills_on if coming else None,
        total_minor=_with_tax(retainer, coming) if coming else 0,
        currency=retainer.currency,
        card=(card.label or "your saved card") if card else "",
        hours=hours[-1] if hours else None,
        ends_on=terms.ends_on,
    )


def _with_tax(retainer: Retainer, coming: UpcomingInvoice) -> int:
    rates = tuple(retainer.tax_rates_mpct)
    line = LineItem(LineItemKind.RECURRING, retainer.name, coming.amount_minor, tax_rates_mpct=rates)
    return document_totals([line], currency=retainer.currency, prices_include_tax=retainer.prices_include_tax).total_minor
