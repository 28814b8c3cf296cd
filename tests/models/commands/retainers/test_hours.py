from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.retainers import choose_projects, end_retainer
from models.ids import new_id
from models.queries.engagements import get_engagement
from models.queries.invoices import list_lines
from models.queries.retainer_hours import list_hours
from models.queries.retainers import list_period_invoices
from models.queries.time_entries import list_unbilled, sum_unbilled_seconds
from models.tables.invoices import Invoice
from models.tables.time_entries import TimeEntry
from models.types.errors import Invalid
from models.types.retainers import BillingTime, HoursTerms, MissedPolicy
from tests.builders.engagements import make_project
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio
from tests.models.commands.retainers.story import at, run

FIRST = date(2027, 1, 1)
HOUR = 3600
TEN_HOURS = HoursTerms(included_seconds=10 * HOUR, overage_rate_minor_per_hour=9_000)
ROLLING = HoursTerms(included_seconds=10 * HOUR, rolls_over=True, overage_rate_minor_per_hour=9_000)


def worked(session: Session, studio: Studio, day: date, hours: float, **values: Any) -> TimeEntry:
    started = at(day.month, day.day, 8, year=day.year)
    made = {"id": new_id("tim"), "member_id": studio.owner_id, "engagement_id": studio.engagement_id, "local_day": day}
    span = {"started_at": started, "stopped_at": started + timedelta(hours=hours), "seconds": int(hours * HOUR)}
    entry = TimeEntry(**{**made, **span, **values})
    session.add(entry)
    session.flush()
    return entry


def words(session: Session, invoice: Invoice) -> list[tuple[str, int]]:
    return [(line.description, line.amount_minor or line.unit_price_minor) for line in list_lines(session, invoice)]


def test_in_advance_the_next_invoice_states_the_hours_and_bills_the_overtime(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS))
    run(session, retainer, at(1, 1))
    entries = [worked(session, studio, date(2027, 1, 12), 8), worked(session, studio, date(2027, 1, 20), 4.5)]
    later = worked(session, studio, date(2027, 2, 1), 1)
    run(session, retainer, at(2, 1))

    invoice = list_period_invoices(session, retainer.id)[1]
    assert words(session, invoice) == [
        ("Care plan, 1 Feb – 28 Feb 2027", 120_000),
        ("Hours 1 Jan – 31 Jan 2027: 12:30 of 10:00 hours used, 2:30 over", 22_500),
    ]
    billed_on = {session.get_one(TimeEntry, entry.id).invoice_line_item_id for entry in entries}
    assert billed_on == {list_lines(session, invoice)[1].id}
    assert later.invoice_line_item_id is None


def test_the_bucket_rolls_and_a_late_entry_counts_in_the_open_period(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=ROLLING))
    run(session, retainer, at(1, 1))
    worked(session, studio, date(2027, 1, 12), 4)
    run(session, retainer, at(2, 1))
    worked(session, studio, date(2027, 1, 31), 3)  # written down after January was stated
    run(session, retainer, at(2, 2))

    january, february = list_hours(session, retainer, today=date(2027, 2, 3))

    assert (january.statement.used_seconds, january.is_settled) == (4 * HOUR, True)
    assert (february.statement.rolled_in_seconds, february.statement.used_seconds) == (6 * HOUR, 3 * HOUR)
    assert (february.statement.left_seconds, february.is_settled) == (13 * HOUR, False)


@pytest.mark.parametrize("missed", [MissedPolicy.ASK, MissedPolicy.SKIP, MissedPolicy.MERGE])
def test_hours_before_missed_periods_stay_where_they_were_worked(session: Session, studio: Studio, missed: MissedPolicy):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS, missed=missed))
    run(session, retainer, at(1, 1))
    worked(session, studio, date(2027, 1, 12), 9)
    worked(session, studio, date(2027, 2, 12), 8)
    run(session, retainer, at(4, 2))  # nothing ran in February and March
    used = [line.statement.used_seconds for line in list_hours(session, retainer, today=date(2027, 4, 2))]
    assert used == [9 * HOUR, 8 * HOUR, 0, 0]


def test_time_in_the_bucket_is_not_offered_to_other_invoices_until_the_retainer_ended(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS))
    before, within = (worked(session, studio, date(2026, 12, 31), 2), worked(session, studio, date(2027, 1, 12), 3))
    assert [entry.id for entry in list_unbilled(session, engagement_id=studio.engagement_id)] == [before.id]
    assert list_unbilled(session, entry_ids=[within.id]) == []
    assert sum_unbilled_seconds(session) == {studio.engagement_id: 2 * HOUR}

    retainer.status = "ended"
    session.flush()
    assert sum_unbilled_seconds(session) == {studio.engagement_id: 5 * HOUR}


def test_work_before_one_that_was_begun_by_hand_does_not_count(session: Session, studio: Studio):
    worked(session, studio, date(2027, 2, 12), 8)
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=ROLLING), bills_past=False, now=at(3, 5))
    [line] = list_hours(session, retainer, today=date(2027, 3, 6))
    assert (line.period.index, line.statement.rolled_in_seconds, line.statement.used_seconds) == (2, 0, 0)


def test_only_the_agreed_projects_fill_the_bucket(session: Session, studio: Studio):
    website = make_project(session, get_engagement(session, studio.engagement_id))
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=replace(TEN_HOURS, project_ids=())))
    worked(session, studio, date(2027, 1, 12), 4, project_id=website.id)
    worked(session, studio, date(2027, 1, 13), 1)
    worked(session, studio, date(2027, 1, 13), 2, is_billable=False)

    def used() -> int:
        return list_hours(session, retainer, today=date(2027, 1, 14))[0].statement.used_seconds

    assert used() == HOUR
    assert [entry.seconds for entry in list_unbilled(session)] == [4 * HOUR]
    choose_projects(session, retainer, [website.id])
    assert used() == 5 * HOUR
    with pytest.raises(Invalid):
        choose_projects(session, retainer, ["prj_other"])


@pytest.mark.parametrize("billing", [BillingTime.ADVANCE, BillingTime.ARREARS])
def test_the_overtime_of_the_last_period_is_not_lost(session: Session, studio: Studio, billing: BillingTime):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS, billing=billing, ends_on=date(2027, 2, 1)))
    run(session, retainer, at(1, 1))
    worked(session, studio, date(2027, 1, 12), 11)
    run(session, retainer, at(2, 1))
    run(session, retainer, at(2, 2))

    lines = [line for one in list_period_invoices(session, retainer.id).values() for line in words(session, one)]
    assert retainer.status == "ended"
    assert sorted(amount for _, amount in lines) == [9_000, 120_000]


def test_hours_paid_in_advance_stay_when_it_ends_in_between(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS))
    run(session, retainer, at(1, 1))
    worked(session, studio, date(2027, 1, 8), 9)
    clock.reset()
    end_retainer(session, retainer, now=at(1, 11))
    assert retainer.status == "ended"
    assert len(session.exec(select(Invoice)).all()) == 1


def test_the_agreed_minimum_takes_the_overtime_into_account(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, hours=TEN_HOURS, minimum_minor=130_000))
    run(session, retainer, at(1, 1))
    worked(session, studio, date(2027, 1, 12), 10.5)
    run(session, retainer, at(2, 1))
    invoices = list_period_invoices(session, retainer.id)
    assert {index: one.subtotal_minor for index, one in invoices.items()} == {0: 130_000, 1: 130_000}
