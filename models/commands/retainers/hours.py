"""Hours on a retainer's invoice: each finished period is stated once, and the work in it is billed with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.invoices.drafts import add_line
from models.commands.invoices.time import claim_entries
from models.queries.retainer_hours import first_unsettled, list_hours
from models.queries.retainers import find_period
from models.rules.dates import local_date
from models.rules.line_items import amount_for_seconds
from models.rules.retainer_schedules import period_words
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.tables.time_entries import TimeEntry
from models.types.line_items import LineItem, LineItemKind
from models.types.retainers import BillingTime, HoursLine, Period, RetainerTerms


@dataclass(frozen=True, slots=True)
class UnstatedHours:
    """The hours of one finished period, ready for its line."""

    line: HoursLine
    overage_minor: int
    rate_minor_per_hour: int

    @property
    def overage_seconds(self) -> int:
        return self.line.statement.overage_seconds


def unstated_hours(
    session: Session, retainer: Retainer, terms: RetainerTerms, billed: Sequence[Period], now: datetime
) -> list[UnstatedHours]:
    """The hours that the invoice of these periods states: in advance those before it, in arrears its own too.

    Without periods: all that are left, when the retainer ends. Periods in which nobody worked are left out.
    """
    _hold_entries(session, retainer)
    until = billed[-1].index + (terms.billing == BillingTime.ARREARS) if billed else None
    since = first_unsettled(session, retainer, terms)
    rate = terms.hours.overage_rate_minor_per_hour
    return [
        UnstatedHours(one, amount_for_seconds(one.statement.overage_seconds, rate), rate)
        for one in list_hours(session, retainer, today=local_date(now, terms.zone))
        if one.entry_ids and one.period.index >= since and (until is None or one.period.index < until)
    ]


def overage_by_period(terms: RetainerTerms, billed: Sequence[Period], hours: Sequence[UnstatedHours]) -> dict[int, int]:
    """Overtime in seconds by the period whose invoice line it counts towards: the agreed minimum takes it into account."""
    later = 1 if terms.billing == BillingTime.ADVANCE else 0
    found: dict[int, int] = {}
    for one in hours:
        index = max(one.line.period.index + later, billed[0].index)
        found[index] = found.get(index, 0) + one.overage_seconds
    return found


def state_hours(session: Session, retainer: Retainer, invoice: Invoice, hours: Sequence[UnstatedHours]) -> None:
    """Put each period's hours on the draft, and bill the work with them, so that nobody bills it again."""
    for one in hours:
        line = add_line(session, invoice, _line(retainer, one))
        row = find_period(session, retainer.id, one.line.period.index)
        line.source_id = row.id if row else None
        session.add(line)
        session.flush()
        claim_entries(session, line, one.line.entry_ids)


def _line(retainer: Retainer, hours: UnstatedHours) -> LineItem:
    statement, one = hours.line.statement, hours.line.period
    over = f", {_hours(statement.overage_seconds)} over" if statement.overage_seconds else ""
    words = f"{_hours(statement.used_seconds)} of {_hours(max(0, statement.available_seconds))} hours used{over}"
    return LineItem(
        LineItemKind.HOURLY,
        f"Hours {period_words(one.starts_on, one.ends_on)}: {words}",
        hours.rate_minor_per_hour,
        seconds=statement.overage_seconds,
        amount_minor=hours.overage_minor,
        tax_rates_mpct=tuple(retainer.tax_rates_mpct),
    )


def _hold_entries(session: Session, retainer: Retainer) -> None:
    """Hold the engagement's unbilled work until the transaction ends, so that no other invoice takes it meanwhile."""
    held = select(TimeEntry).where(
        TimeEntry.engagement_id == retainer.engagement_id, col(TimeEntry.invoice_line_item_id).is_(None)
    )
    session.exec(held.order_by(col(TimeEntry.id)).with_for_update().execution_options(populate_existing=True)).all()


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
