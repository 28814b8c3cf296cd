"""The editor of a draft, with its live preview."""

from dataclasses import dataclass

from fastapi.responses import Response

from api.attempts import attempt
from api.deps import Call, Read, Write
from api.files import Posted
from api.invoice_documents import InvoiceDocument, invoice_document
from api.invoice_forms import DraftForm, DraftRead, form_of, read_draft
from api.render import fragment, member_page, redirect
from api.routing import Router
from models.commands.invoices import (
    rewrite_draft,
    set_off_deposits,
)
from models.commands.invoices.drafts import new_line
from models.queries.contacts import get_contact
from models.queries.invoices import get_invoice, list_lines
from models.tables.invoices import Invoice
from models.types.errors import Invalid
from models.types.invoices import InvoiceStatus
from models.types.principals import Door

router = Router("invoices", Door.MEMBER)


@dataclass
class EditInvoicePage:
    """`invoices/edit.html`."""

    invoice: Invoice
    client: str
    form: DraftForm
    document: InvoiceDocument | None
    errors: dict[str, str]
    focus: int


@router.get("/invoices/{invoice_id}/edit")
def edit(invoice_id: str, call: Read, focus: int = -1) -> Response:
    """The editor of a draft. focus: the line to begin at."""
    invoice = get_invoice(call.session, invoice_id)
    if invoice.status != InvoiceStatus.DRAFT:
        return redirect(call, f"/invoices/{invoice.id}", flash="An issued invoice never changes.", kind="info")
    form = form_of(invoice, list_lines(call.session, invoice), default_tax_mpct=call.workspace.tax_rate_mpct)
    return _editor(call, invoice, form, {}, focus=focus)


@router.post("/invoices/{invoice_id}/preview")
def show_preview(invoice_id: str, call: Read, posted: Posted) -> Response:
    """What the draft would look like as it is typed; nothing is saved."""
    invoice = get_invoice(call.session, invoice_id)
    read = read_draft(posted, invoice, list_lines(call.session, invoice))
    document, errors = _typed_document(call, invoice, read)
    return fragment(call, "invoices/_preview.html", EditInvoicePage(invoice, "", read.form, document, errors, -1))


@router.post("/invoices/{invoice_id}")
def update(invoice_id: str, call: Write, posted: Posted) -> Response:
    """Save the draft; then stay in the editor, or go and look at it."""
    invoice = get_invoice(call.session, invoice_id)
    read = read_draft(posted, invoice, list_lines(call.session, invoice))
    errors = read.form.errors or attempt(call, lambda: rewrite_draft(call.session, invoice, read.changes, read.lines))
    if errors:
        return _editor(call, get_invoice(call.session, invoice_id), read.form, errors, status=422)
    then = posted.value("then")
    if then == "add" or posted.value("remove"):
        focus = f"?focus={len(read.lines)}" if then == "add" else ""
        return redirect(call, f"/invoices/{invoice.id}/edit{focus}")
    if then == "deposits":
        added = set_off_deposits(call.session, invoice)
        said = "The paid deposit is set off." if added else "There is no paid deposit to set off."
        return redirect(call, f"/invoices/{invoice.id}/edit", flash=said, kind="success" if added else "info")
    return redirect(call, f"/invoices/{invoice.id}", flash="Saved.")


def _editor(
    call: Call, invoice: Invoice, form: DraftForm, errors: dict[str, str], *, status: int = 200, focus: int = -1
) -> Response:
    try:
        document = invoice_document(call.session, invoice, call.workspace)
    except Invalid:
        document = None
    client = get_contact(call.session, invoice.contact_id).name
    page = EditInvoicePage(invoice, client, form, document, errors, focus)
    return member_page(call, "invoices/edit.html", page, nav="invoices", status=status)


def _typed_document(call: Call, invoice: Invoice, read: DraftRead) -> tuple[InvoiceDocument | None, dict[str, str]]:
    """The document of what is typed, made of rows that belong to no session."""
    typed = Invoice(**{**invoice.model_dump(), **read.changes})
    rows = [new_line(typed, line.item, position) for position, line in enumerate(read.lines)]
    try:
        return invoice_document(call.session, typed, call.workspace, rows), read.form.errors
    except Invalid as slip:
        return None, {**read.form.errors, "": slip.detail}
