"""The outbox, from the relay's side: claim what is due, report what became of it.

Rows are found by their state. Reading by a high-water mark loses rows whose transaction commits late (decision 0006).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select, text, update

from models.tables.events import Delivery, Event
from models.tables.rows import UtcDateTime
from models.types.deliveries import ClaimedDelivery, DeliveryOutcome
from models.types.events import Happened

LEASE = timedelta(seconds=30)
"""How long a claim holds; a relay that dies gives its deliveries back by then."""
MAX_ATTEMPTS = 20
"""Of one that Temporal refuses; when Temporal is away, there is no end to trying."""
PAUSE = timedelta(seconds=2)
_NOT_DONE = ("returned", "away", "failed")


def claim_deliveries(session: Session, *, now: datetime, limit: int) -> list[ClaimedDelivery]:
    """Claim up to `limit` due deliveries, every workspace's share of them, each oldest first.

    A target whose earlier delivery is still open elsewhere waits. Claims are serialised: by the writer lock on SQLite, by an
    advisory lock on PostgreSQL.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(text("SELECT pg_advisory_xact_lock(7241)"))  # type: ignore[call-overload]  # plain SQL has no model
    workspaces = list(session.execute(_WAITING_WORKSPACES, {"now": now, "most": limit}).scalars())
    share = limit // max(1, len(workspaces))
    due = [row for workspace_id in workspaces for row in _due(session, now, workspace_id, share)]
    if due:
        session.connection().execute(_CLAIM, [{"claimed": row.seq, "until": now + LEASE} for row in due])
    return [_claimed(row) for row in sorted(due, key=lambda row: row.seq)]


def _due(session: Session, now: datetime, workspace_id: str, most: int) -> Sequence[Any]:
    return session.execute(_DUE, {"now": now, "workspace_id": workspace_id, "most": most}).all()


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return bool(session.execute(_ANY_DUE, {"now": now}).scalar_one())


_NOW: Any = bindparam("now", type_=UtcDateTime)
_IS_DUE = (
    col(Delivery.delivered_at).is_(None),
    or_(col(Delivery.claimed_until).is_(None), col(Delivery.claimed_until) <= _NOW),
    or_(col(Delivery.next_try_at).is_(None), col(Delivery.next_try_at) <= _NOW),
)
# The relay looks after every commit, so its statements are made once.
_ANY_DUE = select(select(Delivery.seq).where(*_IS_DUE).exists())
_WAITING_WORKSPACES = (
    select(Delivery.workspace_id)
    .where(*_IS_DUE)
    .group_by(Delivery.workspace_id)
    .order_by(func.min(Delivery.seq))
    .limit(bindparam("most", type_=Integer))
)
"""The workspaces with due deliveries, longest waiting first: a thousand of one hide none of another.

Those that another relay holds, or that rest after a failure, must not stand before the others.
"""


def _due_statement() -> Any:
    """A select of `:most` deliveries of `:workspace_id` that are due at `:now`, with their events, oldest first."""
    blocking = aliased(Delivery)
    blocked = (
        select(col(blocking.seq))
        .where(
            col(blocking.target) == col(Delivery.target),
            col(blocking.delivered_at).is_(None),
            col(blocking.seq) < col(Delivery.seq),
            or_(col(blocking.claimed_until) > _NOW, col(blocking.next_try_at) > _NOW),
        )
        .exists()
    )
    told: Any = (
        Event.id,
        Event.type,
        Event.subject_kind,
        Event.subject_id,
        Event.workspace_id,
        Event.engagement_id,
        Event.payload,
    )
    wanted: Any = (Delivery.seq, Delivery.target, Delivery.kind, Delivery.attempts, *told)
    return (
        select(*wanted)
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .where(Delivery.workspace_id == bindparam("workspace_id", type_=String), *_IS_DUE, ~blocked)
        .order_by(col(Delivery.seq))
        .limit(bindparam("most", type_=Integer))
    )


_DUE = _due_statement()


_CLAIM = (
    update(Delivery)
    .where(col(Delivery.seq) == bindparam("claimed"))
    .values(claimed_until=bindparam("until", type_=UtcDateTime), attempts=col(Delivery.attempts) + 1)
)
_DELIVER = (
    update(Delivery)
    .where(col(Delivery.seq) == bindparam("settled"))
    .values(claimed_until=None, error=bindparam("why"), outcome=bindparam("came_of_it"), delivered_at=_NOW)
)


def _claimed(row: Any) -> ClaimedDelivery:
    seq, target, kind, attempts, *told = row
    return ClaimedDelivery(seq, target, kind, Happened(*told), attempts + 1)


def settle_deliveries(session: Session, outcomes: list[DeliveryOutcome], *, now: datetime) -> None:
    """Write down what became of claimed deliveries. Reporting twice changes nothing."""
    open_again = [one for one in outcomes if one.outcome in _NOT_DONE]
    done = [one for one in outcomes if one.outcome not in _NOT_DONE]
    if done:
        told = ({"settled": one.seq, "why": one.error[:500], "came_of_it": one.outcome, "now": now} for one in done)
        session.connection().execute(_DELIVER, list(told))
    if not open_again:
        return
    wanted = col(Delivery.seq).in_([one.seq for one in open_again])
    rows = {row.seq: row for row in session.exec(select(Delivery).where(wanted))}
    for outcome in open_again:
        if outcome.seq in rows:
            _put_back(rows[outcome.seq], outcome, now)


def _put_back(delivery: Delivery, outcome: DeliveryOutcome, now: datetime) -> None:
    delivery.claimed_until = None
    delivery.error = outcome.error[:500]
    if outcome.outcome in ("returned", "away"):
        delivery.attempts -= 1
        delivery.next_try_at = now + PAUSE if outcome.outcome == "away" else None
    elif delivery.attempts >= MAX_ATTEMPTS:
        delivery.delivered_at, delivery.outcome = now, "dead"
    else:
        delivery.next_try_at = now + timedelta(seconds=min(60, 0.5 * 2**delivery.attempts))


def count_open_deliveries(session: Session) -> int:
    """How many deliveries have not reached their workflow yet."""
    return session.exec(select(func.count()).select_from(Delivery).where(col(Delivery.delivered_at).is_(None))).one()
