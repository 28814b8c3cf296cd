"""The first answer to a keyed write is the answer to every repeat."""

from typing import Any

from sqlmodel import Session

from models import clock
from models.tables.events import IdempotencyKey
from models.types.errors import Invalid


def find_answer(session: Session, workspace_id: str, key: str, request_hash: str) -> IdempotencyKey | None:
    """The stored first answer, or None when the key is new.

    Raises Invalid when the key was used for another request: answering that with the old result would hide a mistake.
    """
    stored = session.get(IdempotencyKey, (workspace_id, key))
    if stored is not None and stored.request_hash != request_hash:
        raise Invalid(
            "This Idempotency-Key was used for a different request. Send a new key, or the same body.", field="Idempotency-Key"
        )
    return stored


def remember_answer(
    session: Session,
    workspace_id: str,
    key: str,
    request_hash: str,
    *,
    status_code: int,
    answer: dict[str, Any] | list[Any] | None,
) -> None:
    """Keep the answer in the transaction of the change, so that both exist or neither."""
    session.add(
        IdempotencyKey(
            workspace_id=workspace_id,
            key=key,
            request_hash=request_hash,
            status_code=status_code,
            answer=answer,
            created_at=clock.now(),
        )
    )
