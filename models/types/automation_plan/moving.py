"""What moving a run to another version of its automation would mean for it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MovePreview:
    """Where a run stands and goes next, now and once it was moved. Steps are node paths, empty where the run ends."""

    possible: bool
    reason: str
    """Why it is not possible; empty when it is."""
    old_step: str
    old_at: datetime | None
    """None waits for something else than a time."""
    new_step: str
    new_at: datetime | None
