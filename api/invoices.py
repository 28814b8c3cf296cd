"""What goes out about an invoice: its PDF, the mail with it, reminders, receipts. Shared by pages, JSON and the workflow."""

from sqlmodel import Session

from api.deps import Call
from api.emails import queue_mail
from api.files import keep_bytes
from api.gateways.pdf import render_pdf
from api.invoice_documents import invoice_html, pdf_name
from api.links import link_url
from api.payments import Till, close_live_checkout
from api.web.formats import day, money
from models.commands.files import keep_file
from models.commands.invoices import keep_document, mark_reminded, mark_sent, void_invoice, write_off
from models.commands.ledger import lock_invoice
from models.commands.receipts import issue_receipts
from models.queries.engagements import is_archived
from models.queries.files import get_file
from models.queries.invoice_facts import invoice_label, next_reminder_index
from models.queries.invoices import get_invoice, stored_sums
from models.rules.invoices import amount_due
from models.tables.contacts import Contact
from models.tables.files import File
from models.tables.invoices import Invoice
from models.tables.payments import Payment, Receipt
from models.types.errors import Conflict, Refused
from models.types.invoices import InvoiceKind, InvoiceStatus


def deliver_invoice(till: Till, invoice_id: str, index: int) -> None:
    """Render the document once and for ever, queue the mail with it and the link, and note that it is sent.

    index: the n-th sending; one that was made before, and one of a void invoice, does nothing. When anything fails before
    the mail is queued, the invoice is not sent. Raises Refused for a draft, and for a client without an address.
    """
    with till.open(writes=False) as session:
        if not _is_to_send(get_invoice(session, invoice_id), index):
            return
    file = invoice_pdf(till, invoice_id)
    with till.open(writes=True) as session:
        invoice = lock_invoice(session, get_invoice(session, invoice_id))
        if _is_to_send(invoice, index):
            _queue(till.call, invoice, f"delivery:{index}", "delivery", _title(till.call, invoice), [file.id])
            mark_sent(session, invoice, now=till.call.now)


def invoice_pdf(till: Till, invoice_id: str) -> File:
    """The kept PDF of an issued invoice, made when it is asked for first. Raises Refused for a draft."""
    with till.open(writes=False) as session:
        invoice = get_invoice(session, invoice_id)
        if invoice.status == InvoiceStatus.DRAFT:
            raise Refused("A draft has no document yet. Issue it first.", field="status")
        if invoice.pdf_file_id is not None:
            return get_file(session, invoice.pdf_file_id)
        html, workspace_id = invoice_html(session, till.settings, invoice, till.call.workspace), invoice.workspace_id
    upload = keep_bytes(till.settings, workspace_id, pdf_name(invoice), render_pdf(html, identifier=invoice.id))
    with till.open(writes=True) as session:
        invoice = lock_invoice(session, get_invoice(session, invoice_id))
        if invoice.pdf_file_id is None:
            about = {"subject_kind": "invoice", "subject_id": invoice.id, "engagement_id": invoice.engagement_id}
            file = keep_file(session, upload, uploaded_by=till.call.actor, is_shared=True, **about)
            keep_document(session, invoice, file.id)
        return get_file(session, invoice.pdf_file_id or "")


def draft_pdf(till: Till, invoice_id: str) -> bytes:
    """What a draft would look like; kept nowhere."""
    with till.open(writes=False) as session:
        invoice = get_invoice(session, invoice_id)
        html = invoice_html(session, till.settings, invoice, till.call.workspace)
    return render_pdf(html, identifier=f"{invoice.id}:{invoice.version}")


def remind(call: Call, invoice_id: str, index: int) -> None:
    """Queue the n-th reminder, once. Nothing goes out when nothing is owed any more."""
    invoice = lock_invoice(call.session, get_invoice(call.session, invoice_id))
    if invoice.status != InvoiceStatus.OPEN or index != next_reminder_index(call.session, invoice):
        return
    if is_archived(call.session, invoice.engagement_id):
        return
    subject = f"A reminder: {invoice_label(invoice)} from {call.workspace.name}"
    _queue(call, invoice, f"reminder:{index}", "reminder", subject, [invoice.pdf_file_id] if invoice.pdf_file_id else [])
    mark_reminded(call.session, invoice, zone=call.workspace.timezone, now=call.now)


def send_receipts(call: Call, invoice_id: str) -> list[Receipt]:
    """Number a receipt for every payment that has none, and queue its mail. A second call finds nothing to do."""
    invoice = get_invoice(call.session, invoice_id)
    issued = issue_receipts(call.session, invoice)
    for receipt, payment in issued:
        _queue_receipt(call, invoice, receipt, payment)
    return [receipt for receipt, _ in issued]


def void(till: Till, invoice_id: str, *, version: int | None = None) -> Invoice:
    """Void an invoice, after the provider's open page is closed. Raises Refused when the client was faster."""
    _close_page(till, invoice_id, version)
    with till.open(writes=True) as session:
        return void_invoice(session, at_version(session, invoice_id, version), now=till.call.now)


def give_up(till: Till, invoice_id: str, *, version: int | None = None) -> Invoice:
    """Write an invoice off, after the provider's open page is closed."""
    _close_page(till, invoice_id, version)
    with till.open(writes=True) as session:
        return write_off(session, at_version(session, invoice_id, version), now=till.call.now)


def _close_page(till: Till, invoice_id: str, version: int | None) -> None:
    """A stale version is found out before the page is closed; whether it became stale meanwhile, afterwards."""
    with till.open(writes=False) as session:
        at_version(session, invoice_id, version)
    close_live_checkout(till, invoice_id)


def at_version(session: Session, invoice_id: str, version: int | None) -> Invoice:
    """The invoice, when it is still the one that the caller saw. Raises Conflict when it is not."""
    invoice = get_invoice(session, invoice_id)
    if version is not None and version != invoice.version:
        raise Conflict("Somebody else changed this at the same moment. Reload and try again.")
    return invoice


def _is_to_send(invoice: Invoice, index: int) -> bool:
    if invoice.status == InvoiceStatus.DRAFT:
        raise Refused("A draft cannot be sent. Issue it first.", field="status")
    return invoice.status != InvoiceStatus.VOID and index == invoice.sent_count + 1


def _title(call: Call, invoice: Invoice) -> str:
    label = invoice_label(invoice)
    return f"{label[0].upper()}{label[1:]} from {call.workspace.name}"


def _queue(call: Call, invoice: Invoice, key: str, template: str, subject: str, attachments: list[str]) -> None:
    contact = call.session.get_one(Contact, invoice.contact_id)
    locale = call.workspace.locale
    email = queue_mail(
        call,
        key=f"invoice:{invoice.id}:{key}",
        template=f"invoices/{template}",
        to=contact,
        subject=subject,
        context={
            "name": contact.name,
            "label": invoice_label(invoice),
            "is_credit": invoice.kind == InvoiceKind.CREDIT_NOTE,
            "total": money(abs(invoice.total_minor), invoice.currency, locale),
            "due": money(amount_due(stored_sums(invoice)), invoice.currency, locale),
            "is_open": invoice.status == InvoiceStatus.OPEN,
            "due_on": day(invoice.due_on, locale),
            "days_late": (call.now.date() - invoice.due_on).days if invoice.due_on else 0,
            "url": link_url(call, "invoice", invoice.id, contact.id),
        },
        attachments=attachments,
        engagement_id=invoice.engagement_id,
        subject_kind="invoice",
        subject_id=invoice.id,
    )
    if email is None:
        raise Refused(f"{contact.name} has no e-mail address. Add one, then send it.", field="contact_id")


def _queue_receipt(call: Call, invoice: Invoice, receipt: Receipt, payment: Payment) -> None:
    contact = call.session.get_one(Contact, invoice.contact_id)
    locale = call.workspace.locale
    queue_mail(
        call,
        key=f"receipt:{receipt.id}",
        template="invoices/receipt",
        to=contact,
        subject=f"Receipt {receipt.number} from {call.workspace.name}",
        context={
            "name": contact.name,
            "label": invoice_label(invoice),
            "number": receipt.number,
            "amount": money(payment.amount_minor, payment.currency, locale),
            "method": payment.method or payment.provider.capitalize(),
            "paid_at": payment.succeeded_at,
            "left": money(amount_due(stored_sums(invoice)), invoice.currency, locale) if invoice.status == "open" else "",
            "url": link_url(call, "invoice", invoice.id, contact.id),
        },
        engagement_id=invoice.engagement_id,
        subject_kind="invoice",
        subject_id=invoice.id,
    )
