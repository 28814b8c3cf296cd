"""What a workflow carries over continue-as-new. Every field that a handler changes lives here."""

from dataclasses import dataclass, field

from models.types.events import Happened


@dataclass
class Course:
    """What an event leads to, step by step."""

    event: Happened
    done: int = 0
    """How many of its steps are over."""
    stuck: str = ""
    """The key of the repair wait in which the present step is; empty while it is tried."""
    is_broken: bool = False
    """Whether our own code broke in it."""


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
    stuck: list[str] = field(default_factory=list)
    """Keys of the repair waits that nobody has decided about."""
    courses: list[Course] = field(default_factory=list)
    """Those of an engagement that are not at their end, oldest first."""
    applying: Happened | None = None
    """The event that is being applied, so that an error of ours does not lose it."""
    broken: str = ""
    """The error of our own code that ended the history before; empty when none did."""
    is_roll_asked: bool = False
    rolls: int = 0
