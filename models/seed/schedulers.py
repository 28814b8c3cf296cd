"""The calls that clients of the demo workspace can book."""

from sqlmodel import Session

from models.commands.schedulers import add_scheduler
from models.tables.bookings import Scheduler


def add_schedulers(session: Session, *, host_id: str) -> list[Scheduler]:
    """A kickoff call and a short first talk, both with the same host."""
    kickoff = add_scheduler(
        session,
        name="Kickoff call",
        slug="kickoff",
        member_id=host_id,
        intro="We go through goals, dates and who decides. You need nothing but half an hour.",
        duration_minutes=30,
        step_minutes=30,
        buffer_after_minutes=15,
        notice_minutes=240,
    )
    hello = add_scheduler(
        session,
        name="First talk",
        slug="first-talk",
        member_id=host_id,
        intro="Fifteen minutes to find out whether we fit.",
        duration_minutes=15,
        step_minutes=15,
        notice_minutes=120,
    )
    return [kickoff, hello]
