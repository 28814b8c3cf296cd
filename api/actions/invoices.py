"""Invoices: drafted, issued, sent, reminded of and taken back."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from api.invoices import deliver_invoice, remind, void
from api.links import link_url
from api.payments import Till
from models.commands.invoices import draft_invoice, draft_invoice_from_time, issue_invoice
from models.queries.invoices import get_invoice
from models.queries.references import check_references
from models.tables.invoices import Invoice
from models.types.errors import Refused
from models.types.invoices import InvoiceOrigin, InvoiceStatus, InvoiceTerms, TimeSelection
from models.types.line_items import LineItem, LineItemKind
from models.types.time_entries import EntryGrouping

_LARGEST = 10**12
InvoiceId = Annotated[str | None, picked("Invoice", "invoices", "The one that started the run")]
EngagementId = Annotated[str | None, picked("For", "engagements", "The one the run is about")]


class InvoiceOutput(ActionOutput):
    """The invoice; amounts are minor units with tax. client_url: where the client reads and pays it, once it is issued."""

    invoice_id: str
    number: str | None
    status: str
    total_minor: int
    paid_minor: int
    currency: str
    due_on: date | None
    client_url: str = ""


class TimeInput(ActionInput):
    """Whose unbilled time goes on the invoice."""

    engagement_id: EngagementId = None
    project_id: Annotated[str | None, picked("Project", "projects", "All of them, when left out")] = None
    from_day: Annotated[date | None, Field(title="From", description="Inclusive")] = None
    to_day: Annotated[date | None, Field(title="Until", description="Inclusive")] = None
    group_by: Annotated[EntryGrouping, Field(title="One line for each")] = EntryGrouping.TASK
    due_days: Annotated[int | None, Field(title="Days to pay", description="As agreed, when left out", ge=0, le=365)] = None


class DraftFromTime(Action):
    """An invoice of unbilled time, as a draft."""

    name = "invoices.draft_from_time"
    title = "Draft an invoice of unbilled time"
    icon = "receipt-text"
    docs = "Drafts an invoice of all billable time that is on no invoice yet. No hour is ever billed twice."
    Input = TimeInput
    Output = InvoiceOutput
    emits = ("invoice.drafted",)
    needs = ("invoices:write", "time_entries:read")
    example = sample(group_by="task", due_days=14)

    def perform(self, context: ActionContext, given: TimeInput) -> InvoiceOutput:
        """Draft it. Raises Refused when there is no unbilled time: give the step an error port for that."""
        engagement = context.engagement(given.engagement_id)
        check_references(context.session, {"project_id": given.project_id})
        drafted = draft_invoice_from_time(
            context.session,
            contact_id=engagement.contact_id,
            selection=TimeSelection(engagement.id, given.project_id, None, given.from_day, given.to_day),
            group_by=given.group_by,
            terms=InvoiceTerms(due_days=given.due_days),
        )
        return told(context, drafted)


class LineInput(BaseModel):
    """One line of an invoice."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[Literal["fixed", "hourly", "discount"], Field(title="Kind")] = "fixed"
    description: Annotated[str, Field(title="What", min_length=1, max_length=2000)]
    unit_price_minor: Annotated[int, Field(title="Price", description="In cents", ge=-_LARGEST, le=_LARGEST)]
    quantity_milli: Annotated[int, Field(title="Quantity", description="In thousandths: 1.5 is 1500", ge=0, le=10**9)] = 1000


class LinesInput(ActionInput):
    """What is billed, and to whom."""

    lines: Annotated[tuple[LineInput, ...], Field(title="Lines", max_length=100)] = ()
    description: Annotated[str, Field(title="One line: what", description="Instead of a list", max_length=2000)] = ""
    amount_minor: Annotated[int | None, Field(title="One line: price", description="In cents", ge=0, le=_LARGEST)] = None
    engagement_id: EngagementId = None
    contact_id: Annotated[str | None, picked("Who pays", "contacts", "The engagement's client")] = None
    due_days: Annotated[int | None, Field(title="Days to pay", description="As agreed, when left out", ge=0, le=365)] = None
    notes: Annotated[str, Field(title="Words to the client", max_length=5000)] = ""


class DraftInvoice(Action):
    """An invoice with lines, as a draft."""

    name = "invoices.draft"
    title = "Draft an invoice"
    icon = "receipt"
    docs = "Drafts an invoice with the lines you give. It has no number until it is issued."
    Input = LinesInput
    Output = InvoiceOutput
    client_facing = True
    emits = ("invoice.drafted",)
    needs = ("invoices:write",)
    example = sample(description="Kick-off workshop", amount_minor=90000, due_days=14)

    def perform(self, context: ActionContext, given: LinesInput) -> InvoiceOutput:
        """Draft it. Raises Refused without a line, Invalid for one that cannot be priced."""
        about = given.engagement_id or context.run.engagement_id
        engagement = context.engagement(about) if about else None
        contact = context.contact(given.contact_id or (engagement.contact_id if engagement else None))
        drafted = draft_invoice(
            context.session,
            contact_id=contact.id,
            lines=_lines(given, context.call.workspace.tax_rate_mpct),
            engagement_id=engagement.id if engagement else None,
            terms=InvoiceTerms(due_days=given.due_days, notes=given.notes),
            origin=InvoiceOrigin(),
        )
        return told(context, drafted)


class WhichInvoiceInput(ActionInput):
    """Which is meant."""

    invoice_id: InvoiceId = None


class IssueInvoice(Action):
    """A draft with its number."""

    name = "invoices.issue"
    title = "Issue an invoice"
    icon = "stamp"
    docs = "Gives the draft its number and freezes it. It is then sent to the client by itself. Issued already, it stays so."
    Input = WhichInvoiceInput
    Output = InvoiceOutput
    client_facing = True
    emits = ("invoice.issued", "invoice.paid", "retainer.period_issued")
    needs = ("invoices:write",)
    example = sample(invoice_id="inv_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichInvoiceInput) -> InvoiceOutput:
        """Issue it. Raises Refused without a line, or for one that comes to less than zero."""
        invoice = get_invoice(context.session, context.about("invoice", given.invoice_id))
        if invoice.status == InvoiceStatus.DRAFT:
            invoice = issue_invoice(context.session, invoice, now=context.now)
        return told(context, invoice)


class SendInput(WhichInvoiceInput):
    """Which, and whether a copy is wanted."""

    is_again: Annotated[bool, Field(title="Also when it was sent before")] = False


class SendInvoice(Action):
    """The mail with the document."""

    name = "invoices.send"
    title = "Send an invoice"
    icon = "mail-check"
    docs = "Mails the issued invoice with its PDF and its link, unless it was sent before; on your wish another time."
    Input = SendInput
    Output = InvoiceOutput
    kind = "slow"
    client_facing = True
    emits = ("invoice.sent",)
    needs = ("invoices:write",)
    example = sample(invoice_id="inv_01k7w3y6m0")

    def perform(self, context: ActionContext, given: SendInput) -> InvoiceOutput:
        """Send it, once per step however often it is tried. Raises Refused for a draft or a client without an address."""
        invoice_id = context.about("invoice", given.invoice_id)

        def sending(session: Any) -> dict[str, Any]:
            sent_count = get_invoice(session, invoice_id).sent_count
            return {"index": sent_count + 1 if given.is_again else 1}

        index = int(context.once(sending)["index"])
        deliver_invoice(Till(context.call), invoice_id, index)
        return told_anew(context, invoice_id)


class RemindOfInvoice(Action):
    """A payment reminder."""

    name = "invoices.remind"
    title = "Remind of an invoice"
    icon = "alarm-clock"
    docs = "Mails a payment reminder now, in place of the next planned one. Nothing goes out when nothing is owed any more."
    Input = WhichInvoiceInput
    Output = InvoiceOutput
    client_facing = True
    emits = ("invoice.reminded", "invoice.overdue")
    needs = ("invoices:write",)
    example = sample(invoice_id="inv_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichInvoiceInput) -> InvoiceOutput:
        """Queue it. Raises Refused for a client without an address."""
        invoice = get_invoice(context.session, context.about("invoice", given.invoice_id))
        remind(context.call, invoice.id, invoice.reminded_count + 1)
        return told(context, invoice)


class VoidInvoice(Action):
    """An invoice taken back."""

    name = "invoices.void"
    title = "Void an invoice"
    icon = "ban"
    docs = "Takes the issued invoice back: nobody owes it, and its time may be billed again. Its number stays."
    Input = WhichInvoiceInput
    Output = InvoiceOutput
    kind = "slow"
    emits = ("invoice.voided", "retainer.period_written_off")
    needs = ("invoices:write",)
    example = sample(invoice_id="inv_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichInvoiceInput) -> InvoiceOutput:
        """Take it back; void already, it stays so. Raises Refused for a draft, or once there is money on it."""
        invoice_id = context.about("invoice", given.invoice_id)
        with context.call.open(writes=False):
            is_void = get_invoice(context.session, invoice_id).status == InvoiceStatus.VOID
        if not is_void:
            void(Till(context.call), invoice_id)
        return told_anew(context, invoice_id)


def told(context: ActionContext, invoice: Invoice) -> InvoiceOutput:
    """The invoice as later steps read it."""
    context.session.flush()
    has_page = invoice.status != InvoiceStatus.DRAFT
    return InvoiceOutput(
        invoice_id=invoice.id,
        number=invoice.number,
        status=invoice.status,
        total_minor=invoice.total_minor,
        paid_minor=invoice.paid_minor,
        currency=invoice.currency,
        due_on=invoice.due_on,
        client_url=link_url(context.call, "invoice", invoice.id, invoice.contact_id) if has_page else "",
    )


def told_anew(context: ActionContext, invoice_id: str) -> InvoiceOutput:
    """The invoice after a slow action, in a transaction of its own."""
    with context.call.open(writes=True):
        return told(context, get_invoice(context.session, invoice_id))


def _lines(given: LinesInput, tax_rate_mpct: int) -> list[LineItem]:
    lines = list(given.lines)
    if given.description.strip() and given.amount_minor is not None:
        lines.append(LineInput(description=given.description, unit_price_minor=given.amount_minor))
    if not lines:
        raise Refused("An invoice needs at least one line: what it is for, and its price.", field="lines")
    own_tax = (tax_rate_mpct,) if tax_rate_mpct else ()
    return [
        LineItem(
            LineItemKind(line.kind),
            line.description,
            line.unit_price_minor,
            quantity_milli=line.quantity_milli,
            tax_rates_mpct=() if line.kind == "discount" else own_tax,
        )
        for line in lines
    ]
