"""When a series of reminders speaks next. Shared by the documents that remind."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from models.rules.dates import local_instant
from models.types.reminders import ReminderAnchor, ReminderDue, ReminderStep


def reminder_steps(anchor: ReminderAnchor, days: Sequence[int]) -> tuple[ReminderStep, ...]:
    """A plain series: at 09:00 so many days after the anchor, negative before it."""
    return tuple(ReminderStep(anchor, offset) for offset in days)


def reminder_moments(schedule: Sequence[ReminderStep], anchors: Mapping[ReminderAnchor, date], zone: str) -> list[ReminderDue]:
    """Every moment of a series, earliest first; steps whose anchor has no day are left out."""
    moments = [
        ReminderDue(index, local_instant(anchors[step.anchor] + timedelta(days=step.offset_days), step.minute_of_day, zone))
        for index, step in enumerate(schedule)
        if step.anchor in anchors
    ]
    return sorted(moments, key=lambda moment: (moment.at, moment.step))


def reminder_after(moments: Sequence[ReminderDue], at: datetime, *, now: datetime | None = None) -> ReminderDue | None:
    """The next moment strictly after `at`, the last one handled, or None.

    With `now`, moments that were missed in the meantime become one: the latest of them. Nobody wants three mails in a row.
    """
    ahead = [moment for moment in moments if moment.at > at]
    missed = [moment for moment in ahead if now is not None and moment.at <= now]
    return missed[-1] if missed else next(iter(ahead), None)
