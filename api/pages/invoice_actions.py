"""What a member does with an invoice: issue, send, remind, void, write off, correct, throw away."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.attempts import attempt
from api.deps import Slow, Write
from api.files import file_response
from api.invoice_documents import pdf_name
from api.invoice_forms import day_list
from api.invoices import deliver_invoice, draft_pdf, give_up, invoice_pdf, remind, void
from api.pages.invoices import invoice_page
from api.payments import Till, reconcile_invoice
from api.render import member_page, redirect
from api.routing import Router
from models.commands.invoices import change_reminders, credit_invoice, delete_draft, issue_invoice
from models.queries.contacts import get_contact
from models.queries.invoices import get_invoice
from models.rules.money import parse_amount
from models.types.errors import Invalid, Refused
from models.types.principals import Door

router = Router("invoices", Door.MEMBER)


@router.get("/invoices/{invoice_id}/pdf")
def show_pdf(invoice_id: str, call: Slow) -> Response:
    """The document, shown in place; the same bytes for ever once it is issued."""
    till = Till(call)
    with till.open(writes=False) as session:
        invoice = get_invoice(session, invoice_id)
    if invoice.number is None:
        headers = {"Content-Disposition": f'inline; filename="{pdf_name(invoice)}"'}
        return Response(draft_pdf(till, invoice_id), media_type="application/pdf", headers=headers)
    return file_response(call, invoice_pdf(till, invoice_id), is_inline=True)


@router.post("/invoices/{invoice_id}/finalization")
def create_finalization(invoice_id: str, call: Write) -> Response:
    """Issue a draft. The workflow sends it within moments."""
    invoice = get_invoice(call.session, invoice_id)
    contact = get_contact(call.session, invoice.contact_id)
    issue_invoice(call.session, invoice, now=call.now)
    sent = f"It goes out to {contact.email} now." if contact.email else f"{contact.name} has no e-mail address yet."
    return redirect(call, f"/invoices/{invoice.id}", flash=f"{invoice.number} is issued. {sent}")


@router.post("/invoices/{invoice_id}/deliveries")
def create_delivery(invoice_id: str, call: Slow, index: Annotated[int, Form()] = 1) -> Response:
    """Send it, or send it once more. A double click sends one mail."""
    deliver_invoice(Till(call), invoice_id, index)
    return redirect(call, f"/invoices/{invoice_id}", flash="The mail is on its way.")


@router.post("/invoices/{invoice_id}/reminders")
def create_reminder(invoice_id: str, call: Write, index: Annotated[int, Form()] = 1) -> Response:
    """Send the next reminder now."""
    remind(call, invoice_id, index)
    return redirect(call, f"/invoices/{invoice_id}", flash="The reminder is on its way.")


@router.post("/invoices/{invoice_id}/reminder_days")
def update_reminder_days(invoice_id: str, call: Write, days: Annotated[str, Form(max_length=100)] = "") -> Response:
    """Change when the client is reminded."""
    errors = attempt(call, lambda: change_reminders(call.session, get_invoice(call.session, invoice_id), day_list(days)))
    if errors:
        page = invoice_page(call, get_invoice(call.session, invoice_id), errors)
        return member_page(call, "invoices/show.html", page, nav="invoices", status=422)
    return redirect(call, f"/invoices/{invoice_id}", flash="The reminders are changed.")


@router.post("/invoices/{invoice_id}/reconciliations")
def create_reconciliation(invoice_id: str, call: Slow) -> Response:
    """Ask the payment provider now."""
    reconcile_invoice(Till(call), invoice_id)
    return redirect(call, f"/invoices/{invoice_id}", flash="The payment provider was asked.")


@router.post("/invoices/{invoice_id}/void")
def create_void(invoice_id: str, call: Slow) -> Response:
    """Take it back."""
    number = void(Till(call), invoice_id).number
    return redirect(call, f"/invoices/{invoice_id}", flash=f"{number} is void. Its time can be billed again.")


@router.post("/invoices/{invoice_id}/write_off")
def create_write_off(invoice_id: str, call: Slow) -> Response:
    """Stop expecting the money."""
    number = give_up(Till(call), invoice_id).number
    return redirect(call, f"/invoices/{invoice_id}", flash=f"{number} is written off. Reminders have stopped.")


@router.post("/invoices/{invoice_id}/credit_notes")
def create_credit_note(
    invoice_id: str, call: Write, amount: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> Response:
    """Correct it by a credit note, over an amount or over everything that is left."""
    invoice = get_invoice(call.session, invoice_id)
    try:
        with call.session.begin_nested():
            minor = parse_amount(amount, invoice.currency).minor if amount.strip() else None
            note = credit_invoice(call.session, invoice, now=call.now, amount_minor=minor, reason=reason.strip()[:2000])
    except (Invalid, Refused) as slip:
        page = invoice_page(call, get_invoice(call.session, invoice_id), {"credit": slip.detail})
        return member_page(call, "invoices/show.html", page, nav="invoices", status=422)
    return redirect(call, f"/invoices/{note.id}", flash=f"{note.number} is issued against {invoice.number}.")


@router.post("/invoices/{invoice_id}/deletion")
def create_deletion(invoice_id: str, call: Write) -> Response:
    """Throw a draft away."""
    delete_draft(call.session, get_invoice(call.session, invoice_id))
    return redirect(call, "/invoices", flash="The draft is gone. Its time can be billed again.")
