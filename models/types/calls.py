"""What activities are handed and answer: references, never content."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubjectInput:
    """One thing in one workspace, and the n-th time something is done to it."""

    workspace_id: str
    subject_id: str
    event_id: str | None = None
    """The event that led to this call; travels as its cause."""
    index: int = 0
    """Which reminder, which period, which version of a booking: part of the idempotency key."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a workflow is to do next, and when, as a rule computed it from the record."""

    is_over: bool = False
    """Nothing more will ever be due: the workflow ends."""
    action: str = ""
    """What to do at `wake_at`, a word of the workflow's own vocabulary such as `remind` or `expire`."""
    wake_at: str | None = None
    """ISO 8601 with offset; in the past means at once; None waits for an event alone."""
    index: int = 0
    """The n of the action: the second reminder is 2."""
    what: str = ""
    """What is waited for, in words for members; empty registers no wait."""
    whom: str = "client"
    client_what: str = ""
    then_what: str = ""
    ended_by: tuple[str, ...] = ()
    """Event types about the subject that end the wait."""
