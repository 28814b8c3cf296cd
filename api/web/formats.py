"""How money, days and moments read: Babel's rules, one place. Also the Jinja filters of the same names."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency
from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup

from models import clock
from models.types.money import exponent

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def money(minor: int, currency: str, locale: str = "en") -> str:
    """1234 EUR is "€12.34"; the currency always shows. minor: minor units."""
    digits = exponent(currency)
    amount = Decimal(minor).scaleb(-digits)
    # Babel's digits are CLDR's, which differ from ISO 4217 for a few currencies; ours decide.
    pattern = "¤#,##0" if digits == 0 else "¤\xa0#,##0." + "0" * digits
    return format_currency(amount, currency, pattern if digits != 2 else None, locale=locale, currency_digits=False)


def day(value: date | None, locale: str = "en") -> str:
    """A calendar day: "Nov 22, 2026"; a dash when there is none."""
    return format_date(value, "medium", locale=locale) if value else "–"


def moment(value: datetime | None, zone: str = "UTC", locale: str = "en") -> str:
    """An instant in a zone, with the zone's name: "Tue, Nov 24, 2026, 14:02 CET"; a dash when there is none."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE, MMM d, y, HH:mm', locale=locale)} {local.tzname()}"


def weekday(value: date, locale: str = "en") -> str:
    """A day to choose: "Tuesday, 24 November"."""
    return format_date(value, "EEEE, d MMMM", locale=locale)


def clock_time(value: datetime, zone: str = "UTC") -> str:
    """The time of day in a zone: "14:02"."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def ago(value: datetime | None, locale: str = "en") -> str:
    """How long since: "3 days ago", or "in 3 days"; a dash when there is none."""
    if value is None:
        return "–"
    return format_timedelta(value - clock.now(), add_direction=True, locale=locale, threshold=1.2)


def short_day(value: datetime, zone: str, now: datetime) -> str:
    """A day of this or another year in a zone, as short as it can be: "24 Nov", "24 Nov 2025"."""
    local, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    return format_date(local.date(), "d MMM" if local.year == today.year else "d MMM y", locale="en")


def near(value: datetime, zone: str, now: datetime) -> str:
    """An instant of the last days as people say it: "today 14:02", "Tuesday 14:02", "14 Nov"."""
    local, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days = (today.date() - local.date()).days
    if days in (0, 1):
        return f"{'today' if days == 0 else 'yesterday'} {local:%H:%M}"
    return f"{local:%A %H:%M}" if 0 < days < 7 else short_day(value, zone, now)


def near_until(value: datetime, zone: str, now: datetime) -> str:
    """An instant ahead as the beginning of a sentence, with its zone: "Today at 17:00 CET", "On Friday 17:00 CET"."""
    local, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days, time = (local.date() - today.date()).days, f"{local:%H:%M} {local.tzname()}"
    if days in (0, 1):
        return f"{'Today' if days == 0 else 'Tomorrow'} at {time}"
    return f"On {local:%A} {time}" if 0 < days < 7 else f"On {short_day(value, zone, now)} at {time}"


def duration(seconds: int) -> str:
    """Hours and minutes: 5400 is "1:30"."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{rest // 3600}:{rest % 3600 // 60:02d}"


def quantity(milli: int) -> str:
    """Thousandths as a plain number: 1500 is "1.5", 2000 is "2"."""
    return f"{Decimal(milli) / 1000:f}".rstrip("0").rstrip(".") if milli % 1000 else str(milli // 1000)


def percent(mpct: int) -> str:
    """Thousandths of a percent: 19000 is "19 %", 9975 is "9.975 %"."""
    return f"{quantity(mpct)} %"


def markdown(text: str) -> Markup:
    """Users' Markdown as clean HTML: no raw HTML, links and lists and tables only as the sanitiser allows."""
    return Markup(nh3.clean(_MARKDOWN.render(text)))  # noqa: S704 - sanitised right here


def install_filters(environment: Environment) -> None:
    """Make them filters of the templates."""
    environment.filters.update(
        money=money,
        day=day,
        moment=moment,
        weekday=weekday,
        clock=clock_time,
        ago=ago,
        duration=duration,
        quantity=quantity,
        percent=percent,
        markdown=markdown,
    )
