"""Invoices: drafted, issued with a number, corrected only by other documents.

drafts.py writes and changes drafts, time.py bills tracked time, issuing.py gives the number, endings.py voids and writes
off, credit_notes.py and deposits.py make the documents that stand against an invoice.
"""

from models.commands.invoices.drafts import add_line, change_invoice, change_line, delete_draft, draft_invoice, remove_line
from models.commands.invoices.issuing import issue_invoice
from models.commands.invoices.time import draft_invoice_from_time

__all__ = [
    "add_line",
    "change_invoice",
    "change_line",
    "delete_draft",
    "draft_invoice",
    "draft_invoice_from_time",
    "issue_invoice",
    "remove_line",
]
