"""The first answer to a keyed write is the answer to every repeat, also to one that comes while the first is at work.

A write claims its key before it does anything. The claim of an ordinary one is seen with its change or not at all, so a
repeat waits for it; that of a slow one is seen at once and holds as long as it is renewed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from models.ids import new_id
from models.tables.events import IdempotencyKey
from models.tables.rows import UtcDateTime
from models.types.errors import Invalid, StillUnderWay

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept; what is tried again by itself is tried for a week or so."""
LEASE = timedelta(seconds=20)
"""How long a claim holds; the key of a process that died is free again by then."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class KeyedWrite:
    """One attempt at a write with a key."""

    workspace_id: str
    key: str
    request_hash: str
    claim: str = field(default_factory=lambda: new_id("clm"))
    """Tells this attempt from the others with the same key."""


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What the first attempt answered."""

    status_code: int
    answer: Any


def claim_key(session: Session, write: KeyedWrite, *, now: datetime) -> FirstAnswer | None:
    """The first answer when there is one; None when the key is new, and from now on this attempt's.

    Waits for another transaction that holds the key and is not committed yet.
    Raises StillUnderWay while another attempt is at work, Invalid when the key was used for another request: answering that
    with the old result would hide a mistake.
    """
    connection = session.connection()
    for _ in range(_ROUNDS):
        if connection.execute(_CLAIMS[connection.dialect.name], _claimed(write, now)).rowcount:
            return None
        stored = connection.execute(_FIND, {"its_workspace": write.workspace_id, "its_key": write.key}).one_or_none()
        if stored is not None:  # else it was given up between the two statements
            return _first_answer(session, write, stored, now)
    raise _under_way()


def _claimed(write: KeyedWrite, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": write.workspace_id,
        "key": write.key,
        "request_hash": write.request_hash,
        "status_code": 0,
        "claim": write.claim,
        "claimed_until": now + LEASE,
        "created_at": now,
    }


def _first_answer(session: Session, write: KeyedWrite, stored: Any, now: datetime) -> FirstAnswer | None:
    if stored.request_hash != write.request_hash:
        raise Invalid(
            "This Idempotency-Key was used for a different request. Send a new key, or the same body.", field="Idempotency-Key"
        )
    if stored.status_code:
        return FirstAnswer(stored.status_code, stored.answer)
    given = {"its_workspace": write.workspace_id, "its_key": write.key, "its_claim": stored.claim}
    if (
        stored.claimed_until > now
        or not session.connection().execute(_TAKE_OVER, {**given, "new_claim": write.claim, "until": now + LEASE}).rowcount
    ):
        raise _under_way()
    return None


def _under_way() -> StillUnderWay:
    return StillUnderWay("The same request is still under way. Send it again in a moment, with the same Idempotency-Key.")


def keep_answer(session: Session, write: KeyedWrite, *, status_code: int, answer: Any) -> None:
    """Keep the answer, in the transaction of the change where there is one, so that both exist or neither.

    Without effect when another attempt took over meanwhile.
    """
    session.connection().execute(_KEEP, {**_named(write), "its_status": status_code, "its_answer": answer})


def extend_claim(session: Session, write: KeyedWrite, *, now: datetime) -> None:
    """Hold the key for one more lease."""
    session.connection().execute(_EXTEND, {**_named(write), "until": now + LEASE})


def give_up_claim(session: Session, write: KeyedWrite) -> None:
    """Free the key: nothing came of this attempt that a repeat should be told."""
    session.connection().execute(_GIVE_UP, _named(write))


def forget_old_answers(session: Session, *, now: datetime, limit: int = 5000) -> int:
    """Delete the oldest answers that need not be kept any longer, of every workspace; how many there were, at most `limit`."""
    return session.connection().execute(_FORGET, {"until": now - KEPT_FOR, "most": limit}).rowcount


def _named(write: KeyedWrite) -> dict[str, str]:
    return {"its_workspace": write.workspace_id, "its_key": write.key, "its_claim": write.claim}


# Made once and executed below the ORM: every step of every automation passes here.
_TABLE = SQLModel.metadata.tables[IdempotencyKey.__tablename__]
_COLUMNS = _TABLE.c
_ITS_ROW = (_COLUMNS.workspace_id == bindparam("its_workspace"), _COLUMNS.key == bindparam("its_key"))
_ITS_CLAIM = (*_ITS_ROW, _COLUMNS.claim == bindparam("its_claim"), _COLUMNS.status_code == 0)
_UNTIL = bindparam("until", type_=UtcDateTime())
_CLAIMS = {
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
}
_FIND = select(_COLUMNS.request_hash, _COLUMNS.status_code, _COLUMNS.answer, _COLUMNS.claim, _COLUMNS.claimed_until).where(
    *_ITS_ROW
)
_TAKE_OVER = update(_TABLE).where(*_ITS_CLAIM).values(claim=bindparam("new_claim"), claimed_until=_UNTIL)
_KEEP = (
    update(_TABLE)
    .where(*_ITS_CLAIM)
    .values(status_code=bindparam("its_status"), answer=bindparam("its_answer", type_=_COLUMNS.answer.type))
)
_EXTEND = update(_TABLE).where(*_ITS_CLAIM).values(claimed_until=_UNTIL)
_GIVE_UP = delete(_TABLE).where(*_ITS_CLAIM)
_OLD = select(_COLUMNS.workspace_id, _COLUMNS.key).where(_COLUMNS.created_at < _UNTIL).order_by(_COLUMNS.created_at)
_FORGET = delete(_TABLE).where(tuple_(_COLUMNS.workspace_id, _COLUMNS.key).in_(_OLD.limit(bindparam("most", type_=Integer()))))
