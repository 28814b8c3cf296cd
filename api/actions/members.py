"""Telling one person of the studio."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.notifications import notify_responsible


class NotifyInput(ActionInput):
    """One notice."""

    member_id: Annotated[str | None, picked("Who", "members", "The owners, when nobody is named or left")] = None
    text: Annotated[str, Field(title="Text", min_length=1, max_length=500)]
    engagement_id: Annotated[str | None, picked("About", "engagements", "The one the run is about")] = None


class NotifyOutput(ActionOutput):
    """Who was told."""

    member_ids: list[str]


class NotifyMember(Action):
    """A notice to one member."""

    name = "members.notify"
    title = "Notify somebody"
    icon = "bell"
    docs = "Tells one member, or the owners when that member has left."
    Input = NotifyInput
    Output = NotifyOutput
    needs = ("notifications:write",)
    example = sample(text="The retainer of Byron Mills is at 80 % of its hours.")

    def perform(self, context: ActionContext, given: NotifyInput) -> NotifyOutput:
        """Tell them, once per run, node and iteration."""
        wanted = given.engagement_id or context.run.engagement_id
        about = context.engagement(wanted).id if wanted else None
        told = notify_responsible(
            context.session,
            given.member_id,
            given.text,
            href=f"/engagements/{about}" if about else f"/automation_runs/{context.run.id}",
            key=context.key,
            engagement_id=about,
        )
        return NotifyOutput(member_ids=told)
