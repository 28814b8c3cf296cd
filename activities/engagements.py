"""What an engagement asks for about itself."""

from temporalio import activity

from activities.client import api
from models.types.calls import SubjectInput


@activity.defn(name="engagements.refresh")
async def refresh_engagement(subject: SubjectInput) -> str:
    """Show what the engagement waits for now, computed from the record; once per event. The engagement's status."""
    answer = await api().post(
        f"/engagements/{subject.subject_id}/next_wait",
        workspace_id=subject.workspace_id,
        key=f"engagements:{subject.subject_id}:next_wait:{subject.event_id}",
        event_id=subject.event_id,
    )
    return str(answer["stage"])
