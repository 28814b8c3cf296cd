"""From issued to paid, void or written off: delivery, reminders, receipts, and asking the provider when it is silent."""

from typing import ClassVar

from temporalio import workflow

from activities.invoices import deliver_invoice, invoice_schedule, issue_receipts, reconcile_invoice, remind_invoice
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.policies import OUTSIDE
from workflows.scheduled import Actions, Scheduled


@workflow.defn
class InvoiceWorkflow(Scheduled):
    """One invoice."""

    schedule = invoice_schedule
    actions: ClassVar[Actions] = {
        "deliver": (deliver_invoice, OUTSIDE, "Mail the invoice"),
        "remind": (remind_invoice, OUTSIDE, "Mail a payment reminder"),
        "receipt": (issue_receipts, OUTSIDE, "Mail the receipt"),
        "reconcile": (reconcile_invoice, OUTSIDE, "Ask the payment provider"),
    }

    @workflow.init
    def __init__(self, state: SubjectState) -> None:
        self.state = state

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        await self.live()

    @workflow.signal
    def happened(self, event: Happened) -> None:
        self.receive(event)

    @workflow.signal
    def roll(self) -> None:
        """Begin a new history soon; asked for after a release."""
        self.state.is_roll_asked = True

    @workflow.query
    def progress(self) -> SubjectState:
        return self.state
