"""What an event means for automations, decided inside the event's transaction: which it starts, which runs it wakes or ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlmodel import Session, func, select

from models.commands.automation_dates import follow_dates
from models.commands.automation_facts import follow_facts
from models.commands.automation_parents import wake_parent
from models.commands.automation_starts import Origin, Started, find_run_of, start_run
from models.commands.event_gates import pass_gate
from models.commands.notifications import notify_responsible
from models.commands.run_queues import Triggered, give_up
from models.queries.automation_quotas import list_queued
from models.queries.automation_records import event_record
from models.queries.automation_runs import list_subscriptions_to
from models.queries.automations import list_published
from models.queries.event_causes import chain_behind
from models.queries.event_watchers import Watchers, find_watchers
from models.rules.automation_matching import MOST_PER_RECORD, fits, key_at, wants, would_loop
from models.rules.automation_plan.records import canonical_json
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.tables.contacts import Contact
from models.tables.events import Event
from models.types.alerts import Alert, AlertKind
from models.types.automations import Json
from models.types.scope import Cause


def watchers_of(session: Session, event: Event) -> Watchers:
    """Who may be concerned by an event, asked once nobody is just about to wait for it."""
    pass_gate(session, event.type)
    return find_watchers(session, event)


def match(session: Session, event: Event, watchers: Watchers) -> list[Triggered]:
    """Write a run for every published automation that this event triggers; name the waiting runs that it wakes or ends.

    An automation and an event make one run, however often this is called. An automation never follows from itself.
    """
    candidates = list_published(session, event.type) if watchers.automations else []
    waiting = list_subscriptions_to(session, event) if watchers.subscriptions else []
    found = [*follow_facts(session, event)] if watchers.runs else []
    found += wake_parent(session, event)
    if not candidates and not waiting:
        return found
    record = event_record(session, event)
    found += [_woken(session, one.run_id, one.wait_id, event) for one in waiting if fits(one.match, record)]
    return [*found, *_started(session, event, candidates, record)]


def clocks_to_wake(session: Session, event: Event) -> list[str]:
    """The workflow ids of the automations' clocks that must look again because of an event."""
    return follow_dates(session, event)


def _started(
    session: Session, event: Event, candidates: list[tuple[Automation, AutomationVersion]], record: dict[str, Json]
) -> Iterator[Triggered]:
    cause = chain_behind(session, event)
    for automation, version in candidates:
        if not would_loop(automation.id, cause) and wants(version.plan["trigger"], record):
            yield from _start(session, automation, version, event, record, cause).facts


def _woken(session: Session, run_id: str, wait_id: str, event: Event) -> Triggered:
    run = session.get_one(AutomationRun, run_id)
    # The run's workflow passes this on as it is; the API reads the event itself.
    happened = canonical_json({"kind": "event_arrived", "wait_id": wait_id, "event": {"event_id": event.id}})
    return Triggered("automation_run.woken", run_id, run.engagement_id, {"wait_id": wait_id, "happened": happened})


def _start(
    session: Session, automation: Automation, version: AutomationVersion, event: Event, record: dict[str, Json], cause: Cause
) -> Started:
    dedupe = key_at(version.plan["trigger"].get("dedupe"), record) or event.id
    if find_run_of(session, automation.id, event.id, dedupe) is not None:
        return Started()
    if _goes_round(session, automation, event):
        return Started(facts=tuple(_stopped(session, automation, event)))
    origin = Origin(
        key=event.id,
        record=record,
        cause=Cause(event.id, None, cause.automation_ids, cause.depth),
        at=event.created_at,
        engagement_id=event.engagement_id,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
    )
    return start_run(session, automation, version, origin)


def _goes_round(session: Session, automation: Automation, event: Event) -> bool:
    """Whether the automation runs so often about one record that it must be a loop.

    Many runs about many records are none: the workspace's quota merely holds them back. Counted in the database's own time, so
    that a loop is seen across processes.
    """
    recent: Any = select(func.count()).where(
        AutomationRun.automation_id == automation.id,
        AutomationRun.subject_id == event.subject_id,
        AutomationRun.created_at > event.created_at - timedelta(minutes=1),
    )
    return int(session.exec(recent).one()) >= MOST_PER_RECORD


def _client_of(session: Session, event: Event) -> str:
    contact = session.get(Contact, event.contact_id) if event.contact_id else None
    return contact.name if contact else ""


def _stopped(session: Session, automation: Automation, event: Event) -> Iterator[Triggered]:
    """Switch an automation off that goes round in circles, with the runs that have not begun, and tell its people."""
    automation.status, automation.off_reason = "off", "It ran too often about one record within a minute and was switched off."
    facts = {"automation": automation.name, "client": _client_of(session, event), "reason": automation.off_reason}
    notify_responsible(
        session,
        None,
        f"“{automation.name}” ran too often about one record within a minute and was switched off.",
        href=f"/automations/{automation.id}",
        key=f"automation:{automation.id}:off:{event.id}",
        alert=Alert(AlertKind.SWITCHED_OFF, event.created_at, facts),
    )
    yield Triggered("automation.switched_off", automation.id, None, {})
    for run in list_queued(session, automation.id):
        yield from give_up(session, run, automation.off_reason, now=event.created_at)
