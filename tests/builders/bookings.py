"""Builders of schedulers."""

from sqlmodel import Session

from models.commands.schedulers import add_scheduler
from models.tables.bookings import Scheduler
from tests.builders.workspaces import Studio


def make_scheduler(session: Session, studio: Studio, **values: object) -> Scheduler:
    """A half-hour call with the studio's owner, on the workspace's hours, without notice."""
    fields = {"name": "Kickoff call", "member_id": studio.owner_id, "slug": "kickoff", "notice_minutes": 0}
    return add_scheduler(session, **{**fields, **values})
