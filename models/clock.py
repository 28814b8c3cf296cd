"""The one clock of the API process. Everything else is handed `now` or `today`.

Tests and the demo workspace move it; the workflows never import it.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_offset = timedelta()


def now() -> datetime:
    """The present moment, aware, UTC, on the business clock."""
    return datetime.now(UTC) + _offset  # noqa: TID251 - this is the one clock


def today(zone: str) -> date:
    """The present date in an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def move(by: timedelta) -> None:
    """Shift the business clock; used by tests and the demo workspace only."""
    global _offset
    _offset += by


def reset() -> None:
    """Return to real time."""
    global _offset
    _offset = timedelta()
