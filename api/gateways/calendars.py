"""Calendars of the outside world: invites we send, feeds and CalDAV calendars we read.

Whoever asks for busy times gets them whole or an error, never a part: an unknown hour must not look free.
"""

import base64
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import requests
from caldav.davclient import DAVClient
from caldav.lib.error import AuthorizationError, DAVError, NotFoundError
from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.enums import STATUS

from api.gateways.child import Child, ChildFailed, ChildTookTooLong
from api.gateways.egress import EgressPolicy, EgressRefused, EgressUnavailable, fetch, session
from models.types.calendars import Attendee, Busy, CalendarAccessLost, CalendarEvent, CalendarUnavailable, InviteMethod

_PRODUCT = "-//Throughline//Bookings//EN"
_READ_SECONDS = 8.0
_LONGEST_LOOK = timedelta(days=400)
_HOW_WE_WAIT = "Its busy times are unknown until it answers again."

# Strangers' files and repetition rules can keep the libraries busy for minutes; not in this process.
_READER = Child("api.gateways.busy_times")


def build_invite(event: CalendarEvent, *, method: InviteMethod, sequence: int) -> bytes:
    """The iCalendar file that puts a meeting into a calendar, moves it or takes it away.

    sequence: 0 for the first version, one more for each change; the cancellation too. The same event, method and
    sequence give the same bytes.  Source: RFC 5545, RFC 5546 (3.2.2, 3.2.5).
    """
    return bytes(_calendar(event, sequence, method=method).to_ical())


def busy_from_feed(ics: bytes, start: datetime, end: datetime, *, zone: str = "UTC", but: Collection[str] = ()) -> list[Busy]:
    """The busy times that a feed has between two moments, in order, touching ones joined, cut to the range.

    Left out: cancelled events and those marked as free. Recurrences are expanded in their own zone, so wall times
    survive changes of summer time.  zone: IANA, for all-day events and times without a zone, when the feed names none
    itself (X-WR-TIMEZONE).  but: the uids of events that are left out, such as our own calls: those the record knows, and
    their copy in a calendar may be old.  Raises CalendarUnavailable when the file cannot be read whole.
    """
    return _busy([ics], start, end, zone, but)


def fetch_busy_feed(
    url: str, start: datetime, end: datetime, *, policy: EgressPolicy, zone: str = "UTC", but: Collection[str] = ()
) -> list[Busy]:
    """The busy times of a published feed (`https` or `webcal` address), as `busy_from_feed`.

    Raises CalendarAccessLost when the address is refused, gone or private, CalendarUnavailable when it does not answer.
    """
    address = "https" + url[len("webcal") :] if url.lower().startswith("webcal://") else url
    try:
        answer = fetch("GET", address, policy=policy, headers={"Accept": "text/calendar"})
    except EgressUnavailable as error:
        raise CalendarUnavailable(f"{error.detail} {_HOW_WE_WAIT}") from error
    except EgressRefused as error:
        raise CalendarAccessLost(error.detail, field="url") from error
    if answer.status in {401, 403, 404, 410}:
        raise CalendarAccessLost(f"The calendar's address answers {answer.status}: enter a new one.", field="url")
    if answer.status != 200:
        raise CalendarUnavailable(f"The calendar's address answers {answer.status}. {_HOW_WE_WAIT}")
    return busy_from_feed(answer.content, start, end, zone=zone, but=but)


def fetch_busy_caldav(
    url: str,
    username: str,
    password: str,
    start: datetime,
    end: datetime,
    *,
    policy: EgressPolicy,
    zone: str = "UTC",
    but: Collection[str] = (),
) -> list[Busy]:
    """The busy times of a CalDAV calendar, as `busy_from_feed`.

    url: of the calendar itself, not of the account; see `list_calendars_caldav`.
    Raises CalendarAccessLost when we are no longer let in or the calendar is gone, CalendarUnavailable otherwise.
    """
    with _opened(url, username, password, policy) as client:
        calendar = client.calendar(url=url)  # type: ignore[no-untyped-call]
        # Asked first: some servers answer a search in a calendar that is gone with an empty list.
        _require_calendar(client, url)
        events = calendar.search(start=start.astimezone(UTC), end=end.astimezone(UTC), event=True, expand=False)
        files = [str(one.data).encode() for one in events]
    return _busy(files, start, end, zone, but)


def list_calendars_caldav(url: str, username: str, password: str, *, policy: EgressPolicy) -> list[tuple[str, str]]:
    """The (name, address) of every calendar of an account, for choosing one when it is connected.

    url: where the account's CalDAV begins.  Raises as `fetch_busy_caldav`.
    """
    with _opened(url, username, password, policy) as client:
        found = client.principal().get_calendars()  # type: ignore[no-untyped-call]
        return [(str(one.get_display_name() or one.url), str(one.url)) for one in found]


def _busy(files: list[bytes], start: datetime, end: datetime, zone: str, but: Collection[str]) -> list[Busy]:
    if end - start > _LONGEST_LOOK:
        raise ValueError("look at no more than 400 days at once")
    request = {
        "files": [base64.b64encode(ics).decode() for ics in files],
        "start": start.isoformat(),
        "end": end.isoformat(),
        "zone": zone,
        "but": sorted(but),
    }
    try:
        answer = json.loads(_READER.ask(json.dumps(request).encode(), _READ_SECONDS))
    except ChildTookTooLong as error:
        raise CalendarUnavailable(f"The calendar is too large to read. {_HOW_WE_WAIT}") from error
    except ChildFailed as error:  # unread is never free
        raise CalendarUnavailable(f"The calendar cannot be read: {error}. {_HOW_WE_WAIT}") from error
    return [Busy(datetime.fromisoformat(one[0]), datetime.fromisoformat(one[1])) for one in answer]


def _calendar(event: CalendarEvent, sequence: int, *, method: InviteMethod) -> Calendar:
    zone = _writable_zone(event)
    cancels = method is InviteMethod.CANCEL
    entry = Event.new(
        uid=event.uid,
        summary=event.title,
        start=event.starts_at.astimezone(zone),
        end=event.ends_at.astimezone(zone),
        stamp=event.stamped_at.astimezone(UTC),
        last_modified=event.stamped_at.astimezone(UTC),
        sequence=sequence,
        status=STATUS.CANCELLED if cancels else STATUS.CONFIRMED,
        description=event.description or None,
        location=event.location or None,
        url=event.url or None,
        organizer=_person(event.organizer),
        attendees=[_invited(one, cancels) for one in event.attendees],
    )
    calendar = Calendar()  # not `new`: it would add an id of its own, another one each time
    for name, value in (("prodid", _PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN")):
        calendar.add(name, value)
    calendar.add("method", method.value)
    calendar.add_component(entry)
    calendar.add_missing_timezones(first_date=date(event.starts_at.year - 1, 1, 1), last_date=date(event.ends_at.year + 2, 1, 1))
    return calendar


def _writable_zone(event: CalendarEvent) -> tzinfo:
    """The event's zone, or UTC when it touches the hour that comes twice, which iCalendar cannot tell apart."""
    zone = ZoneInfo(event.zone)
    local = [moment.astimezone(zone) for moment in (event.starts_at, event.ends_at)]
    is_clear = all(one.replace(fold=0).utcoffset() == one.replace(fold=1).utcoffset() for one in local)
    return zone if is_clear else UTC


def _person(person: Attendee) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.address}")
    if person.name:
        address.params["CN"] = vText(person.name)
    return address


def _invited(person: Attendee, cancels: bool) -> vCalAddress:
    address = _person(person)
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    if not cancels:
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE")
    return address


@contextmanager
def _opened(url: str, username: str, password: str, policy: EgressPolicy) -> Iterator[DAVClient]:
    """A CalDAV client whose every connection goes through the guarded way out; its errors become ours."""
    try:
        # No discovery: it would ask the resolver and other hosts behind our back.
        client = DAVClient(url=url, username=username, password=password, enable_rfc6764=False)
        client.session.close()
        client.session = session(policy)
        with client:
            yield client
    except (AuthorizationError, NotFoundError) as error:
        raise CalendarAccessLost("The calendar no longer lets us in: connect it again.") from error
    except EgressRefused as error:
        raise CalendarAccessLost(error.detail, field="url") from error
    except EgressUnavailable as error:
        raise CalendarUnavailable(f"{error.detail} {_HOW_WE_WAIT}") from error
    except (DAVError, requests.RequestException, ValueError, OSError) as error:
        raise CalendarUnavailable(f"The calendar does not answer as it should: {_reason(error)}. {_HOW_WE_WAIT}") from error


def _require_calendar(client: DAVClient, url: str) -> None:
    answer = client.propfind(url, props=["{DAV:}resourcetype"], depth=0)
    _require_success(answer.status, {200, 207})
    if "calendar" not in str(answer.raw):
        raise CalendarAccessLost("This address is not a calendar: choose one of the account's calendars.", field="url")


def _require_success(status: int, good: set[int]) -> None:
    if status in good:
        return
    if status in {401, 403, 404, 410}:
        raise CalendarAccessLost(f"The calendar answers {status}: connect it again.")
    raise CalendarUnavailable(f"The calendar answers {status}. {_HOW_WE_WAIT}")


def _reason(error: BaseException) -> str:
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:200]
