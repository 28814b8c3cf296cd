"""Why an event happened: the chain of automations behind it, found across workflows and mails that forget it."""

from dataclasses import replace

from sqlmodel import Session

from models.tables.automations import AutomationRun
from models.tables.emails import Email
from models.tables.events import Event
from models.types.scope import Cause

_LONGEST = 20


def cause_of(session: Session, event: Event) -> Cause:
    """The cause of an event, with the automations that led to it.

    An activity says only which event it follows from, and a mail is sent long after it was queued: both are traced back.
    """
    told = _told(event.cause)
    for _ in range(_LONGEST):
        if told.automation_ids:
            return told
        if event.subject_kind == "email":
            email = session.get(Email, event.subject_id)
            told = _told(email.cause) if email else told
        earlier = session.get(Event, told.event_id) if told.event_id and not told.automation_ids else None
        if earlier is None:
            return told
        event, told = earlier, _told(earlier.cause)
    return told


def chain_behind(session: Session, event: Event) -> Cause:
    """The cause of an event, with every automation that must not follow from it again.

    An event about a run follows from the run's own automation and from all that led to the run, whoever recorded it: else an
    automation that begins when runs are requested would begin with itself, without end.
    """
    cause = cause_of(session, event)
    run = session.get(AutomationRun, event.subject_id) if event.subject_kind == "automation_run" else None
    if run is None:
        return cause
    of_run = _told(run.cause)
    others = (one for one in cause.automation_ids if one not in of_run.automation_ids)
    return replace(cause, automation_ids=(*of_run.automation_ids, *others), depth=max(cause.depth, of_run.depth))


def _told(cause: dict[str, object]) -> Cause:
    known = {name: value for name, value in cause.items() if name in Cause.__slots__}
    return Cause(**{**known, "automation_ids": tuple(known.get("automation_ids") or ())})  # type: ignore[arg-type]  # from JSON
