"""What a plan would have done over real events, and how two plans differ over the same ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.automation_simulations import EFFECTS, Entry, EntryKind
from models.types.automations import Json


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A real event that might have started a run. record: read when it is needed."""

    id: str
    type: str
    at: datetime
    engagement_id: str | None
    subject_id: str
    record: Callable[[], Mapping[str, Json]]
    automation_ids: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that would have been."""

    event_id: str
    at: datetime
    record: Mapping[str, Json]
    entries: tuple[Entry, ...]
    status: str

    @property
    def effects(self) -> tuple[Entry, ...]:
        """What somebody would have noticed, and where it would have got stuck."""
        return tuple(entry for entry in self.entries if entry.kind in EFFECTS or entry.kind is EntryKind.STUCK)


@dataclass(frozen=True, slots=True)
class PastSkip:
    """An event that would have started nothing, and why."""

    event_id: str
    at: datetime
    reason: str
    """`filter`, `duplicate`, `concurrency`, `loop` or `flood`."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a plan would have done over events of the past."""

    looked_at: int
    """Events of the type that starts it."""
    runs: tuple[PastRun, ...]
    skipped: tuple[PastSkip, ...]
    cut: str = ""


class Change(StrEnum):
    """How a run differs between a draft and what is published."""

    ADDED = "added"
    """Only the draft would have started it."""
    REMOVED = "removed"
    CHANGED = "changed"
    """Both would have, with other effects."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One event under both plans."""

    event_id: str
    at: datetime
    change: Change
    draft: PastRun | None
    published: PastRun | None
    lines: Sequence[tuple[str, Entry]] = ()
    """`+` and an effect that only the draft has, `-` and one that only the published version has, in order."""
