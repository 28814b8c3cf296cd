"""How an event reads in a timeline."""

from collections.abc import Mapping
from typing import Any

from models.types.events import CATALOGUE

HIDDEN = frozenset(
    {
        "automation_run.requested",
        "automation_run.woken",
        "retainer.period_issued",
        "invoice.rescheduled",
        "task.moved",
        "time_entry.started",
    }
)
"""Facts that only say again, or too often, what another entry says."""
_ICONS = {
    "submission": "clipboard-list",
    "contact": "user-round",
    "company": "building",
    "engagement": "waypoints",
    "proposal": "file-text",
    "contract": "signature",
    "project": "kanban",
    "task": "square-check",
    "comment": "message-square",
    "file": "paperclip",
    "booking": "calendar-check",
    "time_entry": "timer",
    "invoice": "receipt",
    "payment": "banknote",
    "receipt": "receipt",
    "retainer": "repeat",
    "message": "message-circle",
    "email": "mail",
    "portal": "key-round",
    "automation_run": "zap",
    "wait": "hourglass",
}
_PAGES = {
    "submission": "/submissions/",
    "contact": "/contacts/",
    "company": "/companies/",
    "engagement": "/engagements/",
    "proposal": "/proposals/",
    "contract": "/contracts/",
    "project": "/projects/",
    "task": "/tasks/",
    "file": "/files/",
    "booking": "/bookings/",
    "invoice": "/invoices/",
    "payment": "/payments/",
    "retainer": "/retainers/",
}


def event_icon(event_type: str) -> str:
    """The icon of an event's kind of subject."""
    return _ICONS.get(event_type.partition(".")[0], "circle-dot")


def event_href(subject_kind: str, subject_id: str, payload: Mapping[str, Any]) -> str:
    """The member's page behind an event, or ""."""
    if subject_kind == "message":
        return f"/inbox/{payload['conversation_id']}" if payload.get("conversation_id") else ""
    return f"{_PAGES[subject_kind]}{subject_id}" if subject_kind in _PAGES else ""


def event_title(event_type: str, payload: Mapping[str, Any], name: str = "") -> str:
    """What happened, as a sentence with the subject's name: "A proposal was sent: New website"."""
    says = CATALOGUE[event_type].says if event_type in CATALOGUE else event_type.replace(".", " ").replace("_", " ").capitalize()
    if event_type == "engagement.status_changed" and payload.get("to"):
        return f"The engagement is now {str(payload['to']).replace('_', ' ')}"
    return f"{says}: {name}" if name else says


def why_text(automations: list[str], before: str = "") -> str:
    """Why something happened by itself. automations: their names, outermost first. before: the title of the causing event."""
    after = f" after this: {before}" if before else ""
    if automations:
        chain = " → ".join(f"“{name}”" for name in automations)
        return f"The automation {chain} did it{after}."
    return f"It follows from this: {before}." if before else ""
