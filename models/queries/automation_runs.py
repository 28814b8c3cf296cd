"""Reading runs, their steps and what they wait for."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, and_, col, func, or_, select

from models.queries.automation_records import event_record
from models.queries.event_marks import ENGAGEMENT, RECORD, RECORD_AS_CONTACT, RECORD_AS_ENGAGEMENT, TYPE, event_marks
from models.rules.automation_matching import engagement_named, fits
from models.tables.automations import AutomationRun, EventSubscription, FollowedRecord, StepRun
from models.tables.events import Event
from models.tables.waits import Wait
from models.types.automations import Json
from models.types.errors import NotFound
from models.types.workflow_ids import run_workflow_id

_IS_LIVE = and_(col(AutomationRun.finished_at).is_(None), col(AutomationRun.status) != "canceled")
"""A run that was given up under way is over, though its workflow has not put it in order yet."""
SUBSCRIPTIONS = select(EventSubscription).where(
    EventSubscription.event_type == TYPE,
    or_(col(EventSubscription.engagement_id).is_(None), EventSubscription.engagement_id == ENGAGEMENT),
)
"""The waits of runs that an event may end."""
RUNS_ABOUT = select(AutomationRun).where(
    _IS_LIVE,
    or_(
        AutomationRun.subject_id == RECORD,
        AutomationRun.engagement_id == RECORD_AS_ENGAGEMENT,
        AutomationRun.contact_id == RECORD_AS_CONTACT,
    ),
)
"""The live runs whose record an event is about."""
FOLLOWERS = select(FollowedRecord).where(FollowedRecord.subject_id == RECORD)
"""The runs that heard of the record later and follow it; kept apart from those above, so that each is found by its index."""


def get_run(session: Session, run_id: str) -> AutomationRun:
    """One run. Raises NotFound."""
    run = session.get(AutomationRun, run_id)
    if run is None:
        raise NotFound("There is no such automation run.")
    return run


def lock_run(session: Session, run_id: str) -> AutomationRun:
    """One run, read afresh and kept from others until this transaction ends: happenings come one after the other.

    Raises NotFound.
    """
    statement = select(AutomationRun).where(AutomationRun.id == run_id).with_for_update()
    run = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if run is None:
        raise NotFound("There is no such automation run.")
    return run


def runs_statement(
    *,
    automation_id: str | None = None,
    engagement_id: str | None = None,
    contact_id: str | None = None,
    version: int | None = None,
    status: str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> Any:
    """A select of runs. status: one status, or `live` for all that are not over. The moments themselves are not included."""
    wanted: dict[Any, Any] = {
        AutomationRun.automation_id: automation_id,
        AutomationRun.engagement_id: engagement_id,
        AutomationRun.contact_id: contact_id,
        AutomationRun.automation_version: version,
    }
    statement = select(AutomationRun)
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(col(column) == value)
    if created_after is not None:
        statement = statement.where(col(AutomationRun.created_at) > created_after)
    if created_before is not None:
        statement = statement.where(col(AutomationRun.created_at) < created_before)
    if status == "live":
        return statement.where(_IS_LIVE)
    return statement.where(AutomationRun.status == status) if status else statement


def list_runs(session: Session, *, limit: int = 50, **wanted: Any) -> list[AutomationRun]:
    """The newest runs. wanted: as for runs_statement."""
    return list(session.exec(runs_statement(**wanted).order_by(col(AutomationRun.id).desc()).limit(limit)))


def list_runs_by_id(session: Session, run_ids: list[str]) -> dict[str, AutomationRun]:
    """These runs, by id."""
    return {run.id: run for run in session.exec(select(AutomationRun).where(col(AutomationRun.id).in_(run_ids)))}


def count_runs(session: Session, **wanted: Any) -> int:
    """How many runs there are. wanted: as for runs_statement."""
    return session.exec(select(func.count()).select_from(runs_statement(**wanted).subquery())).one()


def list_rivals(session: Session, automation_id: str, concurrency_key: str) -> list[AutomationRun]:
    """The live runs of an automation with one concurrency key, oldest first."""
    statement = runs_statement(automation_id=automation_id, status="live")
    return list(session.exec(statement.where(AutomationRun.concurrency_key == concurrency_key).order_by(AutomationRun.id)))


def list_steps(session: Session, run_id: str) -> list[StepRun]:
    """What the nodes of a run did, in the order in which they began."""
    return list(session.exec(select(StepRun).where(StepRun.run_id == run_id).order_by(col(StepRun.id))))


def find_step(session: Session, run_id: str, node_path: str, iteration: int) -> StepRun | None:
    """The row of one step, or None."""
    return session.exec(
        select(StepRun).where(StepRun.run_id == run_id, StepRun.node_path == node_path, col(StepRun.iteration) == iteration)
    ).one_or_none()


def find_called_run(session: Session, run_id: str, wait_id: str) -> AutomationRun | None:
    """The run that a wait of a run is for, or None."""
    statement = select(AutomationRun).where(AutomationRun.parent_run_id == run_id, AutomationRun.parent_wait_id == wait_id)
    return session.exec(statement).one_or_none()


def list_called_runs(session: Session, run_id: str) -> list[str]:
    """The ids of the runs that steps of a run started, oldest first."""
    return list(session.exec(select(AutomationRun.id).where(AutomationRun.parent_run_id == run_id).order_by(AutomationRun.id)))


def list_open_waits(session: Session, run_id: str) -> list[Wait]:
    """What a run waits for now."""
    return list(
        session.exec(
            select(Wait).where(Wait.workflow_id == run_workflow_id(run_id), col(Wait.closed_at).is_(None)).order_by(Wait.id)
        )
    )


def list_subscriptions(session: Session, run_id: str) -> list[EventSubscription]:
    """The events that a run waits for."""
    return list(session.exec(select(EventSubscription).where(EventSubscription.run_id == run_id)))


def list_subscriptions_to(session: Session, event: Event) -> list[EventSubscription]:
    """The waits that an event may end; whether it does, their match says."""
    return list(session.exec(SUBSCRIPTIONS.params(**event_marks(event)).order_by(EventSubscription.id)))


def list_runs_about(session: Session, event: Event) -> list[AutomationRun]:
    """The live runs whose record an event is about, and those that heard of it later and follow it."""
    marks = event_marks(event)
    about = session.exec(RUNS_ABOUT.params(**marks)).all()
    following = [one.run_id for one in session.exec(FOLLOWERS.params(**marks))]
    known = {run.id for run in about}
    more = runs_statement(status="live").where(col(AutomationRun.id).in_(set(following) - known)) if following else None
    found = [*about, *(session.exec(more) if more is not None else ())]
    return sorted(found, key=lambda run: run.id)


def find_earlier_event(
    session: Session, run: AutomationRun, event_type: str, match: Json, *, used: set[str]
) -> dict[str, Json] | None:
    """The record of the first event that a wait is for and that came since the run began; None when none did.

    used: ids of events that ended earlier waits of the same run.
    """
    statement = select(Event).where(Event.type == event_type, Event.created_at >= run.created_at, Event.id != run.event_id)
    engagement_id = engagement_named(match) or run.engagement_id
    if engagement_id:
        statement = statement.where(Event.engagement_id == engagement_id)
    for event in session.exec(statement.order_by(Event.id)):
        record = event_record(session, event)
        if event.id not in used and fits(match, record) and not _came_before(event, run):
            return record
    return None


def _came_before(event: Event, run: AutomationRun) -> bool:
    """Whether an event of the very moment in which a run was made came first: ids are ordered by their making."""
    return event.created_at == run.created_at and event.id.partition("_")[2] < run.id.partition("_")[2]
