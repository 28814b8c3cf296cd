"""Keyed writes at the edge: the first answer again, or a claim that is held until there is one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from api.deps import Call
from api.vault import open_secret, seal_secret
from models import clock
from models.commands.idempotency import LEASE, KeyedWrite, claim_key, extend_claim, give_up_claim, keep_answer
from models.types.scope import Scope

RENEWED_EVERY_SECONDS = LEASE.total_seconds() / 4
_SEAL = "sealed_answer"
log = structlog.get_logger("api")


class Confidential(BaseModel):
    """An answer that holds a secret. It is kept encrypted."""


def claim(call: Call) -> Response | None:
    """The first answer when this keyed write was made before; None when it is the first, and holds its key from now on.

    In the open transaction. Raises StillUnderWay, or Invalid when the key was used for another request.
    """
    call.claimed = None
    if call.key is None:
        return None
    write = KeyedWrite(call.session.info["scope"].workspace_id or "system", call.key, call.fingerprint)
    first = claim_key(call.session, write, now=call.now)
    if first is None:
        call.claimed = write
        return None
    headers = {"Idempotent-Replayed": "true"}
    if first.status_code == 204:
        return Response(status_code=204, headers=headers)
    return JSONResponse(_opened(call, first.answer), status_code=first.status_code, headers=headers)


def settle(call: Call, answer: Any, status_code: int) -> None:
    """Keep the answer for repeats, in the open transaction. A Response of the endpoint's own making is not kept: it says
    that nothing was done, or what only the first caller may read.
    """
    if call.claimed is None:
        return
    if isinstance(answer, Response):
        give_up_claim(call.session, call.claimed)
    else:
        keep_answer(call.session, call.claimed, status_code=status_code, answer=_sealed(call, answer))
    call.claimed = None


def _sealed(call: Call, answer: Any) -> Any:
    plain = jsonable_encoder(answer)
    return {_SEAL: seal_secret(call.settings, json.dumps(plain))} if isinstance(answer, Confidential) else plain


def _opened(call: Call, kept: Any) -> Any:
    is_sealed = isinstance(kept, dict) and kept.keys() == {_SEAL}
    return json.loads(open_secret(call.settings, kept[_SEAL])) if is_sealed else kept


def settle_apart(call: Call, answer: Any, status_code: int) -> None:
    """Keep the answer in a transaction of its own, whatever became of the caller's rights meanwhile."""
    if call.claimed is not None:
        with call.database.write(Scope(None)) as call.session:
            settle(call, answer, status_code)


@contextmanager
def held(call: Call) -> Iterator[None]:
    """Renew the claim while the block runs; give it up when the block fails, so that a repeat may try at once."""
    if call.claimed is None:
        yield
        return
    over = threading.Event()
    renewal = threading.Thread(target=_renew, args=(call, call.claimed, over), daemon=True)
    renewal.start()
    try:
        yield
    except BaseException:
        _give_up(call)
        raise
    finally:
        over.set()
        renewal.join()  # it must not be left with a connection of its own


def _renew(call: Call, write: KeyedWrite, over: threading.Event) -> None:
    while not over.wait(RENEWED_EVERY_SECONDS):
        try:
            with call.database.write(Scope(None)) as session:
                extend_claim(session, write, now=clock.now())
        except SQLAlchemyError as error:
            log.warning("claim not renewed", key=write.key, exc_info=error)


def _give_up(call: Call) -> None:
    if call.claimed is not None:
        with call.database.write(Scope(None)) as session:
            give_up_claim(session, call.claimed)
        call.claimed = None
