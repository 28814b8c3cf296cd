"""What a person has decided will not be done. It is on record, so that no schedule, restart or rebuild asks for it again."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from models.commands.automation_clocks import skip_beat
from models.commands.retainers import skip_billing
from models.ids import new_id
from models.queries.automations import get_automation
from models.queries.retainers import get_retainer
from models.queries.waits import list_skipped
from models.tables.waits import SkippedDuty, Wait
from models.types.waits import Duty


def skip_duty(session: Session, wait: Wait, duty: Duty, *, actor: str, now: datetime) -> SkippedDuty:
    """Record that a stuck duty will not be done. The schedules count it as dealt with. Twice is once."""
    known = next((one for one in list_skipped(session, duty.subject_id, duty.action) if one.index == duty.index), None)
    if known is not None:
        return known
    skipped = SkippedDuty(
        id=new_id("skp"),
        workflow_id=wait.workflow_id,
        subject_id=duty.subject_id,
        action=duty.action,
        index=duty.index,
        wait_id=wait.id,
        skipped_by=actor,
        created_at=now,
    )
    session.add(skipped)
    session.flush()
    moves_on = _MOVES_ON.get((wait.workflow_id.partition("/")[0], duty.action))
    if moves_on is not None:
        moves_on(session, duty, now)
    return skipped


def _pass_period(session: Session, duty: Duty, now: datetime) -> None:
    skip_billing(session, get_retainer(session, duty.subject_id), duty.index, now=now)


def _pass_beat(session: Session, duty: Duty, now: datetime) -> None:
    skip_beat(session, get_automation(session, duty.subject_id), duty.index, now=now)


_MOVES_ON: dict[tuple[str, str], Callable[[Session, Duty, datetime], None]] = {
    ("retainer", "bill"): _pass_period,
    ("automation", "fire"): _pass_beat,
}
"""Duties that are counted in a row of their own: the count itself goes on."""
