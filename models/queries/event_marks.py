"""What of an event says whom it may concern, as parameters of statements: they are made once and asked for every event."""

from sqlalchemy import String, bindparam

from models.tables.events import Event

WORKSPACE = bindparam("workspace_id", type_=String)
TYPE = bindparam("event_type", type_=String)
SUBJECT = bindparam("subject_id", type_=String)
ENGAGEMENT = bindparam("engagement_id", type_=String)
RECORD = bindparam("record_id", type_=String)
"""The subject, unless it is a run of an automation: what happens to a run is about no run's record."""
RECORD_AS_ENGAGEMENT = bindparam("record_as_engagement", type_=String)
"""The subject when it is an engagement: runs about anything of it are about it too."""
RECORD_AS_CONTACT = bindparam("record_as_contact", type_=String)


def event_marks(event: Event) -> dict[str, str | None]:
    """The values of the parameters above; None, which equals nothing in SQL, where the event has no such mark."""
    kind, subject = event.subject_kind, event.subject_id
    return {
        "workspace_id": event.workspace_id,
        "event_type": event.type,
        "subject_id": subject,
        "engagement_id": event.engagement_id,
        "record_id": None if kind == "automation_run" else subject,
        "record_as_engagement": subject if kind == "engagement" else None,
        "record_as_contact": subject if kind == "contact" else None,
    }
