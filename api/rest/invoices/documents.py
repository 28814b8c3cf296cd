"""Invoices and their lines. Only drafts change; what is issued is corrected by other documents."""

from typing import Annotated

from fastapi import Query

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.invoices import at_version
from api.pagination import Page, Paging, page_of
from api.rest.invoices.shapes import (
    InvoiceChange,
    InvoiceIn,
    InvoiceOut,
    InvoiceSummaryOut,
    LineChange,
    LineIn,
    TimeIn,
    TimeInvoiceIn,
    VersionIn,
    invoice_out,
)
from api.routing import Router
from models.commands.invoices import (
    add_line,
    add_time,
    change_invoice,
    change_line,
    delete_draft,
    draft_invoice,
    draft_invoice_from_time,
    remove_line,
    set_off_deposits,
)
from models.queries.engagements import get_engagement
from models.queries.invoices import get_invoice, get_line, invoices_matching
from models.rules.dates import local_date
from models.tables.invoices import Invoice
from models.types.errors import Invalid
from models.types.invoices import InvoiceFilter, InvoiceKind, InvoiceOrigin, InvoiceStatus

router = Router("invoices")


@router.get("/invoices")
def list_invoices(
    call: Read,
    paging: Paging,
    status: InvoiceStatus | None = None,
    kind: InvoiceKind | None = None,
    engagement_id: str | None = None,
    contact_id: str | None = None,
    project_id: str | None = None,
    retainer_id: str | None = None,
    is_overdue: bool = False,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Page[InvoiceSummaryOut]:
    """Invoices and credit notes, newest first. q: part of a number or of the client's name."""
    today = local_date(call.now, call.workspace.timezone)
    wanted = InvoiceFilter(
        status=status,
        kind=kind,
        engagement_id=engagement_id,
        contact_id=contact_id,
        project_id=project_id,
        retainer_id=retainer_id,
        overdue_on=today if is_overdue else None,
        text=q.strip(),
    )
    return page_of(call.session, invoices_matching(wanted), Invoice, paging, InvoiceSummaryOut)


@router.post("/invoices", status_code=201)
def create_invoice(body: InvoiceIn, call: Write) -> InvoiceOut:
    """Draft an invoice. It gets its number when it is issued."""
    invoice = draft_invoice(
        call.session,
        contact_id=body.contact_id,
        lines=[line.as_item(call.workspace.tax_rate_mpct) for line in body.line_items],
        engagement_id=body.engagement_id,
        currency=body.currency,
        terms=body.terms,
        origin=InvoiceOrigin(project_id=body.project_id),
    )
    return _out(call, invoice)


@router.post("/invoices/from_time", status_code=201)
def create_from_time(body: TimeInvoiceIn, call: Write) -> InvoiceOut:
    """Draft an invoice of unbilled time, which from then on belongs to it: two who do so at once never bill an hour twice."""
    contact_id = body.contact_id
    if contact_id is None:
        if body.engagement_id is None:
            raise Invalid("Say whose time it is: name the engagement or the contact.", field="engagement_id")
        contact_id = get_engagement(call.session, body.engagement_id).contact_id
    invoice = draft_invoice_from_time(
        call.session,
        contact_id=contact_id,
        selection=body.selection(body.engagement_id),
        group_by=body.group_by,
        rounding=body.time_rounding,
    )
    return _out(call, invoice)


@router.get("/invoices/{invoice_id}")
def show_invoice(invoice_id: str, call: Read) -> InvoiceOut:
    """One invoice with its lines and figures."""
    return _out(call, get_invoice(call.session, invoice_id))


@router.patch("/invoices/{invoice_id}")
def update_invoice(invoice_id: str, body: InvoiceChange, call: Write) -> InvoiceOut:
    """Change a draft's terms; what is left out stays."""
    invoice = at_version(call.session, invoice_id, body.version)
    return _out(call, change_invoice(call.session, invoice, body.model_dump(exclude_unset=True, exclude={"version"})))


@router.delete("/invoices/{invoice_id}", status_code=204)
def delete_invoice(invoice_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Throw a draft away; its time may be billed again."""
    ask_first(call, invoice_id, is_sure=is_sure)
    delete_draft(call.session, get_invoice(call.session, invoice_id))


@router.post("/invoices/{invoice_id}/line_items", status_code=201)
def create_line_item(invoice_id: str, body: LineIn, call: Write) -> InvoiceOut:
    """Put a line at the end of a draft."""
    invoice = get_invoice(call.session, invoice_id)
    add_line(call.session, invoice, body.as_item(call.workspace.tax_rate_mpct))
    return _out(call, invoice)


@router.patch("/invoices/{invoice_id}/line_items/{line_item_id}")
def update_line_item(invoice_id: str, line_item_id: str, body: LineChange, call: Write) -> InvoiceOut:
    """Change a line of a draft; what is left out stays. The time entries stay on the line."""
    invoice = at_version(call.session, invoice_id, body.version)
    line = get_line(call.session, invoice, line_item_id)
    change_line(call.session, invoice, line, body.model_dump(exclude_unset=True, exclude={"version"}))
    return _out(call, invoice)


@router.delete("/invoices/{invoice_id}/line_items/{line_item_id}")
def delete_line_item(invoice_id: str, line_item_id: str, call: Write) -> InvoiceOut:
    """Take a line off a draft; the time on it may be billed again."""
    invoice = get_invoice(call.session, invoice_id)
    remove_line(call.session, invoice, get_line(call.session, invoice, line_item_id))
    return _out(call, invoice)


@router.post("/invoices/{invoice_id}/time")
def create_time(invoice_id: str, body: TimeIn, call: Write) -> InvoiceOut:
    """Put more unbilled time of the same engagement on a draft."""
    invoice = get_invoice(call.session, invoice_id)
    selection = body.selection(invoice.engagement_id)
    add_time(call.session, invoice, selection, group_by=body.group_by, rounding=body.time_rounding)
    return _out(call, invoice)


@router.post("/invoices/{invoice_id}/deposits")
def create_deposits(invoice_id: str, body: VersionIn, call: Write) -> InvoiceOut:
    """Set the engagement's paid deposits off on a draft."""
    invoice = at_version(call.session, invoice_id, body.version)
    set_off_deposits(call.session, invoice)
    return _out(call, invoice)


def _out(call: Call, invoice: Invoice) -> InvoiceOut:
    return invoice_out(call.session, invoice, now=call.now, zone=call.workspace.timezone)
