"""Invoices: drafted, issued with a number, corrected only by other documents.

drafts.py and editing.py write and change drafts, time.py bills tracked time, issuing.py gives the number, sending.py notes
what was mailed, endings.py voids and writes off, credit_notes.py and deposits.py make the documents that stand against an
invoice.
"""

from models.commands.invoices.credit_notes import credit_invoice
from models.commands.invoices.deposits import issue_deposit, set_off_deposits
from models.commands.invoices.drafts import add_line, change_invoice, change_line, delete_draft, draft_invoice, remove_line
from models.commands.invoices.editing import rewrite_draft
from models.commands.invoices.endings import void_invoice, write_off
from models.commands.invoices.issuing import issue_invoice
from models.commands.invoices.sending import change_reminders, keep_document, mark_reminded, mark_sent
from models.commands.invoices.time import add_time, draft_invoice_from_time, select_unbilled, time_line

__all__ = [
    "add_line",
    "add_time",
    "change_invoice",
    "change_line",
    "change_reminders",
    "credit_invoice",
    "delete_draft",
    "draft_invoice",
    "draft_invoice_from_time",
    "issue_deposit",
    "issue_invoice",
    "keep_document",
    "mark_reminded",
    "mark_sent",
    "remove_line",
    "rewrite_draft",
    "select_unbilled",
    "set_off_deposits",
    "time_line",
    "void_invoice",
    "write_off",
]
