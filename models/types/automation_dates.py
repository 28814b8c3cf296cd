"""The dates of the product that an automation can be timed by: one table, which the builder, the clock and the manual read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DateField:
    """One date of one noun."""

    name: str
    """`noun.column`, as a date trigger names it."""
    says: str
    """What happens on that date, for people."""
    over: tuple[str, ...] = ()
    """Statuses of the record in which the date means nothing any more: nothing starts then."""

    @property
    def noun(self) -> str:
        """What kind of record has the date."""
        return self.name.partition(".")[0]

    @property
    def column(self) -> str:
        """The column that holds it."""
        return self.name.partition(".")[2]


_INVOICE_OVER = ("draft", "paid", "void", "uncollectible")
_PROPOSAL_OVER = ("draft", "accepted", "declined", "expired", "withdrawn", "superseded")

DATE_FIELDS: dict[str, DateField] = {
    field.name: field
    for field in (
        DateField("booking.starts_at", "A call begins", ("canceled",)),
        DateField("booking.ends_at", "A call ends", ("canceled",)),
        DateField("contract.completed_at", "A contract was signed by everybody", ("voided", "declined")),
        DateField("engagement.created_at", "An engagement began", ("lost",)),
        DateField("engagement.status_since", "An engagement came to its present status", ("lost",)),
        DateField("engagement.closed_at", "An engagement was closed"),
        DateField("form.closes_at", "A form closes", ("closed",)),
        DateField("invoice.issued_on", "An invoice was issued", ("draft", "void")),
        DateField("invoice.due_on", "An invoice is due", _INVOICE_OVER),
        DateField("invoice.paid_at", "An invoice was paid", ("void",)),
        DateField("project.starts_on", "A project begins", ("completed",)),
        DateField("project.due_on", "A project is due", ("completed",)),
        DateField("proposal.sent_at", "A proposal was sent", _PROPOSAL_OVER),
        DateField("proposal.expires_at", "A proposal expires", _PROPOSAL_OVER),
        DateField("retainer.next_period_on", "A retainer's next period begins", ("paused", "ended")),
        DateField("retainer.ended_at", "A retainer ended"),
        DateField("submission.created_at", "A form was submitted"),
        DateField("task.due_on", "A task is due", ("completed",)),
        DateField("task.completed_at", "A task was completed", ("open",)),
    )
}

ENDS = frozenset(
    {
        "booking.canceled",
        "contract.voided",
        "contract.declined",
        "engagement.archived",
        "engagement.lost",
        "form.archived",
        "form.closed",
        "invoice.deleted",
        "invoice.paid",
        "invoice.voided",
        "invoice.written_off",
        "project.archived",
        "project.completed",
        "proposal.accepted",
        "proposal.declined",
        "proposal.expired",
        "proposal.superseded",
        "proposal.withdrawn",
        "retainer.ended",
        "task.archived",
        "task.completed",
    }
)
"""Events after which the record they are about is over: its dates are void, and runs that depend on it end."""
CALLED_OFF = frozenset(
    {
        "booking.canceled",
        "contract.declined",
        "contract.voided",
        "engagement.lost",
        "invoice.deleted",
        "invoice.voided",
        "proposal.declined",
        "proposal.superseded",
        "proposal.withdrawn",
    }
)
"""Those of them after which the record's dates will never come, while other ends only say that it is done or put away."""
