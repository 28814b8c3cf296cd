"""What may happen to a proposal, and until when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models.rules.dates import local_date, start_of_day
from models.rules.reminders import reminder_after, reminder_moments
from models.types.proposals import ProposalStatus
from models.types.reminders import ReminderAnchor, ReminderDue, ReminderStep

_S = ProposalStatus
TRANSITIONS: dict[ProposalStatus, frozenset[ProposalStatus]] = {
    _S.DRAFT: frozenset({_S.SENT, _S.WITHDRAWN}),
    _S.SENT: frozenset({_S.ACCEPTED, _S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.SUPERSEDED}),
    _S.EXPIRED: frozenset({_S.SENT, _S.WITHDRAWN, _S.SUPERSEDED}),
    _S.ACCEPTED: frozenset(),
    _S.DECLINED: frozenset({_S.SUPERSEDED}),
    _S.WITHDRAWN: frozenset({_S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset(),
}


def is_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Whether the offer is over. The instant itself is expired; one millisecond before is not. None never expires."""
    return expires_at is not None and now >= expires_at


def expiry_instant(last_day: date, zone: str) -> datetime:
    """When an offer that is good through a day ends: the next midnight in the zone, as a UTC instant."""
    return start_of_day(last_day + timedelta(days=1), zone)


def is_superseded(version: int, current_version: int) -> bool:
    """Whether a newer version has taken this one's place."""
    return version < current_version


def decision_refusal(
    status: ProposalStatus, *, expires_at: datetime | None, now: datetime, version: int = 1, current_version: int = 1
) -> str | None:
    """Why the client can neither accept nor decline this version now, as a sentence for them; None when they can."""
    if status == _S.SUPERSEDED or is_superseded(version, current_version):
        return "This version has been replaced by a newer one. Please open the newest version."
    if status == _S.EXPIRED or (status == _S.SENT and is_expired(expires_at, now)):
        return "This proposal has expired. Please ask for it to be renewed."
    already = {_S.ACCEPTED: "accepted", _S.DECLINED: "declined", _S.WITHDRAWN: "withdrawn"}.get(status)
    if already:
        return f"This proposal has already been {already}."
    return None if status == _S.SENT else "This proposal has not been sent yet."


def can_accept(
    status: ProposalStatus, *, expires_at: datetime | None, now: datetime, version: int = 1, current_version: int = 1
) -> bool:
    """Whether the client may accept (or decline) this version at this moment."""
    refusal = decision_refusal(status, expires_at=expires_at, now=now, version=version, current_version=current_version)
    return refusal is None


def can_edit(status: ProposalStatus) -> bool:
    """Whether the text and the lines may still change in place; later a change is a new version."""
    return status == _S.DRAFT


def can_send(status: ProposalStatus) -> bool:
    """Whether it may go out: a draft, or an expired one that is renewed."""
    return _S.SENT in TRANSITIONS[status]


def can_withdraw(status: ProposalStatus) -> bool:
    """Whether we may still take the offer back."""
    return _S.WITHDRAWN in TRANSITIONS[status]


def can_revise(status: ProposalStatus) -> bool:
    """Whether a new version may replace it: anything that was sent and is not accepted."""
    return _S.SUPERSEDED in TRANSITIONS[status]


def next_reminder(
    at: datetime,
    schedule: Sequence[ReminderStep],
    *,
    sent_at: datetime,
    expires_at: datetime | None,
    zone: str,
    status: ProposalStatus,
    now: datetime | None = None,
) -> ReminderDue | None:
    """The next reminder after the last one handled; None once the proposal is decided, or when none comes before it expires.

    at: the last moment handled, at first `sent_at`. now: collapses missed reminders into the latest.
    """
    if status != _S.SENT:
        return None
    anchors = {ReminderAnchor.SENT: local_date(sent_at, zone)}
    if expires_at is not None:
        # The last day it is good, not the midnight that ends it.
        anchors[ReminderAnchor.EXPIRY] = local_date(expires_at - timedelta(microseconds=1), zone)
    moments = [moment for moment in reminder_moments(schedule, anchors, zone) if not is_expired(expires_at, moment.at)]
    return reminder_after(moments, at, now=now)
