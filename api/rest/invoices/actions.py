"""What is done with an invoice: issue, send, remind, void, write off, correct. The workflow calls these too."""

from datetime import datetime

from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.deps import Call, Read, Slow, Write
from api.files import file_response
from api.invoices import at_version, deliver_invoice, draft_pdf, give_up, invoice_pdf, remind, send_receipts, void
from api.payments import Till, reconcile_invoice
from api.rest.invoices.shapes import ActionIn, InvoiceOut, VersionIn, invoice_out
from api.routing import Router
from models.commands.invoices import change_reminders, credit_invoice, issue_deposit, issue_invoice
from models.queries.invoice_facts import get_invoice_facts
from models.queries.invoices import get_invoice
from models.queries.proposals import get_proposal
from models.rules.invoices import invoice_schedule
from models.tables.invoices import Invoice

router = Router("invoices")


class ScheduleOut(BaseModel):
    """What is due next; see `Schedule` in models/types/calls.py."""

    is_over: bool
    action: str
    wake_at: datetime | None
    index: int
    what: str
    whom: str
    client_what: str
    then_what: str
    ended_by: list[str]


class CreditIn(VersionIn):
    """What to credit: some lines, an amount spread over them, or, with neither, everything that is left. With tax."""

    gross_by_line: dict[str, int] | None = Field(default=None, examples=[{"ili_01k7w3y6m0": 11900}])
    amount_minor: int | None = Field(default=None, gt=0, examples=[11900])
    reason: str = Field(default="", max_length=2000, examples=["Two hours less than estimated"])


class ReminderDaysIn(VersionIn):
    """Days after the due date; negative is before it."""

    reminder_days: list[int] = Field(max_length=20, examples=[[3, 7, 14]])


class DepositOut(BaseModel):
    """The deposit invoice of a proposal; null when it asks for none."""

    invoice_id: str | None


@router.post("/invoices/{invoice_id}/finalization")
def create_finalization(invoice_id: str, body: VersionIn, call: Write) -> InvoiceOut:
    """Issue a draft: it gets its number and never changes again. The workflow then sends it."""
    return _out(call, issue_invoice(call.session, at_version(call.session, invoice_id, body.version), now=call.now))


@router.post("/invoices/{invoice_id}/void")
def create_void(invoice_id: str, body: VersionIn, call: Slow) -> InvoiceOut:
    """Take an issued invoice back; its open payment page is closed first, its time may be billed again."""
    void(Till(call), invoice_id, version=body.version)
    return _shown(call, invoice_id)


@router.post("/invoices/{invoice_id}/write_off")
def create_write_off(invoice_id: str, body: VersionIn, call: Slow) -> InvoiceOut:
    """Stop expecting the money. What comes after all is taken."""
    give_up(Till(call), invoice_id, version=body.version)
    return _shown(call, invoice_id)


@router.post("/invoices/{invoice_id}/credit_notes", status_code=201)
def create_credit_note(invoice_id: str, body: CreditIn, call: Write) -> InvoiceOut:
    """Issue a credit note against an invoice."""
    note = credit_invoice(
        call.session,
        at_version(call.session, invoice_id, body.version),
        now=call.now,
        gross_by_line=body.gross_by_line,
        amount_minor=body.amount_minor,
        reason=body.reason,
    )
    return _out(call, note)


@router.put("/invoices/{invoice_id}/reminder_days")
def update_reminder_days(invoice_id: str, body: ReminderDaysIn, call: Write) -> InvoiceOut:
    """Change when the client is reminded; an empty list stops it. Allowed after issue: reminders are no part of the document."""
    invoice = at_version(call.session, invoice_id, body.version)
    change_reminders(call.session, invoice, body.reminder_days)
    return _out(call, invoice)


@router.get("/invoices/{invoice_id}/schedule")
def show_schedule(invoice_id: str, call: Read) -> ScheduleOut:
    """What is due next for the invoice, and when."""
    invoice = get_invoice(call.session, invoice_id)
    due = invoice_schedule(get_invoice_facts(call.session, invoice, call.workspace), call.now)
    return ScheduleOut.model_validate(due, from_attributes=True)


@router.post("/invoices/{invoice_id}/deliveries", status_code=204)
def create_delivery(invoice_id: str, body: ActionIn, call: Slow) -> None:
    """Mail the invoice with its PDF and its link. The same index again does nothing."""
    deliver_invoice(Till(call), invoice_id, body.index or 1)


@router.post("/invoices/{invoice_id}/reminders", status_code=204)
def create_reminder(invoice_id: str, body: ActionIn, call: Write) -> None:
    """Mail the n-th payment reminder, unless nothing is owed any more."""
    remind(call, invoice_id, body.index or 1)


@router.post("/invoices/{invoice_id}/receipts", status_code=204)
def create_receipts(invoice_id: str, body: ActionIn, call: Write) -> None:
    """Number and mail a receipt for every payment that has none."""
    send_receipts(call, invoice_id)


@router.post("/invoices/{invoice_id}/reconciliations", status_code=204)
def create_reconciliation(invoice_id: str, body: ActionIn, call: Slow) -> None:
    """Ask the payment provider what became of the payments that are not certain."""
    reconcile_invoice(Till(call), invoice_id)


@router.get("/invoices/{invoice_id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def show_pdf(invoice_id: str, call: Slow) -> Response:
    """The document. Kept for ever once the invoice is issued."""
    till = Till(call)
    with till.open(writes=False) as session:
        is_draft = get_invoice(session, invoice_id).number is None
    if is_draft:
        return Response(draft_pdf(till, invoice_id), media_type="application/pdf")
    return file_response(call, invoice_pdf(till, invoice_id), is_inline=True)


@router.post("/proposals/{proposal_id}/deposit_invoice")
def create_deposit_invoice(proposal_id: str, body: ActionIn, call: Write) -> DepositOut:
    """Draft and issue the deposit invoice of an accepted proposal, once."""
    invoice = issue_deposit(call.session, get_proposal(call.session, proposal_id), now=call.now)
    return DepositOut(invoice_id=invoice.id if invoice else None)


def _shown(call: Call, invoice_id: str) -> InvoiceOut:
    with call.open(writes=False):
        return _out(call, get_invoice(call.session, invoice_id))


def _out(call: Call, invoice: Invoice) -> InvoiceOut:
    return invoice_out(call.session, invoice, now=call.now, zone=call.workspace.timezone)
