"""What the invoice workflow asks for: each function is one call of the CRUD API."""

from temporalio import activity

from activities.subjects import act, schedule_of
from models.types.calls import Schedule, SubjectInput


@activity.defn(name="invoices.schedule")
async def invoice_schedule(subject: SubjectInput) -> Schedule:
    """What is due next for the invoice, and when."""
    return await schedule_of("invoices", subject)


@activity.defn(name="invoices.deliver")
async def deliver_invoice(subject: SubjectInput) -> None:
    """Mail the invoice with its PDF and pay link, once."""
    await act("invoices", subject, "deliveries")


@activity.defn(name="invoices.remind")
async def remind_invoice(subject: SubjectInput) -> None:
    """Mail the n-th payment reminder, once."""
    await act("invoices", subject, "reminders")


@activity.defn(name="invoices.receipt")
async def issue_receipts(subject: SubjectInput) -> None:
    """Number and mail a receipt for every payment that has none."""
    await act("invoices", subject, "receipts")


@activity.defn(name="invoices.reconcile")
async def reconcile_invoice(subject: SubjectInput) -> None:
    """Ask the provider what became of open payment attempts; finds what a lost webhook hid."""
    await act("invoices", subject, "reconciliations")


@activity.defn(name="invoices.draft_deposit")
async def draft_deposit_invoice(subject: SubjectInput) -> None:
    """Draft and issue the deposit invoice of an accepted proposal; none when it asks for no deposit."""
    await act("proposals", subject, "deposit_invoice")
