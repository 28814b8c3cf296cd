"""What an engagement asks for once work may begin."""

from temporalio import activity

from activities.subjects import act
from models.types.calls import SubjectInput


@activity.defn(name="projects.kick_off")
async def kick_off_project(subject: SubjectInput) -> None:
    """Create the project of an accepted proposal from its template, once; none when it names no template."""
    await act("proposals", subject, "project")
