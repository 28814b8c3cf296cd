"""Moving engagements along."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, about_contact, picked, sample
from models.commands.engagement_archive import archive_engagement, unarchive_engagement
from models.commands.engagements import (
    change_engagement,
    change_status,
    close_engagement,
    lose_engagement,
    open_engagement,
    pause_engagement,
)
from models.queries.references import check_references
from models.tables.engagements import Engagement
from models.types.engagements import EngagementStatus
from models.types.errors import Invalid

ARCHIVING_EMITS = (
    *("engagement.archived", "proposal.withdrawn", "retainer.paused", "time_entry.stopped", "invoice.rescheduled"),
    *("contract.voided", "automation_run.canceled"),
)
"""What archiving an engagement tells of."""
EngagementId = Annotated[str | None, picked("Engagement", "engagements", "The one the run is about")]


class StatusInput(ActionInput):
    """Where to."""

    status: Annotated[EngagementStatus, Field(title="Status")]
    engagement_id: EngagementId = None
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
    docs = "Moves the engagement along; a move that its status does not allow counts as failed."
    Input = StatusInput
    Output = StatusOutput
    emits = ("engagement.status_changed", "engagement.paused", "engagement.closed", "engagement.lost")
    needs = ("engagements:write",)
    example = sample(status="lost", reason="No answer for four weeks")

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

    engagement_id: EngagementId = None
    title: Annotated[str | None, Field(title="Title", min_length=1, max_length=300)] = None
    owner_id: Annotated[str | None, picked("Owner", "members")] = None
    value_minor: Annotated[int | None, Field(title="Value", description="In cents, or the currency's smallest unit", ge=0)] = None


class EngagementOutput(ActionOutput):
    """The engagement."""

    engagement_id: str
    title: str
    status: str
    contact_id: str
    owner_id: str | None


class UpdateEngagement(Action):
    """An engagement's own words and values."""

    name = "engagements.update"
    title = "Change an engagement"
    icon = "pencil"
    docs = "Sets title, owner or value of the engagement."
    Input = EngagementInput
    Output = EngagementOutput
    emits = ("engagement.changed",)
    needs = ("engagements:write",)
    example = sample(value_minor=480000)

    def perform(self, context: ActionContext, given: EngagementInput) -> EngagementOutput:
        """Change it. Raises Invalid when there is nothing to change."""
        engagement = context.engagement(given.engagement_id)
        changes = given.model_dump(exclude={"engagement_id"}, exclude_none=True)
        if not changes:
            raise Invalid("There is nothing to change.")
        check_references(context.session, changes)
        change_engagement(context.session, engagement, changes)
        return _told(engagement)


class NewEngagementInput(ActionInput):
    """A new piece of work for a client."""

    title: Annotated[str, Field(title="Title", min_length=1, max_length=300)]
    contact_id: Annotated[str | None, about_contact("Client")] = None
    owner_id: Annotated[str | None, picked("Owner", "members", "The client's own, when left out")] = None
    value_minor: Annotated[int, Field(title="Value", description="In cents, or the currency's smallest unit", ge=0)] = 0


class OpenEngagement(Action):
    """A new engagement."""

    name = "engagements.open"
    title = "Open an engagement"
    icon = "folder-plus"
    docs = "Opens a new engagement for the client, as a lead. Its own automations and its workflow begin with it."
    Input = NewEngagementInput
    Output = EngagementOutput
    emits = ("engagement.opened",)
    needs = ("engagements:write",)
    example = sample(title="Byron Mills: second website", value_minor=480000)

    def perform(self, context: ActionContext, given: NewEngagementInput) -> EngagementOutput:
        """Open it. Raises Invalid for an owner who is not there."""
        check_references(context.session, {"owner_id": given.owner_id})
        contact = context.contact(given.contact_id)
        opened = open_engagement(
            context.session,
            title=given.title,
            contact_id=contact.id,
            company_id=contact.company_id,
            owner_id=given.owner_id or contact.owner_id,
            value_minor=given.value_minor,
            now=context.now,
        )
        return _told(opened)


class WhichEngagementInput(ActionInput):
    """Which is meant."""

    engagement_id: EngagementId = None


class ArchivedEngagementInput(ActionInput):
    """Which is meant."""

    engagement_id: Annotated[
        str | None, picked("Engagement", "archived_engagements", "The one the run is about, archived or not")
    ] = None


class ArchiveEngagement(Action):
    """An engagement put away."""

    name = "engagements.archive"
    title = "Archive an engagement"
    icon = "archive"
    docs = "Puts the engagement away and stops what runs in it: other automations, open proposals, retainers and timers."
    Input = WhichEngagementInput
    Output = EngagementOutput
    emits = ARCHIVING_EMITS
    needs = ("engagements:write",)
    example = sample(engagement_id="eng_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichEngagementInput) -> EngagementOutput:
        """Put it away; away already, it stays so."""
        return _told(archive_engagement(context.session, context.engagement(given.engagement_id), now=context.now))


class UnarchiveEngagement(Action):
    """An engagement brought back."""

    name = "engagements.unarchive"
    title = "Bring an engagement back"
    icon = "archive-restore"
    docs = "Brings an archived engagement back. Nothing that would have happened meanwhile is made up for."
    Input = ArchivedEngagementInput
    Output = EngagementOutput
    emits = ("engagement.unarchived", "invoice.rescheduled")
    needs = ("engagements:write",)
    example = sample(engagement_id="eng_01k7w3y6m0")

    def perform(self, context: ActionContext, given: ArchivedEngagementInput) -> EngagementOutput:
        """Bring it back; there already, it stays so."""
        engagement = context.engagement(given.engagement_id)
        if engagement.archived_at is not None:
            unarchive_engagement(context.session, engagement, now=context.now)
        return _told(engagement)


def _told(engagement: Engagement) -> EngagementOutput:
    return EngagementOutput(
        engagement_id=engagement.id,
        title=engagement.title,
        status=engagement.status,
        contact_id=engagement.contact_id,
        owner_id=engagement.owner_id,
    )
