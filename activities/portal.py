"""Letting the client in."""

from temporalio import activity

from activities.subjects import act
from models.types.calls import SubjectInput


@activity.defn(name="portal.invite")
async def invite_client(subject: SubjectInput) -> None:
    """Mail the client of an accepted proposal a one-time link to the portal; not again to one who has been in."""
    await act("proposals", subject, "portal_invitations")
