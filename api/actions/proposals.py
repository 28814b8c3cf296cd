"""Making offers and following them up."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from api.links import link_url
from api.proposals import remind, send
from models.commands.proposal_decisions import withdraw_proposal
from models.commands.proposals import draft_proposal
from models.queries.proposals import get_follow_up_facts, get_proposal
from models.tables.proposals import Proposal
from models.types.errors import Refused
from models.types.proposals import ProposalStatus

ProposalId = Annotated[str | None, picked("Proposal", "proposals", "The one that started the run")]


class DraftInput(ActionInput):
    """Which template, for which engagement."""

    template_id: Annotated[str, picked("Template", "proposal_templates")]
    engagement_id: Annotated[str | None, picked("For", "engagements", "The one the run is about")] = None
    title: Annotated[str | None, Field(title="Title", description="The template's own", min_length=1, max_length=200)] = None


class WhichProposalInput(ActionInput):
    """Which is meant."""

    proposal_id: ProposalId = None


class ProposalOutput(ActionOutput):
    """The proposal. total_minor: with tax, minor units. client_url: the client's link, once it was sent."""

    proposal_id: str
    title: str
    status: str
    total_minor: int
    currency: str
    client_url: str = ""


class DraftProposal(Action):
    """A proposal from a template, as a draft."""

    name = "proposals.create_from_template"
    title = "Draft a proposal"
    icon = "file-text"
    docs = "Drafts a proposal from a template. A person reads it and sends it, or the next step does."
    Input = DraftInput
    Output = ProposalOutput
    client_facing = True
    emits = ("proposal.drafted",)
    needs = ("proposals:write",)
    example = sample(template_id="ptm_01k7w3y6m0", title="Your new website")

    def perform(self, context: ActionContext, given: DraftInput) -> ProposalOutput:
        """Draft it. A step is done once, so its draft is there once. Raises NotFound without the template."""
        engagement = context.engagement(given.engagement_id)
        proposal = draft_proposal(context.session, engagement, now=context.now, template_id=given.template_id, title=given.title)
        return _told(context, proposal)


class SendProposal(Action):
    """A draft sent to its client."""

    name = "proposals.send"
    title = "Send a proposal"
    icon = "send"
    docs = "Freezes the draft as it is and mails the client their link. Sent already, it is not sent again."
    Input = WhichProposalInput
    Output = ProposalOutput
    client_facing = True
    emits = ("proposal.sent", "engagement.status_changed", "contract.sent")
    needs = ("proposals:write",)
    example = sample(proposal_id="pro_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichProposalInput) -> ProposalOutput:
        """Send it. Raises Refused when it is neither a draft nor sent, or not complete."""
        proposal = _proposal(context, given)
        if proposal.status != ProposalStatus.SENT:
            proposal = send(context.call, proposal)
        return _told(context, proposal)


class RemindOfProposal(Action):
    """A reminder of an open offer."""

    name = "proposals.remind"
    title = "Remind of a proposal"
    icon = "bell-ring"
    docs = "Mails the client a reminder of an offer that is still open. It takes the place of the next planned one."
    Input = WhichProposalInput
    Output = ProposalOutput
    client_facing = True
    needs = ("proposals:write",)
    example = sample(proposal_id="pro_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichProposalInput) -> ProposalOutput:
        """Queue it. Raises Refused when the offer is not open or the client has no address."""
        proposal = _proposal(context, given)
        facts = get_follow_up_facts(context.session, proposal, context.call.workspace)
        if facts.status is not ProposalStatus.SENT:
            raise Refused(f"This proposal is {facts.status}; there is nothing to remind of.", field="status")
        if not facts.can_be_mailed:
            raise Refused(f"{facts.client} has no mail address. Add one, then try again.")
        remind(context.call, proposal.id, max(facts.reminded, default=-1) + 2)
        return _told(context, proposal)


class WithdrawInput(WhichProposalInput):
    """Which, and why."""

    reason: Annotated[str, Field(title="Why", description="Noted beside it; the client does not read it", max_length=500)] = ""


class WithdrawProposal(Action):
    """An offer taken back."""

    name = "proposals.withdraw"
    title = "Withdraw a proposal"
    icon = "undo-2"
    docs = "Takes the offer back: its link says so from now on and nothing more is sent about it."
    Input = WithdrawInput
    Output = ProposalOutput
    emits = ("proposal.withdrawn", "contract.voided")
    needs = ("proposals:write",)
    example = sample(reason="The client chose another date")

    def perform(self, context: ActionContext, given: WithdrawInput) -> ProposalOutput:
        """Take it back; taken back already, it stays so. Raises Refused when it is accepted."""
        proposal = _proposal(context, given)
        if proposal.status != ProposalStatus.WITHDRAWN:
            proposal = withdraw_proposal(context.session, proposal, now=context.now, reason=given.reason)
        return _told(context, proposal)


def _proposal(context: ActionContext, given: WhichProposalInput) -> Proposal:
    return get_proposal(context.session, context.about("proposal", given.proposal_id))


def _told(context: ActionContext, proposal: Proposal) -> ProposalOutput:
    is_out = proposal.status == ProposalStatus.SENT
    return ProposalOutput(
        proposal_id=proposal.id,
        title=proposal.title,
        status=proposal.status,
        total_minor=proposal.total_minor,
        currency=proposal.currency,
        client_url=link_url(context.call, "proposal", proposal.id, proposal.contact_id) if is_out else "",
    )
