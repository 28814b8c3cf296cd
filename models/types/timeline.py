"""The story of a person or an engagement, entry by entry."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened, in words."""

    id: str
    """The event's id: the cursor of what is older."""
    type: str
    """From the event catalogue."""
    at: datetime
    icon: str
    title: str
    href: str = ""
    """A member's page, or empty."""
    actor: str = ""
    """Who did it, by name; empty when nobody in particular."""
    body: str = ""
    """What was written: a message, the subject of a mail."""
    amount_minor: int | None = None
    currency: str = ""
    why: str = ""
    """What caused it, as a sentence; empty when a person did it of their own accord."""
    why_href: str = ""
    """The run of the automation that did it, at its step, or empty."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the story, newest first."""

    items: list[TimelineItem]
    next_cursor: str | None = None
