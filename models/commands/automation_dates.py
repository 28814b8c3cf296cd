"""The dates that automations wait for follow the records: set, moved, gone. Each starts one run at most."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from models.ids import new_id
from models.queries.automation_clocks import dates_of, find_clock, list_dated, list_dates, list_rows_after
from models.queries.automation_records import find_row, subject_record
from models.queries.automations import get_automation, get_version
from models.queries.work_calendars import work_calendar
from models.rules.automation_clock import TIMED, fires_at, reads_record
from models.tables.automation_clocks import AutomationClock, AutomationDate
from models.tables.automations import Automation, AutomationVersion
from models.tables.events import Event
from models.tables.tasks import Task
from models.types.automation_dates import DATE_FIELDS
from models.types.automations import Json
from models.types.workflow_ids import automation_workflow_id
from models.types.working_time import WorkCalendar

BATCH = 100
_OPEN = ("pending", "gone", "past")
"""What a date may become pending from: one that started a run, or was not wanted, never comes again."""
_MOVES_TASKS = ("project.started", "project.reanchored")
"""Events of projects that set the dates of their tasks without an event for each."""


def follow_dates(session: Session, event: Event) -> list[str]:
    """Note what an event changes about the dates of its record; the workflow ids of the clocks that must look again.

    Publishing an automation starts its clock, switching it off stops it.
    """
    if event.subject_kind == "automation":
        return _follow_publishing(session, event)
    woken = []
    for noun, rows in _rows_concerned(session, event).items():
        for automation, version in list_dated(session, noun):
            dater = Dater(session, automation, version, now=event.created_at)
            if any([dater.redate(row, is_new=True) for row in rows]):
                woken.append(automation_workflow_id(automation.id))
    return woken


def fill_dates(
    session: Session, clock: AutomationClock, automation: Automation, version: AutomationVersion, *, now: datetime
) -> None:
    """Read the dates of the next records there are; those already past start nothing."""
    field = DATE_FIELDS[version.plan["trigger"]["type"]]
    rows = list_rows_after(session, field.noun, clock.filled_to or "", limit=BATCH)
    dater = Dater(session, automation, version, now=now)
    for row in rows:
        dater.redate(row, is_new=False)
    clock.filled_to = rows[-1].id if len(rows) == BATCH else None
    session.add(clock)


class Dater:
    """Keeps what one automation knows of the dates of records."""

    def __init__(self, session: Session, automation: Automation, version: AutomationVersion, *, now: datetime) -> None:
        self._session = session
        self._automation = automation
        self._trigger = version.plan["trigger"]
        self._field = str(self._trigger["type"])
        self._now = now
        self._calendar: WorkCalendar = work_calendar(session, now=now)

    def redate(self, row: Any, *, is_new: bool) -> bool:
        """Make the pending dates of a record those it has; whether any changed.

        is_new: the record was changed just now; by the trigger's `past` a date that is past already starts a run at once then.
        """
        known = {one.on_value: one for one in list_dates(self._session, self._automation.id, row.id) if one.field == self._field}
        values = dates_of(self._session, self._field, row)
        changed = [self._set(row, value, known.get(value), is_new) for value in values]
        gone = [one for value, one in known.items() if value not in values and one.status == "pending"]
        for one in gone:
            one.status = "gone"
        self._session.add_all(gone)
        return any(changed) or bool(gone)

    def moment(self, row: Any, value: str) -> datetime:
        """When a date of a record starts a run."""
        scope = {"trigger": self.record(row, value, self._now)} if reads_record(self._trigger) else {}
        return fires_at(self._trigger, value, scope, self._calendar)

    def record(self, row: Any, value: str, at: datetime) -> dict[str, Json]:
        """What a run reads that a date of a record starts."""
        key = self.key(row.id, value)
        return subject_record(self._session, key, self._field, DATE_FIELDS[self._field].noun, row, at=at, date=value)

    def key(self, subject_id: str, value: str) -> str:
        """What stands for the event that starts a run: one for each date of a record."""
        return f"date:{self._field}:{subject_id}:{value}"

    def _set(self, row: Any, value: str, known: AutomationDate | None, is_new: bool) -> bool:
        at = self.moment(row, value)
        status = "pending" if at > self._now or (is_new and self._trigger.get("past") == "start") else "past"
        if known is None:
            return self._added(row, value, at, status)
        is_due = known.status == "pending" and known.fires_at <= self._now
        if known.status not in _OPEN or is_due or (known.status != "gone" and known.fires_at == at):
            return False
        known.fires_at, known.status = at, status
        self._session.add(known)
        return True

    def _added(self, row: Any, value: str, at: datetime, status: str) -> bool:
        found = AutomationDate(
            id=new_id("adt"),
            workspace_id=self._automation.workspace_id,
            automation_id=self._automation.id,
            field=self._field,
            subject_id=row.id,
            on_value=value,
            fires_at=at,
            status=status,
        )
        try:
            with self._session.begin_nested():
                self._session.add(found)
                self._session.flush()
        except IntegrityError:  # another transaction saw the same change
            return False
        return status == "pending"


def _follow_publishing(session: Session, event: Event) -> list[str]:
    automation = get_automation(session, event.subject_id)
    clock = find_clock(session, automation.id)
    if event.type == "automation.switched_off" and clock is not None:
        _void_dates(session, automation.id)
        return [automation_workflow_id(automation.id)]
    if event.type != "automation.published":
        return []
    trigger = get_version(session, automation.id, automation.published_version).plan["trigger"]
    if trigger["kind"] in TIMED:
        _restart(session, automation, clock, is_dated=trigger["kind"] == "date", now=event.created_at)
    elif clock is None:
        return []
    _void_dates(session, automation.id, but=trigger["type"])
    return [automation_workflow_id(automation.id)]


def _restart(session: Session, automation: Automation, clock: AutomationClock | None, *, is_dated: bool, now: datetime) -> None:
    """Let a clock count from now; dates are read anew, because their offset may be another one."""
    clock = clock or AutomationClock(
        id=new_id("clk"), workspace_id=automation.workspace_id, automation_id=automation.id, since=now, last_at=now
    )
    clock.since, clock.last_at, clock.filled_to = now, now, "" if is_dated else None
    session.add(clock)
    session.flush()


def _void_dates(session: Session, automation_id: str, but: str = "") -> None:
    """Wait for none of an automation's dates any more. but: apart from this one."""
    pending = update(AutomationDate).where(
        col(AutomationDate.automation_id) == automation_id, col(AutomationDate.status) == "pending"
    )
    session.exec(pending.where(col(AutomationDate.field) != but).values(status="gone"))


def _rows_concerned(session: Session, event: Event) -> dict[str, list[Any]]:
    """Noun to the records whose dates an event may have changed."""
    nouns = {field.noun for field in DATE_FIELDS.values()}
    found: dict[str, list[Any]] = {}
    if event.subject_kind in nouns:
        row = find_row(session, event.subject_kind, event.subject_id)
        found[event.subject_kind] = [row] if row is not None else []
    if event.type in _MOVES_TASKS:
        found["task"] = list(session.exec(select(Task).where(Task.project_id == event.subject_id)))
    return found
