"""The process that reads strangers' calendars for `calendars.py`: iCalendar files in, busy times out, or the reason why not."""

import base64
import json
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from api.gateways.child import serve
from models.types.calendars import Busy

_TIMING = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP"})
_MAX_OCCURRENCES = 20_000


def prepare() -> Callable[[bytes], bytes]:
    """Nothing to load beyond the imports."""
    return _answer


def busy_times(files: list[bytes], start: datetime, end: datetime, zone: str, but: Collection[str] = ()) -> list[Busy]:
    """The busy times of all files together, in order, joined and cut to the range. Raises ValueError for an unreadable one.

    but: uids of events that are left out.
    """
    calendars = [calendar for ics in files for calendar in _calendars(ics)]
    found = [busy for calendar in calendars for busy in _occurrences(calendar, start, end, zone, frozenset(but))]
    return _joined(found, start, end)


def _answer(request: bytes) -> bytes:
    asked = json.loads(request)
    files = [base64.b64decode(one) for one in asked["files"]]
    start, end = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
    found = busy_times(files, start, end, asked["zone"], asked["but"])
    return json.dumps([(one.start.isoformat(), one.end.isoformat()) for one in found]).encode()


def _calendars(ics: bytes) -> list[Calendar]:
    calendars = Calendar.from_ical(ics, multiple=True)
    if not calendars:
        raise ValueError("it holds no calendar")
    return list(calendars)


def _occurrences(calendar: Calendar, start: datetime, end: datetime, zone: str, but: frozenset[str]) -> Iterator[Busy]:
    if calendar.name != "VCALENDAR":
        raise ValueError("it holds no calendar")
    local = _zone(str(calendar.get("X-WR-TIMEZONE", "")), zone)
    for event in calendar.walk("VEVENT"):
        _require_understood(event)
    # A day of margin on both sides: all-day events and those without a zone move by up to fourteen hours.
    query = recurring_ical_events.of(calendar, components=["VEVENT"])
    margin = timedelta(days=1)
    for number, event in enumerate(query.between(start - margin, end + margin)):
        if number >= _MAX_OCCURRENCES:
            raise ValueError("it has too many events")
        if _is_busy(event) and str(event.get("UID", "")) not in but:
            yield Busy(_moment(event.start, local), _moment(event.end, local))


def _require_understood(event: Component) -> None:
    """Raises ValueError for a date or rule that the parser gave up on or that hangs on a zone nobody knows."""
    for name, _ in event.errors:
        if name in _TIMING:
            raise ValueError(f"an event has a {name} that cannot be understood")
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        if (
            value is not None
            and "TZID" in value.params
            and getattr(value.dt, "tzinfo", None) is None
            and isinstance(value.dt, datetime)
        ):
            raise ValueError(f"an event is in {value.params['TZID']}, a zone nobody knows")


def _is_busy(event: Component) -> bool:
    status, transparency = str(event.get("STATUS", "")).upper(), str(event.get("TRANSP", "OPAQUE")).upper()
    marked = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "BUSY")).upper()
    return status != "CANCELLED" and transparency != "TRANSPARENT" and marked not in {"FREE", "WORKINGELSEWHERE"}


def _moment(value: date | datetime, local: tzinfo) -> datetime:
    whole = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (whole if whole.tzinfo else whole.replace(tzinfo=local)).astimezone(UTC)


def _zone(named: str, otherwise: str) -> tzinfo:
    try:
        return ZoneInfo(named.strip() or otherwise)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)


def _joined(found: list[Busy], start: datetime, end: datetime) -> list[Busy]:
    joined: list[Busy] = []
    for one in sorted(found):
        cut = Busy(max(one.start, start.astimezone(UTC)), min(one.end, end.astimezone(UTC)))
        if cut.start >= cut.end:
            continue
        if joined and cut.start <= joined[-1].end:
            joined[-1] = Busy(joined[-1].start, max(joined[-1].end, cut.end))
        else:
            joined.append(cut)
    return joined


if __name__ == "__main__":
    serve(prepare)
