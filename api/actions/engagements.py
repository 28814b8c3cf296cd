"""Moving engagements along."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from models.commands.engagements import (
    change_engagement,
    change_status,
    close_engagement,
    lose_engagement,
    pause_engagement,
)
from models.types.engagements import EngagementStatus
from models.types.errors import Invalid


class StatusInput(ActionInput):
    """Where to."""

    status: Annotated[EngagementStatus, Field(title="Status")]
    engagement_id: Annotated[str | None, Field(title="Which", description="The one the run is about")] = None
    reason: Annotated[str, Field(title="Why", description="When it is lost", max_length=500)] = ""


class StatusOutput(ActionOutput):
    """Where it stands now."""

    engagement_id: str
    status: str


class ChangeStatus(Action):
    """An engagement's move to another status."""

    name = "engagements.change_status"
    title = "Change an engagement's status"
    icon = "milestone"
    docs = "Moves the engagement along; a move that its status does not allow goes out by the error port."
    Input = StatusInput
    Output = StatusOutput
    emits = ("engagement.status_changed", "engagement.paused", "engagement.closed", "engagement.lost")

    def perform(self, context: ActionContext, given: StatusInput) -> StatusOutput:
        """Move it. It is there already: nothing happens. Raises Refused when its status does not lead there."""
        engagement = context.engagement(given.engagement_id)
        if given.status is EngagementStatus.LOST:
            lose_engagement(context.session, engagement, reason=given.reason, now=context.now)
        elif given.status is EngagementStatus.CLOSED:
            close_engagement(context.session, engagement, now=context.now)
        elif given.status is EngagementStatus.PAUSED:
            pause_engagement(context.session, engagement, now=context.now)
        else:
            change_status(context.session, engagement, given.status, now=context.now)
        return StatusOutput(engagement_id=engagement.id, status=engagement.status)


class EngagementInput(ActionInput):
    """What to change; what is left out stays."""

    engagement_id: Annotated[str | None, Field(title="Which", description="The one the run is about")] = None
    title: Annotated[str | None, Field(title="Title", min_length=1, max_length=300)] = None
    owner_id: Annotated[str | None, Field(title="Owner", json_schema_extra={"x-lookup": "members"})] = None
    value_minor: Annotated[int | None, Field(title="Value", description="In cents, or the currency's smallest unit", ge=0)] = None


class EngagementOutput(ActionOutput):
    """The engagement."""

    engagement_id: str


class UpdateEngagement(Action):
    """An engagement's own words and values."""

    name = "engagements.update"
    title = "Change an engagement"
    icon = "pencil"
    docs = "Sets title, owner or value of the engagement."
    Input = EngagementInput
    Output = EngagementOutput
    emits = ("engagement.changed",)

    def perform(self, context: ActionContext, given: EngagementInput) -> EngagementOutput:
        """Change it. Raises Invalid when there is nothing to change."""
        engagement = context.engagement(given.engagement_id)
        changes = given.model_dump(exclude={"engagement_id"}, exclude_none=True)
        if not changes:
            raise Invalid("There is nothing to change.")
        change_engagement(context.session, engagement, changes)
        return EngagementOutput(engagement_id=engagement.id)
