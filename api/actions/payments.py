"""Money that came, money that is asked for, money that goes back."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from api.actions.invoices import InvoiceId
from api.actions.messages import LinkMailInput, LinkMailOutput, mail_link
from api.links import link_url
from api.payments import Till, begin_refund, carry_out_refund, close_live_checkout
from models.commands.payments import record_payment
from models.queries.invoice_facts import invoice_label
from models.queries.invoices import get_invoice, stored_sums
from models.queries.payments import get_payment
from models.rules.invoices import amount_due
from models.types.errors import Refused
from models.types.invoices import InvoiceStatus

_LARGEST = 10**12


class ReceivedInput(ActionInput):
    """Money that came another way."""

    invoice_id: InvoiceId = None
    amount_minor: Annotated[
        int | None, Field(title="Amount", description="In cents; all that is due, when left out", gt=0, le=_LARGEST)
    ] = None
    method: Annotated[str, Field(title="How", min_length=1, max_length=100)] = "Bank transfer"
    received_at: Annotated[AwareDatetime | None, Field(title="When", description="Now, when left out")] = None
    note: Annotated[str, Field(title="Note", max_length=500)] = ""


class PaymentOutput(ActionOutput):
    """The payment. invoice_status: after it."""

    payment_id: str
    invoice_id: str
    amount_minor: int
    currency: str
    invoice_status: str


class RecordPayment(Action):
    """A payment that came another way, in the books."""

    name = "payments.record"
    title = "Record a payment"
    icon = "banknote"
    docs = "Writes down money that came by bank transfer or in cash. An open payment page is closed first, so nobody pays twice."
    Input = ReceivedInput
    Output = PaymentOutput
    kind = "slow"
    emits = ("payment.succeeded", "invoice.paid", "retainer.period_paid")
    needs = ("payments:write", "invoices:write")
    example = sample(invoice_id="inv_01k7w3y6m0", amount_minor=119000)

    def perform(self, context: ActionContext, given: ReceivedInput) -> PaymentOutput:
        """Record it, once per step. Raises Refused when nothing is to be paid, or the client is paying at this moment."""
        invoice_id = context.about("invoice", given.invoice_id)
        close_live_checkout(Till(context.call), invoice_id)

        def received(session: Any) -> dict[str, Any]:
            invoice = get_invoice(session, invoice_id)
            payment = record_payment(
                session,
                invoice,
                amount_minor=given.amount_minor or amount_due(stored_sums(invoice)),
                method=given.method,
                received_at=min(given.received_at or context.now, context.now),
                note=given.note,
            )
            output = PaymentOutput(
                payment_id=payment.id,
                invoice_id=invoice_id,
                amount_minor=payment.amount_minor,
                currency=payment.currency,
                invoice_status=get_invoice(session, invoice_id).status,
            )
            return output.model_dump(mode="json")

        return PaymentOutput(**context.once(received))


class PaymentLinkInput(LinkMailInput):
    """Which invoice, and what the mail says."""

    invoice_id: InvoiceId = None
    contact_id: Annotated[str | None, picked("To", "contacts", "The one the invoice is for")] = None


class SendPaymentLink(Action):
    """The page to pay, by mail."""

    name = "payments.send_link"
    title = "Send a payment link"
    icon = "credit-card"
    docs = "Mails the client the page of an open invoice, on which they pay it."
    Input = PaymentLinkInput
    Output = LinkMailOutput
    client_facing = True
    needs = ("invoices:read", "emails:write")
    example = sample(invoice_id="inv_01k7w3y6m0", text="Here is the way to pay by card.")

    def perform(self, context: ActionContext, given: PaymentLinkInput) -> LinkMailOutput:
        """Queue the mail, once per step. Raises Refused when nothing is owed, or the client has no address."""
        invoice = get_invoice(context.session, context.about("invoice", given.invoice_id))
        if invoice.status != InvoiceStatus.OPEN:
            raise Refused(f"Nothing is to be paid on {invoice_label(invoice)}: it is {invoice.status}.", field="status")
        to = given.model_copy(update={"contact_id": given.contact_id or invoice.contact_id})
        url = link_url(context.call, "invoice", invoice.id, context.contact(to.contact_id).id)
        label = invoice_label(invoice)
        return mail_link(context, to, url=url, button="Read and pay", subject=f"{label[0].upper()}{label[1:]}")


class RefundInput(ActionInput):
    """Which payment, and how much of it."""

    payment_id: Annotated[str | None, picked("Payment", "payments", "The one that started the run")] = None
    amount_minor: Annotated[
        int | None, Field(title="Amount", description="In cents; all of it, when left out", gt=0, le=_LARGEST)
    ] = None
    reason: Annotated[str, Field(title="Why", max_length=500)] = ""
    credits_invoice: Annotated[bool, Field(title="Also make out a credit note", description="The client owes it no more")] = True


class RefundOutput(ActionOutput):
    """The refund. status: `pending` until the provider says it is done."""

    refund_id: str
    payment_id: str
    amount_minor: int
    status: str


class RefundPayment(Action):
    """Money given back."""

    name = "payments.refund"
    title = "Refund a payment"
    icon = "rotate-ccw"
    docs = "Gives a part or all of a payment back, through the provider that took it. Put an approval before it."
    Input = RefundInput
    Output = RefundOutput
    kind = "slow"
    client_facing = True
    emits = ("payment.refunded", "invoice.issued", "invoice.drafted", "invoice.paid")
    needs = ("payments:write", "invoices:write")
    example = sample(payment_id="pay_01k7w3y6m0", amount_minor=11900, reason="Two hours less than estimated")

    def perform(self, context: ActionContext, given: RefundInput) -> RefundOutput:
        """Give it back, once per step. Raises Refused for more than is left, Unavailable while the provider is silent."""
        till, payment_id = Till(context.call), context.about("payment", given.payment_id)

        def begun(session: Any) -> dict[str, Any]:
            amount = given.amount_minor or get_payment(session, payment_id).amount_minor
            refund = begin_refund(
                till,
                session,
                payment_id,
                amount_minor=amount,
                reason=given.reason,
                credits_invoice=given.credits_invoice,
            )
            return {"refund_id": refund.id}

        refund = carry_out_refund(till, str(context.once(begun)["refund_id"]))
        return RefundOutput(
            refund_id=refund.id, payment_id=refund.payment_id, amount_minor=refund.amount_minor, status=refund.status
        )
