"""When a mail about what needs a member is due: at once, or gathered so that many at a time are one mail."""

from datetime import datetime, timedelta

GATHERED_FOR = timedelta(minutes=1)
"""What goes wrong rarely goes wrong alone: the first mail waits so long for the others."""
PAUSE = timedelta(hours=1)
"""Between two mails of one topic."""


def gathered_mail_due(at: datetime, *, pending: datetime | None, last: datetime | None) -> datetime:
    """When a notice that came at a moment is mailed with its like.

    pending: when the next mail of its topic is due anyway; last: when the last one went out; None where there is none.
    """
    if pending is not None:
        return pending
    soon = at + GATHERED_FOR
    return max(soon, last + PAUSE) if last else soon
