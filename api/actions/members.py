"""Telling one person of the studio."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from models.commands.notifications import notify_responsible


class NotifyInput(ActionInput):
    """One notice."""

    member_id: Annotated[
        str | None,
        Field(title="Who", description="The owners, when nobody is named or left", json_schema_extra={"x-lookup": "members"}),
    ] = None
    text: Annotated[str, Field(title="Text", min_length=1, max_length=500)]
    engagement_id: Annotated[str | None, Field(title="About")] = None


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

    def perform(self, context: ActionContext, given: NotifyInput) -> NotifyOutput:
        """Tell them, once per run, node and iteration."""
        about = given.engagement_id or context.run.engagement_id
        told = notify_responsible(
            context.session,
            given.member_id,
            given.text,
            href=f"/engagements/{about}" if about else f"/automation_runs/{context.run.id}",
            key=context.key,
            engagement_id=about,
        )
        return NotifyOutput(member_ids=told)
