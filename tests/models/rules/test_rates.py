from datetime import date

import pytest

from models.rules.rates import resolve_rate
from models.types.rates import Rate, RateScope

RATES = [
    Rate("workspace", 8000, "EUR"),
    Rate("role", 8500, "EUR", role="designer"),
    Rate("person", 9000, "EUR", member_id="mem_1"),
    Rate("project", 12_000, "EUR", project_id="prj_1"),
    Rate("both", 11_000, "EUR", project_id="prj_1", member_id="mem_2"),
    Rate("task", 15_000, "EUR", task_id="tsk_1"),
]
ON = date(2026, 3, 31)


def resolved(rates, **place):
    found = resolve_rate(rates, **place)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("place", "winner"),
    [
        ({}, "workspace"),
        ({"role": "designer"}, "role"),
        ({"role": "designer", "member_id": "mem_1"}, "person"),
        ({"member_id": "mem_1", "project_id": "prj_1"}, "project"),
        ({"member_id": "mem_2", "project_id": "prj_1"}, "both"),
        ({"member_id": "mem_2", "project_id": "prj_1", "task_id": "tsk_1"}, "task"),
        ({"member_id": "mem_9", "project_id": "prj_9", "task_id": "tsk_9"}, "workspace"),
    ],
)
def test_the_most_specific_rate_wins(place, winner):
    assert resolved(RATES, on=ON, **place).rate_id == winner


def test_the_reason_names_the_rate_and_what_it_beats():
    found = resolved(RATES, on=ON, member_id="mem_1", project_id="prj_1")
    assert found.scope == RateScope.PROJECT
    assert found.reason == "Project rate, 120.00 EUR an hour; it beats the person rate and the workspace rate."
    assert resolved(RATES[:1], on=ON).reason == "Workspace rate, 80.00 EUR an hour."


def test_a_change_next_month_does_not_touch_this_month():
    rates = [Rate("old", 9000, "EUR", starts_on=date(2026, 1, 1)), Rate("new", 9900, "EUR", starts_on=date(2026, 4, 1))]
    assert resolved(rates, on=date(2026, 3, 31)).rate_id == "old"
    assert resolved(rates, on=date(2026, 4, 1)).reason == "Workspace rate, 99.00 EUR an hour since 2026-04-01."
    assert resolve_rate(rates, on=date(2025, 12, 31)) is None


def test_an_ended_rate_and_another_currency_do_not_apply():
    rates = [Rate("ended", 1, "EUR", member_id="m", ends_on=ON), Rate("dollar", 2, "USD", member_id="m"), Rate("base", 3, "EUR")]
    assert resolved(rates, on=ON, member_id="m").rate_id == "dollar"
    assert resolved(rates, on=ON, member_id="m", currency="EUR").rate_id == "base"


def test_the_order_of_the_list_does_not_matter():
    twins = [Rate("b", 1, "EUR"), Rate("a", 2, "EUR")]
    assert {resolved(order, on=ON).rate_id for order in (twins, twins[::-1])} == {"a"}
