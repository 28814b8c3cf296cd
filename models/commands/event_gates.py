"""Keeping an event and a wait for it from passing each other unseen on PostgreSQL; SQLite has one writer anyway.

Who records an event goes through the gate of its type together with others; who begins to wait for one goes through alone.
"""

from sqlmodel import Session, text

from models.db import workspace_id_of
from models.queries.automation_runs import find_earlier_event
from models.tables.automations import AutomationRun
from models.types.automations import Json


def pass_gate(session: Session, event_type: str) -> None:
    """Go on once nobody is just about to wait for such an event; held until the transaction ends."""
    _lock(session, "pg_advisory_xact_lock_shared", event_type)


def look_back(session: Session, run: AutomationRun, event_type: str, match: Json, *, used: set[str]) -> dict[str, Json] | None:
    """As find_earlier_event; until this transaction ends nobody else records such an event."""
    _lock(session, "pg_advisory_xact_lock", event_type)
    return find_earlier_event(session, run, event_type, match, used=used)


def keep_others_out(session: Session, what: str) -> None:
    """Go on alone with something that is named, such as the runs about one record, until the transaction ends."""
    _lock(session, "pg_advisory_xact_lock", what)


def _lock(session: Session, function: str, name: str) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    statement = text(f"SELECT {function}(hashtext(:workspace_id), hashtext(:name))")
    session.execute(statement, {"workspace_id": workspace_id_of(session), "name": name})
