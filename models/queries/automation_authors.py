"""Which automation made a thing or sent a mail, found from the causes of events."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.queries.automation_runs import list_steps
from models.queries.event_causes import cause_of
from models.rules.timeline import event_title
from models.tables.automations import Automation, AutomationRun, StepRun
from models.tables.emails import Email
from models.tables.events import Event
from models.types.automation_authors import Authors, LaterAct, RunAuthor

_MAKING = frozenset({"added", "created", "drafted", "logged", "made", "opened", "posted", "received", "started", "succeeded"})
"""What a thing's first event is called when it tells of its making; what was imported begins with another."""
_MOST_LOOKED_AT = 30
"""Of the latest events of a thing: those of a retainer of many years are more than a page should trace back."""


def find_author(session: Session, subject_id: str) -> RunAuthor | None:
    """The run that made a thing; None when a person did."""
    first = session.exec(select(Event).where(Event.subject_id == subject_id).order_by(col(Event.id)).limit(1)).one_or_none()
    is_making = first is not None and first.type.rpartition(".")[2] in _MAKING
    cause = cause_of(session, first) if first and is_making else None
    return authors_of(session, {subject_id: cause.run_id if cause else None}).get(subject_id)


def find_authors(session: Session, subject_id: str) -> Authors:
    """Which runs made a thing, and changed or sent it last."""
    maker, latest = find_author(session, subject_id), _latest_act(session, subject_id)
    return Authors(maker, latest if latest is None or maker is None or latest.author.run_id != maker.run_id else None)


def _latest_act(session: Session, subject_id: str) -> LaterAct | None:
    """The newest of its events that an automation brought about."""
    told = select(Event).where(Event.subject_id == subject_id).order_by(col(Event.id).desc()).limit(_MOST_LOOKED_AT)
    events = list(session.exec(told))
    run_ids = {event.id: cause_of(session, event).run_id for event in events if event.cause}
    authors = authors_of(session, run_ids)
    event = next((one for one in events if one.id in authors), None)
    if event is None:
        return None
    author = RunAuthor(authors[event.id].automation, authors[event.id].run_id, subject_id)
    return LaterAct(author, event_title(event.type, event.payload), event.created_at)


def authors_of_mails(session: Session, mails: Sequence[Email]) -> dict[str, RunAuthor]:
    """Mail id to the run that sent it; without those that no automation sent."""
    return authors_of(session, {mail.id: mail.cause.get("run_id") for mail in mails})


def authors_of(session: Session, run_ids: dict[str, str | None]) -> dict[str, RunAuthor]:
    """Subject id to its author, from subject id to run id; without those of no run, or of one that is gone."""
    wanted = {run_id for run_id in run_ids.values() if run_id}
    if not wanted:
        return {}
    rows = session.exec(
        select(AutomationRun.id, Automation.name)
        .join(Automation, col(Automation.id) == AutomationRun.automation_id)
        .where(col(AutomationRun.id).in_(wanted))
    )
    names = dict(rows.all())
    known = [(subject_id, run_id) for subject_id, run_id in run_ids.items() if run_id in names]
    return {subject_id: RunAuthor(names[run_id], run_id, subject_id) for subject_id, run_id in known if run_id}


def find_step_behind(session: Session, run_id: str, subject_id: str) -> StepRun | None:
    """The step of a run that made a thing or sent a mail, by what came out of it; None when it cannot be told."""
    return next((step for step in list_steps(session, run_id) if subject_id in step.output.values()), None)
