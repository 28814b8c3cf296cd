"""Keeping an event and a wait for it from passing each other unseen on PostgreSQL; SQLite has one writer anyway.

Who records an event goes through the gate of its type together with others; who begins to wait for one goes through alone.
"""

from sqlmodel import Session, text

from models.db import workspace_id_of
from models.queries.automation_records import event_record, table_of
from models.queries.automation_runs import find_earlier_event
from models.rules.automation_plan.facts import is_read_by_timers
from models.rules.automation_plan.moves import wait_of
from models.tables.automations import AutomationRun
from models.tables.events import Event
from models.types.automation_plan.states import RunState
from models.types.automations import Json, Plan


def pass_gate(session: Session, event_type: str) -> None:
    """Go on once nobody is just about to wait for such an event; held until the transaction ends."""
    _lock(session, "pg_advisory_xact_lock_shared", event_type)


def look_back(session: Session, run: AutomationRun, event_type: str, match: Json, *, used: set[str]) -> dict[str, Json] | None:
    """As find_earlier_event; until this transaction ends nobody else records such an event."""
    _lock(session, "pg_advisory_xact_lock", event_type)
    return find_earlier_event(session, run, event_type, match, used=used)


def hear(session: Session, plan: Plan, state: RunState, wait_id: str, event_id: str) -> dict[str, Json]:
    """What an event says that may end a wait; empty when there is no such event.

    Where a timer of the run is to follow its record, nobody else changes that until this transaction ends: who does so after
    sees that the run follows it.
    """
    event, wait = session.get(Event, event_id), wait_of(state, wait_id)
    if event is None:
        return {}
    if wait is not None and is_read_by_timers(plan, wait.node_path):
        _keep_as_it_is(session, event)
    return event_record(session, event)


def _keep_as_it_is(session: Session, event: Event) -> None:
    table = table_of(event.subject_kind)
    if table is not None and session.get_bind().dialect.name == "postgresql":
        session.get(table, event.subject_id, with_for_update={"key_share": True}, populate_existing=True)


def keep_others_out(session: Session, what: str) -> None:
    """Go on alone with something that is named, such as the runs about one record, until the transaction ends."""
    _lock(session, "pg_advisory_xact_lock", what)


def _lock(session: Session, function: str, name: str) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    statement = text(f"SELECT {function}(hashtext(:workspace_id), hashtext(:name))")
    session.execute(statement, {"workspace_id": workspace_id_of(session), "name": name})
