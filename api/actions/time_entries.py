"""Worked time: logged by hand, and timers that somebody forgot."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.time_entries import log_time, stop_timer
from models.queries.members import get_member
from models.queries.references import check_references
from models.queries.time_entries import find_running_entry
from models.types.errors import NotFound
from models.types.time_entries import WorkPlace


class LogInput(ActionInput):
    """Whose time, how long, and for what."""

    member_id: Annotated[str, picked("Whose", "members")]
    minutes: Annotated[int, Field(title="Minutes", ge=1, le=24 * 60)]
    stopped_at: Annotated[AwareDatetime | None, Field(title="Until", description="Now, when left out")] = None
    task_id: Annotated[str | None, picked("Task", "tasks")] = None
    project_id: Annotated[str | None, picked("Project", "projects")] = None
    engagement_id: Annotated[str | None, picked("Engagement", "engagements", "The one the run is about")] = None
    note: Annotated[str, Field(title="Note", max_length=2000)] = ""
    is_billable: Annotated[bool, Field(title="Billable")] = True


class EntryOutput(ActionOutput):
    """The stretch of work. Everything is empty when no timer ran."""

    time_entry_id: str | None
    member_id: str
    seconds: int
    stopped_at: datetime | None


class LogTime(Action):
    """A stretch of work, written down."""

    name = "time_entries.log"
    title = "Log time"
    icon = "clock-plus"
    docs = "Writes down worked time for a member, such as the hour of a call that took place."
    Input = LogInput
    Output = EntryOutput
    emits = ("time_entry.logged",)
    needs = ("time_entries:write",)
    example = sample(member_id="mem_01k7w3y6m0", minutes=45, note="First call")

    def perform(self, context: ActionContext, given: LogInput) -> EntryOutput:
        """Write it down. Raises NotFound for a member or work that is not there, Refused when the work is archived."""
        member = get_member(context.session, given.member_id)
        if member.archived_at is not None:
            raise NotFound("There is no such member.", field="member_id")
        check_references(context.session, given.model_dump(include={"project_id", "engagement_id"}))
        about = given.engagement_id or (None if given.task_id or given.project_id else context.run.engagement_id)
        until = given.stopped_at or context.now
        entry = log_time(
            context.session,
            member,
            WorkPlace(task_id=given.task_id, project_id=given.project_id, engagement_id=about),
            started_at=until - timedelta(minutes=given.minutes),
            stopped_at=until,
            note=given.note,
            is_billable=given.is_billable,
        )
        return EntryOutput(time_entry_id=entry.id, member_id=member.id, seconds=entry.seconds, stopped_at=entry.stopped_at)


class StopInput(ActionInput):
    """Whose timer."""

    member_id: Annotated[str, picked("Whose", "members")]


class StopTimer(Action):
    """A running timer, stopped."""

    name = "time_entries.stop"
    title = "Stop a timer"
    icon = "timer-off"
    docs = "Stops the member's running timer, such as every evening at eight. When none runs, nothing happens."
    Input = StopInput
    Output = EntryOutput
    emits = ("time_entry.stopped",)
    needs = ("time_entries:write",)
    example = sample(member_id="mem_01k7w3y6m0")

    def perform(self, context: ActionContext, given: StopInput) -> EntryOutput:
        """Stop it; none running is no error."""
        member = get_member(context.session, given.member_id)
        entry = find_running_entry(context.session, member.id)
        if entry is None:
            return EntryOutput(time_entry_id=None, member_id=member.id, seconds=0, stopped_at=None)
        stop_timer(context.session, entry, now=context.now)
        return EntryOutput(time_entry_id=entry.id, member_id=member.id, seconds=entry.seconds, stopped_at=entry.stopped_at)
