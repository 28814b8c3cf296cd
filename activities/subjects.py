"""The two calls that every subject's activities are made of: what is due next, and doing it once."""

from activities.client import api
from models.types.calls import Schedule, SubjectInput


async def schedule_of(noun: str, subject: SubjectInput) -> Schedule:
    """What is due next for a subject. noun: plural, as in the URL."""
    answer = await api().get(f"/{noun}/{subject.subject_id}/schedule", workspace_id=subject.workspace_id)
    return Schedule(**{**answer, "ended_by": tuple(answer["ended_by"])})


async def act(noun: str, subject: SubjectInput, resource: str) -> None:
    """Do the n-th of something to a subject: POST /{noun}/{id}/{resource}.

    The key is a business key, so the same n is done once, over retries, crashes and new histories.
    """
    await api().post(
        f"/{noun}/{subject.subject_id}/{resource}",
        workspace_id=subject.workspace_id,
        key=f"{noun}:{subject.subject_id}:{resource}:{subject.index}",
        body={"index": subject.index},
        event_id=subject.event_id,
    )
