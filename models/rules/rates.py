"""Which hourly rate applies. The most specific wins; among equals the one that began last."""

from collections.abc import Iterable
from datetime import date

from models.rules.money import plain_amount
from models.types.money import Money
from models.types.rates import Rate, RateScope, ResolvedRate

_ORDER = list(RateScope)
_NAMES = {
    RateScope.TASK: "task rate",
    RateScope.PROJECT_PERSON: "project rate of this person",
    RateScope.PROJECT: "project rate",
    RateScope.PERSON: "person rate",
    RateScope.ROLE: "role rate",
    RateScope.WORKSPACE: "workspace rate",
}


def resolve_rate(
    rates: Iterable[Rate],
    *,
    on: date,
    task_id: str | None = None,
    project_id: str | None = None,
    member_id: str | None = None,
    role: str | None = None,
    currency: str | None = None,
) -> ResolvedRate | None:
    """The rate for work on a day, and the sentence that says why; None when no rate applies.

    on: the worker's day, so that a change next month does not touch this month. currency: only rates in it; None takes any.
    The same rule serves prices and costs; hand it one kind at a time.
    """
    place = {"task_id": task_id, "project_id": project_id, "member_id": member_id, "role": role}
    matching = [rate for rate in rates if _applies(rate, place, on) and currency in (None, rate.currency)]
    if not matching:
        return None
    ranked = sorted(matching, key=lambda rate: rate.id)
    ranked.sort(key=lambda rate: rate.starts_on or date.min, reverse=True)
    ranked.sort(key=lambda rate: (_ORDER.index(rate_scope(rate)), -_conditions(rate)))
    best = ranked[0]
    return ResolvedRate(best.id, rate_scope(best), best.minor_per_hour, best.currency, _reason(best, ranked))


def rate_scope(rate: Rate) -> RateScope:
    """What a rate is set on, by the most specific thing it names."""
    if rate.task_id:
        return RateScope.TASK
    if rate.project_id:
        return RateScope.PROJECT_PERSON if rate.member_id else RateScope.PROJECT
    if rate.member_id:
        return RateScope.PERSON
    return RateScope.ROLE if rate.role else RateScope.WORKSPACE


def _applies(rate: Rate, place: dict[str, str | None], on: date) -> bool:
    named = {"task_id": rate.task_id, "project_id": rate.project_id, "member_id": rate.member_id, "role": rate.role}
    if any(value is not None and value != place[name] for name, value in named.items()):
        return False
    return (rate.starts_on is None or rate.starts_on <= on) and (rate.ends_on is None or on < rate.ends_on)


def _conditions(rate: Rate) -> int:
    return sum(value is not None for value in (rate.task_id, rate.project_id, rate.member_id, rate.role))


def _reason(best: Rate, ranked: list[Rate]) -> str:
    scope = rate_scope(best)
    price = plain_amount(Money(best.minor_per_hour, best.currency))
    since = f" since {best.starts_on.isoformat()}" if best.starts_on else ""
    beaten = dict.fromkeys(f"the {_NAMES[rate_scope(rate)]}" for rate in ranked if rate_scope(rate) != scope)
    beats = f"; it beats {' and '.join(beaten)}" if beaten else ""
    name = _NAMES[scope]
    return f"{name[0].upper()}{name[1:]}, {price} an hour{since}{beats}."
