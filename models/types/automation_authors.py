"""Which automation did something, and in which run: the answer to "why did this happen?"."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunAuthor:
    """The run that did it."""

    automation: str
    """Its name, as it is called now."""
    run_id: str
    subject_id: str
    """What it did or made."""

    @property
    def href(self) -> str:
        """The page of the run, opened at the step that did it."""
        return f"/automation_runs/{self.run_id}?about={self.subject_id}"


@dataclass(frozen=True, slots=True)
class LaterAct:
    """What an automation did to a thing that was there already."""

    author: RunAuthor
    did: str
    """The event in words: "An invoice was sent"."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Authors:
    """Which automations stand behind a thing."""

    maker: RunAuthor | None
    """The run that made it; None when a person did."""
    latest: LaterAct | None
    """What a run did to it last; None when no other run than the maker did anything."""
