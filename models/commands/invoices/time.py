"""Billing tracked time: each entry is on one live invoice line at most, whoever invoices at the same moment."""

from collections.abc import Sequence

from sqlmodel import Session, col, update

from models.commands.invoices.drafts import draft_invoice, new_line, open_draft, refresh_figures
from models.db import workspace_id_of
from models.queries.companies import find_rounding
from models.queries.invoices import list_lines
from models.queries.time_entries import list_unbilled, time_entries_matching
from models.rules.time_entries import group_entries
from models.tables.contacts import Contact
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.time_entries import TimeEntry
from models.tables.workspaces import Workspace
from models.types.errors import Conflict, Invalid, Refused
from models.types.invoices import InvoiceOrigin, InvoiceTerms, TimeSelection
from models.types.line_items import LineItem, LineItemKind
from models.types.time_entries import EntryGrouping, GroupedLine, TimeEntryFilter, TimeRounding, WorkedTime

_NO_TERMS = InvoiceTerms()


def draft_invoice_from_time(
    session: Session,
    *,
    contact_id: str,
    selection: TimeSelection,
    group_by: EntryGrouping = EntryGrouping.TASK,
    rounding: TimeRounding | None = None,
    terms: InvoiceTerms = _NO_TERMS,
) -> Invoice:
    """A draft of the unbilled time that fits a selection, which from now on belongs to it.

    rounding: None takes the client's own. Raises Refused when there is nothing to bill, Invalid when the time was recorded
    in several currencies, Conflict when somebody else bills some of it at this moment.
    """
    entries = _locked_unbilled(session, selection)
    if not entries:
        raise Refused("There is no unbilled time here.")
    contact = session.get(Contact, contact_id)
    rounding = find_rounding(session, contact.company_id if contact else None) if rounding is None else rounding
    grouped = group_entries(entries, group_by, rounding)
    invoice = draft_invoice(
        session,
        contact_id=contact_id,
        lines=[],
        engagement_id=selection.engagement_id,
        currency=entries[0].currency,
        terms=terms,
        origin=InvoiceOrigin(project_id=selection.project_id),
    )
    _bill(session, invoice, grouped, group_by)
    return invoice


def add_time(
    session: Session,
    invoice: Invoice,
    selection: TimeSelection,
    *,
    group_by: EntryGrouping = EntryGrouping.TASK,
    rounding: TimeRounding | None = None,
) -> None:
    """Put more unbilled time on a draft. Raises as `draft_invoice_from_time`, and Invalid for time in another currency."""
    invoice = open_draft(session, invoice)
    entries = _locked_unbilled(session, selection)
    if not entries:
        raise Refused("There is no unbilled time here.")
    if entries[0].currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}; the time was recorded in {entries[0].currency}.", field="currency")
    rounding = find_rounding(session, invoice.company_id) if rounding is None else rounding
    _bill(session, invoice, group_entries(entries, group_by, rounding), group_by)


def select_unbilled(session: Session, selection: TimeSelection) -> list[WorkedTime]:
    """The unbilled time that fits a selection, the earliest first."""
    entries = list_unbilled(
        session,
        engagement_id=selection.engagement_id,
        project_id=selection.project_id,
        from_day=selection.from_day,
        to_day=selection.to_day,
        entry_ids=selection.entry_ids,
    )
    return [entry for entry in entries if selection.member_id in (None, entry.member_id)]


def time_line(line: GroupedLine, group_by: EntryGrouping, *, tax_rate_mpct: int) -> LineItem:
    """One invoice line of grouped time, priced once from its seconds."""
    return LineItem(
        kind=LineItemKind.HOURLY,
        description=_description(line, group_by),
        unit_price_minor=line.rate_minor_per_hour,
        seconds=line.seconds,
        amount_minor=line.amount_minor,
        tax_rates_mpct=(tax_rate_mpct,) if tax_rate_mpct else (),
    )


def _locked_unbilled(session: Session, selection: TimeSelection) -> list[WorkedTime]:
    """The entries, held until the transaction ends: who comes second finds what the first one left."""
    wanted = TimeEntryFilter(
        engagement_id=selection.engagement_id,
        project_id=selection.project_id,
        from_day=selection.from_day,
        to_day=selection.to_day,
        is_billable=True,
        is_running=False,
        is_billed=False,
    )
    held = time_entries_matching(wanted).order_by(col(TimeEntry.id)).with_for_update()
    session.exec(held.execution_options(populate_existing=True)).all()
    return select_unbilled(session, selection)


def _bill(session: Session, invoice: Invoice, grouped: Sequence[GroupedLine], group_by: EntryGrouping) -> None:
    workspace = session.get_one(Workspace, workspace_id_of(session))
    position = max((line.position for line in list_lines(session, invoice)), default=-1)
    for group in grouped:
        position += 1
        line = new_line(invoice, time_line(group, group_by, tax_rate_mpct=workspace.tax_rate_mpct), position)
        session.add(line)
        session.flush()
        claim_entries(session, line, group.entry_ids)
    refresh_figures(session, invoice)


def claim_entries(session: Session, line: InvoiceLineItem, entry_ids: Sequence[str]) -> None:
    """Take the entries for a line: all of them, or nothing at all."""
    free = col(TimeEntry.id).in_(entry_ids), col(TimeEntry.invoice_line_item_id).is_(None)
    claim = update(TimeEntry).where(*free).values(invoice_line_item_id=line.id, version=TimeEntry.version + 1)
    claimed = session.exec(claim.execution_options(synchronize_session="fetch"))
    if claimed.rowcount != len(entry_ids):
        raise Conflict("Some of this time has just been put on another invoice. Look again at what is left.")


def _description(line: GroupedLine, group_by: EntryGrouping) -> str:
    if line.day is None:
        return line.description
    said = f"{line.day.day} {line.day:%b %Y}"
    return f"Work on {said}" if group_by == EntryGrouping.DAY else f"{line.description}, {said}"
