"""Days and months in a zone. Business dates become UTC instants here and nowhere else; daylight saving is settled here."""

import calendar
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from models.types.zones import zone_info as zone_info

MINUTES_PER_DAY = 1440


def local_instant(day: date, minute_of_day: int, zone: str) -> datetime:
    """The UTC instant when the clocks of a zone show a time on a day.

    minute_of_day: 0 to 1440, 540 = 09:00, 1440 = the next midnight.
    A time that daylight saving skips moves on by the gap; one that comes twice means the first.
    """
    shown = datetime.combine(day, time()) + timedelta(minutes=minute_of_day)
    return shown.replace(tzinfo=zone_info(zone)).astimezone(UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """The first UTC instant of a day in a zone, also where that day has no midnight."""
    return local_instant(day, 0, zone)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """A day in a zone as UTC instants, the end exclusive; 23, 24 or 25 hours apart."""
    return start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)


def local_date(at: datetime, zone: str) -> date:
    """The day that the calendar of a zone shows at an aware instant."""
    return at.astimezone(zone_info(zone)).date()


def elapsed_seconds(started_at: datetime, ended_at: datetime) -> int:
    """Whole seconds that really passed between two aware instants, whatever the clocks did."""
    # Python subtracts wall times when both sides carry the same zone, so both go to UTC first.
    return int((ended_at.astimezone(UTC) - started_at.astimezone(UTC)).total_seconds())


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last: 31 January + 1 is 28 or 29 February.

    Always count from the anchor, never from the previous result, or the 31st is lost for ever.
    """
    return day + relativedelta(months=months)


def end_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_workday(day: date, holidays: Collection[date] = ()) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < calendar.SATURDAY and day not in holidays


def last_workday_of_month(day: date, holidays: Collection[date] = ()) -> date:
    """The last workday of a day's month; its last day when all of it is holidays."""
    last = end_of_month(day)
    workdays = (last - timedelta(days=back) for back in range(last.day))
    return next((candidate for candidate in workdays if is_workday(candidate, holidays)), last)
