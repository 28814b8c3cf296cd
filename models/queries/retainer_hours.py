"""The hours bucket of a retainer: which work falls into which period, and what that leaves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, or_, select

from models.queries.retainers import list_periods, terms_of
from models.rules.hours_buckets import bucket_statement, period_index_for
from models.rules.retainers import has_period, period, period_included_seconds, period_on
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.retainers import Retainer, RetainerPeriod
from models.tables.time_entries import TimeEntry
from models.types.retainers import BillingTime, HoursLine, Period, PeriodUse, RetainerTerms


def has_bucket(terms: RetainerTerms) -> bool:
    """Whether the agreement says anything about hours."""
    return bool(terms.hours.included_seconds or terms.hours.overage_rate_minor_per_hour)


def first_unsettled(session: Session, retainer: Retainer, terms: RetainerTerms) -> int:
    """The first period whose hours no invoice has stated: in advance, the last one billed; in arrears, the one after."""
    billed = [one.index for one in list_periods(session, retainer.id) if one.status in ("billed", "merged")]
    if not billed:
        return retainer.first_index
    return max(billed) + (terms.billing == BillingTime.ARREARS)


def list_hours(session: Session, retainer: Retainer, *, today: date) -> list[HoursLine]:
    """The bucket, one line for each period until today's, in order; empty when no hours were agreed.

    An entry on an invoice of the retainer counts in the period which that invoice stated. Any other counts in the period
    it was worked in, or in the first one not yet stated. Work before the first period counts in none.
    """
    terms = terms_of(retainer)
    current = _current_index(terms, today)
    if not has_bucket(terms) or current is None:
        return []
    open_index = first_unsettled(session, retainer, terms)
    worked = _worked(session, retainer, terms, open_index, current)
    rows = {one.index: one for one in list_periods(session, retainer.id)}
    periods = [period(index, terms) for index in range(retainer.first_index, current + 1)]
    uses = [
        PeriodUse(
            one.index,
            used_seconds=sum(entry.seconds for entry in worked[one.index]),
            included_seconds=_included(one, terms, rows.get(one.index)),
        )
        for one in periods
    ]
    return [
        HoursLine(one, statement, tuple(entry.id for entry in worked[one.index]), is_settled=one.index < open_index)
        for one, statement in zip(periods, bucket_statement(terms.hours, uses), strict=True)
    ]


def without_bucket_time(session: Session, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """The entries that no live retainer has in its hours; the others are paid for by the retainer's own invoices."""
    engagements = {entry.engagement_id for entry in entries} - {None}
    live = select(Retainer).where(col(Retainer.engagement_id).in_(engagements), Retainer.status != "ended")
    agreed = [(retainer, terms_of(retainer)) for retainer in session.exec(live)] if engagements else []
    buckets = [(retainer, terms) for retainer, terms in agreed if has_bucket(terms)]
    return [entry for entry in entries if not any(_falls_into(entry, *bucket) for bucket in buckets)]


def _falls_into(entry: TimeEntry, retainer: Retainer, terms: RetainerTerms) -> bool:
    """The same conditions as `_entries`, for one entry that is on no invoice."""
    wanted = terms.hours.project_ids
    return (
        entry.engagement_id == retainer.engagement_id
        and entry.is_billable
        and entry.local_day >= period(retainer.first_index, terms).starts_on
        and (wanted is None or entry.project_id is None or entry.project_id in wanted)
    )


def _included(one: Period, terms: RetainerTerms, row: RetainerPeriod | None) -> int:
    """The hours that a period brings. What was billed in advance stays as it was billed, whatever came later."""
    if row is not None and row.status == "skipped":
        return 0
    if row is None or terms.billing == BillingTime.ARREARS:
        return period_included_seconds(one, terms)
    known_then = tuple(pause for pause in terms.pauses if pause.starts_on <= row.starts_on)
    billed = replace(terms, pauses=known_then, ends_on=row.ends_on)
    return period_included_seconds(period(row.index, billed), billed)


def _worked(
    session: Session, retainer: Retainer, terms: RetainerTerms, open_index: int, current: int
) -> dict[int, list[TimeEntry]]:
    stated = _stated_lines(session, retainer)
    worked: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in _entries(session, retainer, terms, stated):
        index: int | None = stated.get(entry.invoice_line_item_id or "")
        if index is None:
            index = period_index_for(entry.local_day, terms, first_open_index=open_index)
        if index is not None:
            worked[min(index, current)].append(entry)
    return worked


def _stated_lines(session: Session, retainer: Retainer) -> dict[str, int]:
    """The lines of the retainer's invoices that state the hours of a period: line id to the period's index."""
    statement = (
        select(InvoiceLineItem.id, RetainerPeriod.index)
        .join(Invoice, col(Invoice.id) == InvoiceLineItem.invoice_id)
        .join(RetainerPeriod, col(RetainerPeriod.id) == InvoiceLineItem.source_id)
        .where(Invoice.retainer_id == retainer.id)
    )
    return {line_id: index for line_id, index in session.exec(statement)}


def _entries(session: Session, retainer: Retainer, terms: RetainerTerms, stated: Iterable[str]) -> list[TimeEntry]:
    line = col(TimeEntry.invoice_line_item_id)
    statement = select(TimeEntry).where(
        TimeEntry.engagement_id == retainer.engagement_id,
        col(TimeEntry.is_billable).is_(True),
        col(TimeEntry.stopped_at).is_not(None),
        col(TimeEntry.local_day) >= period(retainer.first_index, terms).starts_on,
        or_(line.is_(None), line.in_(list(stated))),
    )
    if terms.hours.project_ids is not None:
        project = col(TimeEntry.project_id)
        statement = statement.where(or_(project.is_(None), project.in_(terms.hours.project_ids)))
    return list(session.exec(statement.order_by(col(TimeEntry.started_at), col(TimeEntry.id))).all())


def _current_index(terms: RetainerTerms, today: date) -> int | None:
    """Today's period, or the last one; None before the first."""
    found = period_on(today, terms)
    if found is not None:
        return found.index
    if terms.ends_on is None or terms.ends_on <= terms.anchor_on or today < terms.anchor_on:
        return None
    index = 0
    while has_period(index + 1, terms):
        index += 1
    return index
