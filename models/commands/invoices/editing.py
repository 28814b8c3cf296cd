"""A draft as its editor gives it back: the whole of it at once."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from models.commands.invoices.drafts import free_entries, new_line, open_draft, refresh_figures
from models.queries.invoices import list_lines
from models.tables.invoices import Invoice
from models.types.invoices import DraftLine


def rewrite_draft(session: Session, invoice: Invoice, changes: dict[str, Any], lines: Sequence[DraftLine]) -> Invoice:
    """Put a draft's terms and lines as given, in that order. Lines that are missing are taken off, and their time freed.

    Raises Refused once it is issued, Invalid for lines that cannot be priced.
    """
    invoice = open_draft(session, invoice)
    for name, value in changes.items():
        setattr(invoice, name, value)
    rows = {row.id: row for row in list_lines(session, invoice)}
    kept = {line.id for line in lines}
    gone = [row for row in rows.values() if row.id not in kept]
    free_entries(session, gone)
    for lost in gone:
        session.delete(lost)
    for position, line in enumerate(lines):
        fresh = new_line(invoice, line.item, position)
        row = rows.get(line.id or "")
        if row is None:
            session.add(fresh)
            continue
        for column, value in fresh.model_dump(exclude={"id", "workspace_id", "created_at", "source_id"}).items():
            setattr(row, column, value)
        session.add(row)
    refresh_figures(session, invoice)
    return invoice
