"""The hours of a retainer: what each period brings, uses, carries on and loses. Oldest hours go first."""

from collections.abc import Sequence
from datetime import date

from models.rules.retainers import period_on
from models.types.retainers import BucketStatement, HoursTerms, PeriodUse, RetainerTerms

_Lot = tuple[int, int]  # (index of the period that brought them, seconds left)


def bucket_statement(hours: HoursTerms, uses: Sequence[PeriodUse]) -> list[BucketStatement]:
    """One statement for each period, in order; periods must follow each other by index, from the first.

    Work is taken from rolled hours first, then from the period's own, then from top-ups. What is still missing is
    carried as a deficit or counted as overage.
    """
    lots: list[_Lot] = []
    top_up = deficit = 0
    statements = []
    for use in uses:
        statement, lots = _statement(hours, use, lots, top_up, deficit)
        top_up, deficit = statement.top_up_left_seconds, statement.deficit_out_seconds
        statements.append(statement)
    return statements


def period_index_for(worked_on: date, terms: RetainerTerms, *, first_open_index: int) -> int | None:
    """The period whose bucket an entry counts in; an entry for a closed period counts in the first open one.

    None when the day is outside the retainer.
    """
    found = period_on(worked_on, terms)
    return None if found is None else max(found.index, first_open_index)


def _statement(
    hours: HoursTerms, use: PeriodUse, lots: Sequence[_Lot], top_up: int, deficit: int
) -> tuple[BucketStatement, list[_Lot]]:
    included = hours.included_seconds if use.included_seconds is None else use.included_seconds
    rolled_in = sum(seconds for _, seconds in lots)
    top_up += use.top_up_seconds
    left, missing = _drawn([*lots, (use.index, included)], use.used_seconds + deficit)
    from_top_up = min(missing, top_up)
    missing -= from_top_up
    kept = _rolled(hours, left, use.index)
    unused = sum(seconds for _, seconds in left)
    rolled_out = sum(seconds for _, seconds in kept)
    available = rolled_in + included + top_up - deficit
    statement = BucketStatement(
        index=use.index,
        deficit_in_seconds=deficit,
        rolled_in_seconds=rolled_in,
        included_seconds=included,
        top_up_in_seconds=top_up,
        available_seconds=available,
        used_seconds=use.used_seconds,
        left_seconds=max(0, available - use.used_seconds),
        overage_seconds=0 if hours.carries_deficit else missing,
        expired_seconds=unused - rolled_out,
        rolled_out_seconds=rolled_out,
        top_up_left_seconds=top_up - from_top_up,
        deficit_out_seconds=missing if hours.carries_deficit else 0,
    )
    return statement, kept


def _drawn(lots: Sequence[_Lot], wanted: int) -> tuple[list[_Lot], int]:
    left = []
    for index, seconds in lots:
        taken = min(seconds, wanted)
        wanted -= taken
        if seconds > taken:
            left.append((index, seconds - taken))
    return left, wanted


def _rolled(hours: HoursTerms, lots: Sequence[_Lot], index: int) -> list[_Lot]:
    if not hours.rolls_over:
        return []
    lasts = hours.rollover_periods
    alive = [lot for lot in lots if lasts is None or index + 1 - lot[0] <= lasts]
    if hours.rollover_cap_seconds is None:
        return alive
    too_much = sum(seconds for _, seconds in alive) - hours.rollover_cap_seconds
    return _drawn(alive, max(0, too_much))[0]
