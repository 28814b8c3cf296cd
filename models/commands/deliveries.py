"""The outbox, from the relay's side: claim what is due, report what became of it.

Rows are found by their state. Reading by a high-water mark loses rows whose transaction commits late (decision 0006).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select, text

from models.commands.events import as_happened
from models.tables.events import Delivery, Event
from models.tables.rows import UtcDateTime
from models.types.deliveries import ClaimedDelivery, DeliveryOutcome

LEASE = timedelta(seconds=30)
"""How long a claim holds; a relay that dies gives its deliveries back by then."""
MAX_ATTEMPTS = 20
"""Of one that Temporal refuses; when Temporal is away, there is no end to trying."""
PAUSE = timedelta(seconds=2)


def claim_deliveries(session: Session, *, now: datetime, limit: int) -> list[ClaimedDelivery]:
    """Claim up to `limit` due deliveries, every workspace's share of them, each oldest first.

    A target whose earlier delivery is still open elsewhere waits. Claims are serialised: by the writer lock on SQLite, by an
    advisory lock on PostgreSQL.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(text("SELECT pg_advisory_xact_lock(7241)"))  # type: ignore[call-overload]  # plain SQL has no model
    workspaces = _waiting_workspaces(session, now, limit)
    share = limit // max(1, len(workspaces))
    due = [row for workspace_id in workspaces for row in _due(session, now, workspace_id, share)]
    due.sort(key=lambda row: row[0].seq or 0)
    return [_claim(delivery, event, now) for delivery, event in due]


def _due(session: Session, now: datetime, workspace_id: str, most: int) -> Sequence[Any]:
    return session.execute(_DUE, {"now": now, "workspace_id": workspace_id, "most": most}).all()


def _waiting_workspaces(session: Session, now: datetime, limit: int) -> list[str]:
    """The workspaces with due deliveries, longest waiting first: a thousand of one hide none of another.

    Those that another relay holds, or that rest after a failure, must not stand before the others.
    """
    due = select(Delivery.workspace_id).where(*_is_due(now)).group_by(Delivery.workspace_id)
    return list(session.exec(due.order_by(func.min(Delivery.seq)).limit(limit)))


def _is_due(now: Any) -> tuple[Any, ...]:
    claimed_until, next_try_at = col(Delivery.claimed_until), col(Delivery.next_try_at)
    return (
        col(Delivery.delivered_at).is_(None),
        or_(claimed_until.is_(None), claimed_until <= now),
        or_(next_try_at.is_(None), next_try_at <= now),
    )


def _due_statement() -> Any:
    """A select of `:most` deliveries of `:workspace_id` that are due at `:now`, with their events, oldest first.

    Made once, since the relay looks after every commit.
    """
    now: Any = bindparam("now", type_=UtcDateTime)
    blocking = aliased(Delivery)
    blocked = (
        select(col(blocking.seq))
        .where(
            col(blocking.target) == col(Delivery.target),
            col(blocking.delivered_at).is_(None),
            col(blocking.seq) < col(Delivery.seq),
            or_(col(blocking.claimed_until) > now, col(blocking.next_try_at) > now),
        )
        .exists()
    )
    return (
        select(Delivery, Event)
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .where(
            Delivery.workspace_id == bindparam("workspace_id", type_=String),
            *_is_due(now),
            ~blocked,
        )
        .order_by(col(Delivery.seq))
        .limit(bindparam("most", type_=Integer))
    )


_DUE = _due_statement()


def _claim(delivery: Delivery, event: Event, now: datetime) -> ClaimedDelivery:
    delivery.claimed_until = now + LEASE
    delivery.attempts += 1
    assert delivery.seq is not None  # noqa: S101 - it was read from the table
    return ClaimedDelivery(delivery.seq, delivery.target, delivery.kind, as_happened(event), delivery.attempts)


def settle_deliveries(session: Session, outcomes: list[DeliveryOutcome], *, now: datetime) -> None:
    """Write down what became of claimed deliveries. Reporting twice changes nothing."""
    rows = {row.seq: row for row in session.exec(select(Delivery).where(col(Delivery.seq).in_([one.seq for one in outcomes])))}
    for outcome in outcomes:
        if outcome.seq in rows:
            _settle(rows[outcome.seq], outcome, now)


def _settle(delivery: Delivery, outcome: DeliveryOutcome, now: datetime) -> None:
    delivery.claimed_until = None
    delivery.error = outcome.error[:500]
    if outcome.outcome in ("returned", "away"):
        delivery.attempts -= 1
        delivery.next_try_at = now + PAUSE if outcome.outcome == "away" else None
    elif outcome.outcome != "failed":
        delivery.delivered_at, delivery.outcome = now, outcome.outcome
    elif delivery.attempts >= MAX_ATTEMPTS:
        delivery.delivered_at, delivery.outcome = now, "dead"
    else:
        delivery.next_try_at = now + timedelta(seconds=min(60, 0.5 * 2**delivery.attempts))


def count_open_deliveries(session: Session) -> int:
    """How many deliveries have not reached their workflow yet."""
    return session.exec(select(func.count()).select_from(Delivery).where(col(Delivery.delivered_at).is_(None))).one()
