"""Facts of engagements at known moments of their lives, for the rules that read them."""

from dataclasses import replace
from datetime import UTC, datetime

from models.types.engagement_thread import BillingFacts, EngagementFacts, Mark, ProposalFacts, RetainerFacts, WorkFacts

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PROPOSAL = ProposalFacts("pro_1", "accepted", NOON, NOON, NOON, has_scheduler=True, has_project_template=True)
PROJECT = Mark(NOON, "project", "prj_1")
CALL = Mark(NOON, "booking", "bkg_1")
FINISHED = WorkFacts(done_tasks=6, last_done_at=NOON, seconds=45000, last_time_at=NOON)
ISSUED = Mark(NOON, "invoice", "inv_1")


def facts(**known) -> EngagementFacts:
    """A fresh lead with an enquiry, and what is known besides."""
    return replace(
        EngagementFacts(status="lead", client="Ada", opened=Mark(NOON, "submission", "sub_1"), has_enquiry=True), **known
    )


def sent(**known) -> EngagementFacts:
    """A followed-up lead whose proposal is out."""
    proposal = replace(PROPOSAL, status="sent", decided_at=None)
    return facts(**{"status": "proposed", "followed_up": Mark(NOON), "proposal": proposal, **known})


def signed(**known) -> EngagementFacts:
    """Agreed, with a project of six tasks, before the kickoff call."""
    return facts(
        **{
            "status": "active",
            "followed_up": Mark(NOON),
            "proposal": PROPOSAL,
            "signed": Mark(NOON, "proposal", "pro_1"),
            "project": PROJECT,
            "work": WorkFacts(open_tasks=6),
            **known,
        }
    )


def finished(**known) -> EngagementFacts:
    """The work is done and 12:30 h are on no invoice yet."""
    return signed(**{"booking": CALL, "work": replace(FINISHED, unbilled_seconds=45000), **known})


def billed(**known) -> EngagementFacts:
    """The invoice is out."""
    return finished(**{"work": FINISHED, "billing": BillingFacts(issued=ISSUED, open_invoices=1), **known})


def paid(**known) -> EngagementFacts:
    """The invoice is paid."""
    return billed(**{"billing": BillingFacts(issued=ISSUED, paid=Mark(NOON, "invoice", "inv_1")), **known})


def on_retainer(**known) -> EngagementFacts:
    """Paid, and a care plan runs."""
    return paid(**{"retainer": RetainerFacts("ret_1", "Care plan", "active", NOON), **known})
