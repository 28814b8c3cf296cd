"""Showing what an engagement waits for, computed from the record."""

from datetime import datetime

from sqlmodel import Session

from models.commands.events import close_wait
from models.commands.waits import register_wait
from models.queries.engagement_facts import get_engagement_facts, own_wait_of
from models.queries.engagements import list_open_waits
from models.rules.engagement_waits import next_wait
from models.tables.engagements import Engagement
from models.tables.waits import Wait
from models.types.engagement_thread import NextWait
from models.types.waits import WaitInput
from models.types.workflow_ids import engagement_workflow_id


def refresh_next_wait(session: Session, engagement: Engagement, *, now: datetime) -> Wait | None:
    """Register, change or end the engagement's own wait `next`; the wait that is open now, if any.

    Doing it twice changes nothing. A wait at the same step keeps its `since`, whatever its words count.
    """
    session.flush()
    known = own_wait_of(list_open_waits(session, engagement.id), engagement.id)
    wanted = next_wait(get_engagement_facts(session, engagement))
    if wanted is None:
        if known is not None:
            close_wait(known, closed_by="engagement.refreshed", at=now)
        return None
    since = known.since if known is not None and known.detail.get("step") == wanted.step else now
    wait = register_wait(session, _as_input(engagement, wanted), now=now)
    wait.since = since
    session.flush()
    return wait


def _as_input(engagement: Engagement, wanted: NextWait) -> WaitInput:
    return WaitInput(
        workspace_id=engagement.workspace_id,
        workflow_id=engagement_workflow_id(engagement.id),
        key="next",
        what=wanted.what,
        whom=wanted.whom,
        client_what=wanted.client_what,
        then_what=wanted.then_what,
        engagement_id=engagement.id,
        ended_by=wanted.ended_by,
        detail={"step": wanted.step, "kind": wanted.kind, "subject_id": wanted.subject_id},
    )
