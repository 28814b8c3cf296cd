"""Events we put into calendars and the busy times we read from them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.errors import Refused, Unavailable


class CalendarUnavailable(Unavailable):
    """The calendar does not answer, or not in a way we can read; its busy times are unknown."""


class CalendarAccessLost(Refused):
    """The calendar answers and no longer lets us in, or is gone; a person has to connect it again."""


class InviteMethod(StrEnum):
    """What an invite asks of the receiving calendar (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is invited."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One meeting. The same `uid` over its whole life lets calendars update it in place."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    """IANA name in which the meeting is written down, so that it keeps its wall time when rules change."""
    stamped_at: datetime
    """When this version was made; the same for the same version, so that its bytes stay the same."""
    organizer: Attendee
    attendees: tuple[Attendee, ...] = ()
    description: str = ""
    location: str = ""
    """A place in words, or the address of the video room."""
    url: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A stretch of time that is taken: UTC, the end excluded."""

    start: datetime
    end: datetime
