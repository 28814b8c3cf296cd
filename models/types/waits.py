"""Waits as they cross from a workflow to the API."""

from dataclasses import dataclass, field
from enum import StrEnum


class Whom(StrEnum):
    """On whom something waits."""

    CLIENT = "client"
    US = "us"
    THIRD_PARTY = "third_party"
    CALENDAR = "calendar"


class WaitKind(StrEnum):
    """What ends a wait."""

    EVENT = "event"
    TIMER = "timer"
    APPROVAL = "approval"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a workflow does once. A person who skips it says that this very thing will not be done."""

    action: str
    """A word of the workflow's own vocabulary, such as `remind` or `proposals.seal`."""
    subject_id: str
    index: int = 0
    """As in the schedule: the second reminder is 2."""


@dataclass(frozen=True, slots=True)
class WaitInput:
    """A wait to register. Instants are ISO 8601 with offset, so that they read well in histories."""

    workspace_id: str
    workflow_id: str
    key: str
    what: str
    whom: str
    kind: str = WaitKind.EVENT
    client_what: str = ""
    until: str | None = None
    then_what: str = ""
    engagement_id: str | None = None
    subject_kind: str = ""
    subject_id: str = ""
    ended_by: tuple[str, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)
    can_skip: bool = True
    """Whether a stuck step may be left out; without some, nothing could go on."""
    duty: Duty | None = None
    """What is stuck, when it is one of the things that a schedule or an event asks for."""


@dataclass(frozen=True, slots=True)
class CloseWaitInput:
    """A wait that its own workflow ends. key "*" closes all of the workflow's waits."""

    workspace_id: str
    workflow_id: str
    key: str = "*"
    closed_by: str = ""
