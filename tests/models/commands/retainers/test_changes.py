from datetime import date

import pytest
from sqlmodel import Session, select

from models.commands.retainers import (
    bill_period,
    change_price,
    change_retainer,
    end_retainer,
    pause_retainer,
    pause_retainers,
    plan_pause,
    resume_retainer,
    skip_period,
    unskip_period,
)
from models.queries.retainers import list_period_invoices, list_periods, terms_of
from models.rules.retainers import next_invoices
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.types.errors import Invalid, Refused
from models.types.retainers import BillingTime, Pause, Proration
from tests.builders.retainers import care_terms, make_card, make_retainer
from tests.builders.workspaces import Studio
from tests.models.commands.retainers.story import at, run, table

FIRST = date(2027, 1, 1)


def days(session: Session, retainer: Retainer) -> list[date]:
    return [one.bills_on for one in next_invoices(terms_of(retainer), since_index=retainer.next_index)]


def nets(session: Session, retainer: Retainer) -> dict[int, int]:
    return {index: one.subtotal_minor for index, one in list_period_invoices(session, retainer.id).items()}


def test_a_pause_over_a_month_end_bills_nothing_and_resuming_makes_up_for_nothing(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, amount_minor=310_000))
    run(session, retainer, at(1, 1))
    pause_retainer(session, retainer, now=at(1, 20))

    run(session, retainer, at(2, 1))
    run(session, retainer, at(4, 14))
    assert table(session, retainer) == [(0, "billed")]
    with pytest.raises(Refused):
        bill_period(session, retainer, 1, now=at(4, 14))

    resume_retainer(session, retainer, now=at(4, 21))
    run(session, retainer, at(4, 21))

    assert table(session, retainer) == [(0, "billed"), (1, "skipped"), (2, "skipped"), (3, "billed")]
    assert nets(session, retainer) == {0: 310_000, 3: round(310_000 * 10 / 30)}
    assert days(session, retainer)[0] == date(2027, 5, 1)


def test_a_pause_and_its_end_on_one_day_change_nothing(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    before = days(session, retainer)
    pause_retainer(session, retainer, now=at(1, 20))
    resume_retainer(session, retainer, now=at(1, 20, 18))
    assert days(session, retainer) == before


def test_without_proration_a_period_that_began_in_the_pause_is_left_out(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, proration=Proration.NONE))
    run(session, retainer, at(1, 1))
    pause_retainer(session, retainer, now=at(1, 20))
    resume_retainer(session, retainer, now=at(2, 10))
    run(session, retainer, at(3, 1))
    assert table(session, retainer) == [(0, "billed"), (1, "skipped"), (2, "billed")]


def test_work_done_in_arrears_before_a_pause_waits_for_a_decision(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, billing=BillingTime.ARREARS))
    pause_retainer(session, retainer, now=at(1, 20))
    resume_retainer(session, retainer, now=at(3, 10))
    run(session, retainer, at(3, 10))
    assert table(session, retainer) == [(0, "asked"), (1, "skipped")]
    assert session.exec(select(Invoice)).all() == []


def test_an_archive_pauses_every_running_retainer_once(session: Session, studio: Studio):
    first, second = make_retainer(session, studio), make_retainer(session, studio, name="Hosting")
    end_retainer(session, second, now=at(1, 5))
    assert [one.id for one in pause_retainers(session, studio.engagement_id, now=at(1, 6))] == [first.id]
    assert pause_retainers(session, studio.engagement_id, now=at(1, 6)) == []
    assert (first.status, second.status) == ("paused", "ended")
    assert len(session.exec(select(Event).where(Event.type == "retainer.paused")).all()) == 1


def test_a_holiday_is_planned_and_billing_goes_on_by_itself(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST))
    run(session, retainer, at(1, 1))
    plan_pause(session, retainer, Pause(date(2027, 2, 1), date(2027, 3, 1)), now=at(1, 10))
    for month in (2, 3):
        run(session, retainer, at(month, 2))
    assert (retainer.status, table(session, retainer)) == ("active", [(0, "billed"), (1, "skipped"), (2, "billed")])


@pytest.mark.parametrize(
    ("pause", "field"),
    [
        (Pause(date(2027, 2, 1)), "ends_on"),
        (Pause(date(2027, 2, 1), date(2027, 2, 1)), "ends_on"),
        (Pause(date(2027, 1, 1), date(2027, 2, 1)), "starts_on"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(session: Session, studio: Studio, pause: Pause, field: str):
    with pytest.raises(Invalid) as refused:
        plan_pause(session, make_retainer(session, studio), pause, now=at(1, 10))
    assert refused.value.field == field


def test_the_next_period_can_be_skipped_and_the_anchor_stays(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    run(session, retainer, at(2, 1))
    assert skip_period(session, retainer) == 1
    assert days(session, retainer)[0] == date(2027, 3, 31)
    unskip_period(session, retainer, 1)
    skip_period(session, retainer)
    run(session, retainer, at(3, 31))
    assert table(session, retainer) == [(0, "billed"), (1, "skipped"), (2, "billed")]
    with pytest.raises(Refused):
        unskip_period(session, retainer, 1)


def test_a_new_price_counts_from_its_day(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, amount_minor=310_000))
    run(session, retainer, at(1, 1))
    change_price(session, retainer, starts_on=date(2027, 3, 1), amount_minor=341_000)
    run(session, retainer, at(2, 1))
    run(session, retainer, at(3, 1))
    assert nets(session, retainer) == {0: 310_000, 1: 310_000, 2: 341_000}


def test_in_advance_it_ends_at_once_and_bills_nothing_more(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    run(session, retainer, at(2, 1))
    end_retainer(session, retainer, now=at(2, 10))
    run(session, retainer, at(12, 1))
    assert (retainer.status, retainer.ended_at, table(session, retainer)) == ("ended", at(2, 10), [(0, "billed")])
    with pytest.raises(Refused):
        pause_retainer(session, retainer, now=at(12, 1))


def test_in_arrears_the_days_until_the_end_are_billed_first(session: Session, studio: Studio):
    retainer = make_retainer(session, studio, terms=care_terms(FIRST, billing=BillingTime.ARREARS, amount_minor=310_000))
    end_retainer(session, retainer, now=at(1, 11))
    assert retainer.status == "active"
    run(session, retainer, at(1, 11))
    assert (retainer.status, nets(session, retainer)) == ("ended", {0: 100_000})


def test_it_can_be_given_notice(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    end_retainer(session, retainer, ends_on=date(2027, 3, 31), now=at(1, 31))
    run(session, retainer, at(2, 28))
    run(session, retainer, at(3, 31))
    assert (retainer.status, len(list_periods(session, retainer.id))) == ("ended", 2)


def test_a_card_must_be_the_clients(session: Session, studio: Studio):
    retainer = make_retainer(session, studio)
    change_retainer(session, retainer, {"collect": "charge", "saved_method_id": make_card(session, studio).id})
    assert (retainer.collect, retainer.saved_method_id) == ("charge", "smd_1")
    with pytest.raises(Invalid):
        change_retainer(session, retainer, {"saved_method_id": "smd_other"})
