"""Preparing the page on which a call is booked or moved: the open times, in the guest's own zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

from fastapi.responses import Response

from api.deps import Call
from api.render import public_page
from models.commands.bookings import list_open_slots
from models.commands.capability_links import open_link
from models.ids import new_token
from models.rules.slots import slots_by_day
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.members import Member
from models.tables.proposals import Proposal
from models.types.errors import Unavailable

DAYS_SHOWN = 7


@dataclass
class BookPage:
    """The public page of a scheduler."""

    scheduler: Scheduler
    host: str
    zone: str
    zones: list[str]
    days: dict[date, list[datetime]]
    earlier: str | None
    later: str
    contact: Contact | None
    proposal: str
    moving: Booking | None
    action: str
    errors: dict[str, str]
    alternatives: list[datetime]
    typed: dict[str, str]
    unavailable: str
    page: str
    """A token of this rendering: its posts are one booking."""


def book_page(
    call: Call,
    scheduler: Scheduler,
    *,
    zone: str,
    since: date | None = None,
    proposal: str = "",
    moving: Booking | None = None,
    token: str = "",
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    alternatives: list[datetime] | None = None,
    status: int = 200,
) -> Response:
    host = call.session.get(Member, scheduler.member_id)
    signed = signed_proposal(call, scheduler, proposal)
    contact = call.session.get(Contact, signed.contact_id) if signed else None
    shown_zone = known_zone(zone, (contact.timezone if contact else None) or call.workspace.timezone)
    begins = max(since or call.now.date(), call.now.date())
    unavailable = ""
    days: dict[date, list[datetime]] = {}
    try:
        days = _days(call, scheduler, begins, shown_zone, moving)
    except Unavailable as error:
        unavailable = error.detail
    base = f"/b/{token}/time" if moving else f"/book/{scheduler.slug}"
    keep = f"&zone={shown_zone}" + (f"&proposal={proposal}" if proposal else "")
    page = BookPage(
        scheduler=scheduler,
        host=host.name if host else "",
        zone=shown_zone,
        zones=_zones(shown_zone),
        days=days,
        earlier=f"{base}?since={begins - timedelta(days=DAYS_SHOWN)}{keep}" if begins > call.now.date() else None,
        later=f"{base}?since={begins + timedelta(days=DAYS_SHOWN)}{keep}",
        contact=contact,
        proposal=proposal,
        moving=moving,
        action=base,
        errors=errors or {},
        alternatives=alternatives or [],
        typed={"name": "", "email": "", "note": "", **(typed or {})},
        unavailable=unavailable,
        page=new_token(),
    )
    return public_page(call, "bookings/book.html", page, status=status)


def signed_proposal(call: Call, scheduler: Scheduler, token: str) -> Proposal | None:
    """The proposal behind a signer's link, when it belongs to the scheduler's workspace; its client is the guest."""
    if not token:
        return None
    link = open_link(call.session, token, kind="proposal", now=call.now)
    proposal = call.session.get(Proposal, link.subject_id)
    return proposal if proposal and link.workspace_id == scheduler.workspace_id else None


def _days(call: Call, scheduler: Scheduler, begins: date, zone: str, moving: Booking | None) -> dict[date, list[datetime]]:
    since = datetime(begins.year, begins.month, begins.day, tzinfo=call.now.tzinfo) - timedelta(days=1)
    slots = list_open_slots(
        call.session,
        scheduler,
        now=call.now,
        since=since,
        until=since + timedelta(days=DAYS_SHOWN + 2),
        moving=moving.id if moving else None,
    )
    days = slots_by_day(slots, zone)
    return {day: starts for day, starts in days.items() if begins <= day < begins + timedelta(days=DAYS_SHOWN)}


def known_zone(wanted: str, otherwise: str) -> str:
    return wanted if wanted in available_timezones() else otherwise


def _zones(shown: str) -> list[str]:
    """Zones worth choosing from by hand: places, not abbreviations."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return sorted({zone for zone in available_timezones() if zone.startswith(regions)} | {shown, "UTC"})
