"""What may happen to a proposal, and until when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models.rules.dates import local_date, start_of_day
from models.rules.payment_schedules import deposit_minor
from models.rules.reminders import reminder_after, reminder_moments, reminder_steps
from models.types.calls import Schedule
from models.types.line_items import DocumentTotals
from models.types.proposals import FollowUpFacts, ProposalStatus
from models.types.reminders import ReminderAnchor, ReminderDue, ReminderStep

_S = ProposalStatus
TRANSITIONS: dict[ProposalStatus, frozenset[ProposalStatus]] = {
    _S.DRAFT: frozenset({_S.SENT, _S.WITHDRAWN}),
    _S.SENT: frozenset({_S.ACCEPTED, _S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.SUPERSEDED}),
    _S.EXPIRED: frozenset({_S.WITHDRAWN, _S.SUPERSEDED}),
    _S.ACCEPTED: frozenset(),
    _S.DECLINED: frozenset({_S.SUPERSEDED}),
    _S.WITHDRAWN: frozenset({_S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset(),
}

DECISIONS = tuple(f"proposal.{status}" for status in (_S.ACCEPTED, _S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.SUPERSEDED))
"""The events after which nobody waits for the client any more."""


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
    """Whether it may go out: only a draft. What expired is renewed as a new version, because its text names the day."""
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


def deposit_of(totals: DocumentTotals, share_bps: int) -> int:
    """What is due at acceptance, minor units: a share of what is paid once. Recurring lines are billed by their own rhythm."""
    return deposit_minor(totals.total_minor - totals.recurring_minor, share_bps=share_bps)


def proposal_schedule(facts: FollowUpFacts, *, now: datetime) -> Schedule:
    """What is due next for a proposal: the mail with its link, reminders while nobody decided, expiry to the second."""
    if facts.status != _S.SENT or facts.sent_at is None:
        return Schedule(is_over=True)
    if is_expired(facts.expires_at, now):
        return _over(facts) if facts.is_expiry_skipped else Schedule(action="expire", wake_at=now.isoformat())
    if facts.can_be_mailed and not facts.is_delivered:
        return Schedule(action="deliver", wake_at=now.isoformat())
    reminder = _next_reminder_of(facts, now)
    if reminder is not None:
        # The index names the reminder, so that the same one is never sent twice, whatever was skipped before it.
        return _waiting(facts, "remind", reminder.at, index=reminder.step + 1, then_what="a reminder goes out")
    return _waiting(facts, "expire", facts.expires_at, then_what="the proposal expires" if facts.expires_at else "")


def _over(facts: FollowUpFacts) -> Schedule:
    return Schedule(what=f"the proposal for {facts.client} to be renewed or withdrawn", whom="us", ended_by=DECISIONS)


def _next_reminder_of(facts: FollowUpFacts, now: datetime) -> ReminderDue | None:
    if facts.sent_at is None or not facts.can_be_mailed:
        return None
    steps = reminder_steps(ReminderAnchor.SENT, facts.reminder_days)
    moments = reminder_moments(steps, {ReminderAnchor.SENT: local_date(facts.sent_at, facts.zone)}, facts.zone)
    # Counted from the moments of those sent, not from when they were sent: a clock that is a little slow must not repeat one.
    handled = max([facts.sent_at, *(moment.at for moment in moments if moment.step in facts.reminded)])
    return next_reminder(
        handled, steps, sent_at=facts.sent_at, expires_at=facts.expires_at, zone=facts.zone, status=facts.status, now=now
    )


def _waiting(facts: FollowUpFacts, action: str, at: datetime | None, *, then_what: str, index: int = 0) -> Schedule:
    return Schedule(
        action=action,
        wake_at=at.isoformat() if at else None,
        index=index,
        what=f"{facts.client} to sign the proposal",
        client_what="Read and sign the proposal",
        then_what=then_what,
        ended_by=DECISIONS,
    )
