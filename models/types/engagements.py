"""The engagement's stage machine, as data."""

from dataclasses import dataclass
from enum import StrEnum


class EngagementStatus(StrEnum):
    """Where an engagement stands."""

    LEAD = "lead"
    PROPOSED = "proposed"
    CONTRACTED = "contracted"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing an engagement does after an event: call an activity, or start a child workflow."""

    kind: str
    """`activity` or `child`."""
    name: str
    """The activity's registered name, or the child's noun."""
    subject_id: str
    what: str
    """In words, for the repair tray."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """One thing that archiving touches, in words for people."""

    kind: str
    """`engagement`, `wait`, `run`, `timer`, `proposal`, `draft`, `retainer`, `booking`, `access` or `invoice`."""
    subject_id: str
    says: str


@dataclass(frozen=True, slots=True)
class ArchivePreview:
    """What archiving an engagement, or a person with theirs, stops, what it leaves unsent, and what the client still owes."""

    stops: tuple[Stopping, ...] = ()
    stays_payable: tuple[Stopping, ...] = ()
    keeps: tuple[Stopping, ...] = ()
    """Drafts and booked calls: nothing happens to them by itself."""
