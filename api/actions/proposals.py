"""Preparing offers."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from models.commands.proposals import draft_proposal


class DraftInput(ActionInput):
    """Which template, for which engagement."""

    template_id: Annotated[str, Field(title="Template", json_schema_extra={"x-lookup": "proposal_templates"})]
    engagement_id: Annotated[str | None, Field(title="For", description="The one the run is about")] = None
    title: Annotated[str | None, Field(title="Title", description="The template's own", min_length=1, max_length=200)] = None


class DraftOutput(ActionOutput):
    """The draft."""

    proposal_id: str
    title: str


class DraftProposal(Action):
    """A proposal from a template, as a draft."""

    name = "proposals.create_from_template"
    title = "Draft a proposal"
    icon = "file-text"
    docs = "Drafts a proposal from a template. A person reads it and sends it."
    Input = DraftInput
    Output = DraftOutput
    emits = ("proposal.drafted",)

    def perform(self, context: ActionContext, given: DraftInput) -> DraftOutput:
        """Draft it. A step is done once, so its draft is there once. Raises NotFound without the template."""
        engagement = context.engagement(given.engagement_id)
        proposal = draft_proposal(context.session, engagement, now=context.now, template_id=given.template_id, title=given.title)
        return DraftOutput(proposal_id=proposal.id, title=proposal.title)
