"""Recording facts: the event, its deliveries, the waits it ends and the automations it triggers, in one transaction."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import clock
from models.commands import automation_triggers
from models.commands.run_queues import Triggered
from models.db import append, scope_of, workspace_id_of
from models.ids import new_id
from models.queries.waits import concerned_waits_statement
from models.rules.events import targets
from models.tables.events import Delivery, Event
from models.tables.waits import Wait
from models.types.events import CATALOGUE, Happened


def record(
    session: Session,
    event_type: str,
    subject_id: str,
    *,
    engagement_id: str | None = None,
    contact_id: str | None = None,
    **payload: str | int | bool | None,
) -> Event:
    """Write the fact that just became true, with everything that follows from it inside this transaction.

    event_type: a name of the catalogue. payload: ids and small values only, never personal data; it travels to
    workflow histories. Raises KeyError for a name that the catalogue lacks.
    """
    known = CATALOGUE[event_type]
    scope = scope_of(session)
    event = Event(
        id=new_id("evt"),
        workspace_id=workspace_id_of(session),
        type=event_type,
        engagement_id=engagement_id,
        contact_id=contact_id,
        subject_kind=known.subject,
        subject_id=subject_id,
        payload=payload,
        actor=scope.actor,
        cause=asdict(scope.cause),
        is_client_visible=known.is_client_visible,
        created_at=clock.now(),
    )
    append(session, event)
    _deliver(session, event)
    watchers = automation_triggers.watchers_of(session, event)
    if watchers.waits:
        _end_waits(session, event)
    for clock_id in automation_triggers.clocks_to_wake(session, event):
        deliver(session, event, clock_id, "start")
    record_facts(session, automation_triggers.match(session, event, watchers))
    return event


def record_facts(session: Session, facts: Iterable[Triggered]) -> None:
    """Record what became true of runs of automations."""
    for fact in facts:
        record(session, fact.event_type, fact.run_id, engagement_id=fact.engagement_id, **fact.payload)


def as_happened(event: Event) -> Happened:
    """The event as a workflow hears it."""
    return Happened(
        event_id=event.id,
        type=event.type,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        workspace_id=event.workspace_id,
        engagement_id=event.engagement_id,
        payload=event.payload,
    )


def _deliver(session: Session, event: Event) -> None:
    for target, kind in targets(as_happened(event)):
        deliver(session, event, target, kind)


def deliver(session: Session, event: Event, target: str, kind: str) -> None:
    """Queue an event for one workflow; kind is `start` or `signal`."""
    delivery = Delivery(workspace_id=event.workspace_id, event_id=event.id, target=target, kind=kind, created_at=event.created_at)
    append(session, delivery)


def _end_waits(session: Session, event: Event) -> None:
    for wait in session.exec(concerned_waits_statement(event)):
        if event.type in wait.ended_by:
            close_wait(wait, closed_by=event.id, at=clock.now())


def close_wait(wait: Wait, *, closed_by: str, at: datetime) -> None:
    """Mark a wait as over. closed_by: an event id or an actor."""
    wait.closed_at = at
    wait.closed_by = closed_by


def payload_of(event: Event) -> dict[str, Any]:
    """The event as automations and the API show it."""
    return {"id": event.id, "type": event.type, "at": event.created_at.isoformat(), **event.payload}
