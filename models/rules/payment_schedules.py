"""How a total is paid in parts. The last part absorbs all rounding, so the parts are the total to the cent."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from models.rules.money import WHOLE_BPS, percent_bps
from models.types.errors import Invalid
from models.types.proposals import PaymentDue, PaymentPart, PaymentPartKind, ScheduledPayment


def scheduled_payments(parts: Sequence[PaymentPart], total_minor: int) -> tuple[ScheduledPayment, ...]:
    """The amount of each part, in the order given; they sum to the total.

    Raises Invalid when the parts miss the total by more than rounding (3 × 33.33 % is rounding, 90 % is not), when a part
    would be negative, or when a rest is not last.
    """
    if not parts:
        return ()
    if any(part.kind == PaymentPartKind.REST for part in parts[:-1]):
        raise Invalid("Only the last payment can be the rest.", field="payment_schedule")
    *amounts, last = _nominal_amounts(parts, total_minor)
    rest = total_minor - sum(amounts)
    if parts[-1].kind != PaymentPartKind.REST and abs(rest - last) > _slack(len(parts), total_minor):
        raise Invalid("The payments do not add up to the total.", field="payment_schedule")
    amounts.append(rest)
    if min(amounts) < 0 <= total_minor:
        raise Invalid("The payments add up to more than the total.", field="payment_schedule")
    return tuple(ScheduledPayment(part, amount) for part, amount in zip(parts, amounts, strict=True))


def deposit_minor(total_minor: int, *, share_bps: int = 0, amount_minor: int = 0) -> int:
    """What is due at once, by share or by amount. Raises Invalid when it is negative or more than the total."""
    deposit = amount_minor or percent_bps(total_minor, share_bps)
    if not 0 <= deposit <= total_minor:
        raise Invalid("A deposit is at least zero and at most the total.", field="deposit")
    return deposit


def payment_due_on(part: PaymentPart, *, accepted_on: date | None, milestones: Mapping[str, date]) -> date | None:
    """The day a part falls due, or None while that is not known.

    milestones: the day each reached milestone was reached.
    """
    if part.due == PaymentDue.ON_DATE:
        return part.due_on
    if part.due == PaymentDue.AT_MILESTONE:
        return milestones.get(part.milestone)
    if accepted_on is None:
        return None
    return accepted_on + timedelta(days=part.due_days if part.due == PaymentDue.DAYS_AFTER_ACCEPTANCE else 0)


def _nominal_amounts(parts: Sequence[PaymentPart], total_minor: int) -> list[int]:
    # Percentages are rounded as running sums, so that many small parts cannot outgrow a small total.
    amounts, share, asked = [], 0, 0
    for part in parts:
        if part.kind == PaymentPartKind.PERCENT:
            share += part.share_bps
            amounts.append(percent_bps(total_minor, share) - asked)
            asked += amounts[-1]
        else:
            amounts.append(part.amount_minor)
    return amounts


def _slack(count: int, total_minor: int) -> int:
    # A percentage is written to two decimals, so each part may be off by one basis point and one minor unit.
    return count * (abs(total_minor) // WHOLE_BPS + 1)
