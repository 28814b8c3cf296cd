"""Reading a connected calendar: its busy times into the record, or why they are unknown."""

from datetime import timedelta

from api.deps import Call
from api.egress import egress_policy
from api.gateways.calendars import fetch_busy_caldav, fetch_busy_feed
from api.vault import open_secret
from models.commands.calendar_connections import get_connection, record_failure, record_reading
from models.queries.bookings import list_own_uids
from models.tables.bookings import CalendarConnection
from models.tables.members import Member
from models.types.calendars import Busy
from models.types.errors import DomainError, Unavailable

READS_AHEAD = timedelta(days=390)
"""With the day before, within the 400 days that a calendar is looked through at once."""


def read_calendar(call: Call, connection_id: str) -> None:
    """Ask a calendar for its busy times, with no transaction open meanwhile.

    Access that is lost closes the owner's slots at once; a calendar that does not answer does so when its last reading
    has become old (`BUSY_IS_FRESH` in models/queries/bookings.py).
    """
    with call.open(writes=False):
        connection = get_connection(call.session, connection_id)
        member = call.session.get(Member, connection.member_id)
        zone = member.timezone if member else "UTC"
        own = list_own_uids(call.session, connection.member_id, since=call.now - timedelta(days=1))
    until = call.now + READS_AHEAD
    try:
        busy = _fetch(call, connection, zone, own)
    except DomainError as error:
        with call.open(writes=True):
            kept = get_connection(call.session, connection_id)
            record_failure(call.session, kept, error.detail, is_lost=not isinstance(error, Unavailable))
        return
    with call.open(writes=True):
        kept = get_connection(call.session, connection_id)
        spans = [[one.start.isoformat(), one.end.isoformat()] for one in busy]
        record_reading(call.session, kept, spans, until=until)


def _fetch(call: Call, connection: CalendarConnection, zone: str, own: list[str]) -> list[Busy]:
    policy = egress_policy(call.settings)
    since, until = call.now - timedelta(days=1), call.now + READS_AHEAD
    if connection.kind == "ics":
        return fetch_busy_feed(connection.url, since, until, policy=policy, zone=zone, but=own)
    password = open_secret(call.settings, connection.password_encrypted) if connection.password_encrypted else ""
    return fetch_busy_caldav(connection.url, connection.username, password, since, until, policy=policy, zone=zone, but=own)
