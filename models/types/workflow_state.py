"""What a workflow carries over continue-as-new. Every field that a handler changes lives here."""

from dataclasses import dataclass, field

from models.types.events import Happened


@dataclass
class SubjectState:
    """The state of a workflow about one subject.

    seen: ids of events already applied, newest last. inbox: events received and not yet applied.
    """

    workspace_id: str
    subject_id: str
    engagement_id: str | None = None
    seen: list[str] = field(default_factory=list)
    inbox: list[Happened] = field(default_factory=list)
    repairs: dict[str, str] = field(default_factory=dict)
    """Repair wait key to what a person chose: `retry`, `skip` or `stop`."""
    is_roll_asked: bool = False
    rolls: int = 0
