"""A clock that goes off: the runs that are due by a schedule or by dates begin."""

from datetime import datetime

from sqlmodel import Session

from models.commands.automation_dates import BATCH, Dater, fill_dates
from models.commands.automation_starts import Origin, start_run
from models.commands.events import record_facts
from models.commands.run_queues import Triggered
from models.db import workspace_id_of
from models.queries.automation_clocks import dates_of, find_clock, list_due_dates
from models.queries.automation_records import engagement_of, find_row, subject_record
from models.queries.automations import find_published_version
from models.rules.automation_clock import TIMED, schedule_zone
from models.rules.automation_matching import wants
from models.rules.cron import latest_due
from models.tables.automation_clocks import AutomationClock, AutomationDate
from models.tables.automations import Automation, AutomationVersion
from models.tables.workspaces import Workspace
from models.types.automation_dates import DATE_FIELDS
from models.types.automations import TriggerKind
from models.types.scope import Cause


def fire_clock(session: Session, automation: Automation, beat: int, *, now: datetime) -> int:
    """Begin the runs that are due now; how many. beat: the n-th time the clock goes off; one that was dealt with does nothing.

    What was missed while nobody looked begins late, by a schedule once for all the times missed.
    """
    clock, version = find_clock(session, automation.id), find_published_version(session, automation)
    if clock is None or version is None or beat != clock.beats + 1 or version.plan["trigger"]["kind"] not in TIMED:
        return 0
    clock.beats = beat
    session.add(clock)
    if version.plan["trigger"]["kind"] == TriggerKind.SCHEDULE:
        facts = _by_schedule(session, clock, automation, version, now)
    else:
        if clock.filled_to is not None:
            fill_dates(session, clock, automation, version, now=now)
        facts = _by_dates(session, automation, version, now)
    record_facts(session, facts)
    return sum(fact.event_type == "automation_run.requested" for fact in facts)


def skip_beat(session: Session, automation: Automation, beat: int, *, now: datetime) -> None:
    """Let a time that is due go by without a run, for good; one that was dealt with stays as it is."""
    clock = find_clock(session, automation.id)
    if clock is None or beat != clock.beats + 1:
        return
    clock.beats, clock.last_at = beat, max(clock.last_at, now)
    session.add(clock)
    for due in list_due_dates(session, automation.id, now=now, limit=BATCH):
        due.status = "skipped"
        session.add(due)
    session.flush()


def _by_schedule(
    session: Session, clock: AutomationClock, automation: Automation, version: AutomationVersion, now: datetime
) -> list[Triggered]:
    trigger = version.plan["trigger"]
    zone = schedule_zone(trigger, session.get_one(Workspace, workspace_id_of(session)).timezone)
    due, times = latest_due(trigger["cron"], clock.last_at, now, zone)
    if due is None:
        return []
    clock.last_at = due
    key = f"cron:{due.isoformat()}"
    record = subject_record(session, key, "schedule", "", None, at=due, missed=times - 1)
    if not wants(trigger, record):
        return []
    return list(start_run(session, automation, version, Origin(key=key, record=record, cause=Cause(), at=now)).facts)


def _by_dates(session: Session, automation: Automation, version: AutomationVersion, now: datetime) -> list[Triggered]:
    dater = Dater(session, automation, version, now=now)
    facts: list[Triggered] = []
    for due in list_due_dates(session, automation.id, now=now, limit=BATCH):
        facts += _by_date(session, automation, version, dater, due, now)
    return facts


def _by_date(
    session: Session, automation: Automation, version: AutomationVersion, dater: Dater, due: AutomationDate, now: datetime
) -> list[Triggered]:
    """Start the run of one date, as the record is now: it may have been moved, or be over."""
    noun = DATE_FIELDS[due.field].noun
    row = find_row(session, noun, due.subject_id)
    if row is None or due.on_value not in dates_of(session, due.field, row):
        due.status = "gone"
    elif (moment := dater.moment(row, due.on_value)) > now:
        due.fires_at = moment
    else:
        due.status = "started"
    session.add(due)
    if row is not None:
        dater.redate(row, is_new=True)
    if row is None or due.status != "started":
        return []
    record = dater.record(row, due.on_value, due.fires_at)
    if not wants(version.plan["trigger"], record):
        due.status = "filtered"
        return []
    origin = Origin(
        key=dater.key(row.id, due.on_value),
        record=record,
        cause=Cause(),
        at=now,
        engagement_id=engagement_of(noun, row),
        subject_kind=noun,
        subject_id=row.id,
    )
    return list(start_run(session, automation, version, origin).facts)
