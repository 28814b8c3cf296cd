"""Reading schedulers, bookings and what blocks their slots."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import holidays
from sqlmodel import Session, col, select

from models.rules.slots import day_overrides, weekly_hours
from models.tables.bookings import Booking, CalendarConnection, Scheduler
from models.tables.members import Member
from models.tables.workspaces import Workspace
from models.types.bookings import BookingStatus
from models.types.errors import NotFound, Unavailable
from models.types.slots import Busy, SlotTerms

_LIVE = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
BUSY_IS_FRESH = timedelta(minutes=30)
"""How old a reading of a calendar may be: an older one is unknown, and an unknown calendar offers nothing."""


def get_scheduler(session: Session, scheduler_id: str, *, with_archived: bool = False) -> Scheduler:
    """One scheduler. Raises NotFound, also for one that was put away unless those are wanted too."""
    scheduler = session.get(Scheduler, scheduler_id)
    if scheduler is None or (scheduler.archived_at is not None and not with_archived):
        raise NotFound("There is no such scheduler.")
    return scheduler


def find_scheduler_by_slug(session: Session, slug: str) -> Scheduler | None:
    """A scheduler by its public address, or None; across workspaces."""
    return session.exec(select(Scheduler).where(Scheduler.slug == slug, col(Scheduler.archived_at).is_(None))).one_or_none()


def get_booking(session: Session, booking_id: str) -> Booking:
    """One booking. Raises NotFound."""
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise NotFound("There is no such booking.")
    return booking


def find_coming_booking(session: Session, *, engagement_id: str, scheduler_id: str, now: datetime) -> Booking | None:
    """The engagement's next call with a scheduler, of those that stand and are not over, or None."""
    return session.exec(
        select(Booking)
        .where(
            Booking.engagement_id == engagement_id,
            Booking.scheduler_id == scheduler_id,
            col(Booking.status).in_(_LIVE),
            col(Booking.ends_at) > now,
        )
        .order_by(col(Booking.starts_at))
    ).first()


def find_booking_of_page(session: Session, scheduler_id: str, page_token: str) -> Booking | None:
    """The booking that a rendered page led to, whatever became of it, or None."""
    return session.exec(
        select(Booking).where(Booking.scheduler_id == scheduler_id, Booking.page_token == page_token)
    ).one_or_none()


def slot_terms(session: Session, scheduler: Scheduler, *, today: date) -> SlotTerms:
    """What a scheduler offers: its own hours, else its host's, else the workspace's; in the host's zone."""
    member = session.get(Member, scheduler.member_id)
    workspace = session.get(Workspace, scheduler.workspace_id)
    if member is None or workspace is None:
        raise NotFound("There is no host for this call.")
    return SlotTerms(
        zone=member.timezone,
        weekly=weekly_hours(scheduler.weekly_hours or member.weekly_hours or workspace.weekly_hours),
        duration_minutes=scheduler.duration_minutes,
        step_minutes=scheduler.step_minutes,
        overrides=day_overrides(scheduler.overrides),
        holidays=_holidays(workspace.holidays_region, today),
        buffer_before_minutes=scheduler.buffer_before_minutes,
        buffer_after_minutes=scheduler.buffer_after_minutes,
        notice_minutes=scheduler.notice_minutes,
        horizon_days=scheduler.horizon_days,
        daily_cap=scheduler.daily_cap,
    )


def _holidays(region: str, today: date) -> tuple[date, ...]:
    if not region:
        return ()
    country, _, subdivision = region.partition("-")
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=[today.year, today.year + 1])
    return tuple(sorted(days))


def list_booked(session: Session, member_id: str, *, since: datetime, but: str | None = None) -> list[Busy]:
    """The host's live bookings from a moment on; `but`: one that is being moved."""
    rows = session.exec(
        select(Booking).where(Booking.member_id == member_id, col(Booking.status).in_(_LIVE), Booking.ends_at > since)
    )
    return [Busy(row.starts_at, row.ends_at) for row in rows if row.id != but]


def list_own_uids(session: Session, member_id: str, *, since: datetime) -> list[str]:
    """How calendars name the host's calls that end after a moment, cancelled ones too: who accepted an invitation has a copy."""
    statement = select(Booking.ical_uid).where(Booking.member_id == member_id, Booking.ends_at > since)
    return list(session.exec(statement))


def list_connections(session: Session, member_id: str) -> Sequence[CalendarConnection]:
    """The host's connected calendars."""
    return session.exec(
        select(CalendarConnection).where(CalendarConnection.member_id == member_id, col(CalendarConnection.archived_at).is_(None))
    ).all()


def list_busy(session: Session, member_id: str, *, now: datetime) -> list[Busy]:
    """The busy times of the host's calendars, as last read.

    Raises Unavailable when one of them cannot be read or was not read lately: what is unknown must not look free.
    """
    busy = []
    for connection in list_connections(session, member_id):
        fresh = connection.checked_at is not None and now - connection.checked_at <= BUSY_IS_FRESH
        if connection.status != "ok" or not fresh:
            raise Unavailable("The host's calendar cannot be read at the moment, so no time can be offered. Try again later.")
        busy += [Busy(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in connection.busy]
    return busy
