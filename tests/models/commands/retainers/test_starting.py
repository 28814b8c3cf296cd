from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from models.commands.retainers import start_retainer, start_retainers
from models.ids import new_id
from models.queries.engagements import get_engagement
from models.queries.retainers import terms_of
from models.rules.line_items import document_totals
from models.tables.events import Event
from models.tables.proposals import Proposal, ProposalLineItem
from models.tables.retainers import Retainer
from models.types.errors import Invalid, Refused
from models.types.line_items import LineItem, LineItemKind
from models.types.retainers import RetainerDraft, Rhythm
from tests.builders.engagements import make_proposal
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio

ACCEPTED = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
"""1 February in Berlin."""


def line(session: Session, proposal: Proposal, **values: Any) -> ProposalLineItem:
    made = {"id": new_id("pli"), "proposal_id": proposal.id, "position": 0, "kind": "recurring", "description": "Care plan"}
    row = ProposalLineItem(**{**made, "unit_price_minor": 120_000, "tax_rates_mpct": [19000], **values})
    session.add(row)
    session.flush()
    return row


def accepted(session: Session, studio: Studio, **values: Any) -> Proposal:
    engagement = get_engagement(session, studio.engagement_id)
    return make_proposal(session, engagement, **{"status": "accepted", "decided_at": ACCEPTED, **values})


def test_each_recurring_line_starts_one_retainer_once(session: Session, studio: Studio):
    proposal = accepted(session, studio)
    line(session, proposal)
    line(session, proposal, description="Hosting\nOn our own machines", unit_price_minor=9_900, position=1)
    line(session, proposal, kind="fixed", description="Website", position=2)
    line(session, proposal, description="Not wanted", is_optional=True, is_selected=False, position=3)

    first = start_retainers(session, proposal, now=ACCEPTED)
    again = start_retainers(session, proposal, now=ACCEPTED)

    assert [(one.name, one.amount_minor) for one in first] == [("Care plan", 120_000), ("Hosting", 9_900)]
    assert [one.id for one in again] == [one.id for one in first]
    assert len(session.exec(select(Event).where(Event.type == "retainer.started")).all()) == 2


def test_it_begins_on_the_day_of_the_yes_in_the_studios_zone(session: Session, studio: Studio):
    proposal = accepted(session, studio)
    line(session, proposal)

    [made] = start_retainers(session, proposal, now=ACCEPTED)

    assert (made.anchor_on, made.timezone, made.tax_rates_mpct) == (date(2027, 2, 1), "Europe/Berlin", [19000])


def test_the_lines_terms_beat_the_usual_ones(session: Session, studio: Studio):
    proposal = accepted(session, studio)
    said = {"rhythm": "calendar_months", "anchor_on": "2027-03-01", "hours": {"included_seconds": 36000}, "review_days": 3}
    line(session, proposal, retainer_terms={**said, "collect": "charge"})

    [made] = start_retainers(session, proposal, now=ACCEPTED)
    terms = terms_of(made)

    assert (terms.rhythm, terms.anchor_on, terms.hours.included_seconds) == (Rhythm.CALENDAR_MONTHS, date(2027, 3, 1), 36000)
    assert (made.review_days, made.collect) == (3, "charge")


def test_the_fee_is_what_was_agreed_after_discounts(session: Session, studio: Studio):
    proposal = accepted(session, studio)
    row = line(session, proposal)
    items = [
        LineItem(LineItemKind.RECURRING, "Care plan", 120_000),
        LineItem(LineItemKind.DISCOUNT, "Ten percent", 0, discount_bps=1000),
    ]
    totals = document_totals(items, currency="EUR")
    proposal.totals = {**asdict(totals), "line_ids": [row.id, "pli_discount"]}

    [made] = start_retainers(session, proposal, now=ACCEPTED)

    assert made.amount_minor == 108_000


@pytest.mark.parametrize(("beside", "project_ids"), [("fixed", ()), ("discount", None)])
def test_time_of_work_sold_beside_it_does_not_fill_its_bucket(
    session: Session, studio: Studio, beside: str, project_ids: tuple[str, ...] | None
):
    proposal = accepted(session, studio)
    line(session, proposal, retainer_terms={"hours": {"included_seconds": 36000}})
    line(session, proposal, kind=beside, description="Website", position=1)
    [made] = start_retainers(session, proposal, now=ACCEPTED)
    assert terms_of(made).hours.project_ids == project_ids


def test_nothing_starts_before_the_yes(session: Session, studio: Studio):
    with pytest.raises(Refused):
        start_retainers(session, accepted(session, studio, status="sent"), now=ACCEPTED)
    assert session.exec(select(Retainer)).all() == []


def test_one_begun_by_hand_leaves_past_periods_alone(session: Session, studio: Studio):
    now = datetime(2027, 11, 10, tzinfo=UTC)
    made = make_retainer(session, studio, terms=care_terms(date(2027, 1, 1)), bills_past=False, now=now)
    assert made.next_index == 10


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"terms": care_terms(amount_minor=-1)}, "amount_minor"),
        ({"terms": care_terms(ends_on=date(2027, 1, 31))}, "ends_on"),
        ({"terms": care_terms(zone="Mars/Olympus")}, "zone"),
        ({"terms": care_terms(every=0)}, "every"),
        ({"review_days": -1}, "review_days"),
    ],
)
def test_terms_that_cannot_be_billed_by_are_refused(session: Session, studio: Studio, wrong: dict[str, Any], field: str):
    good = {"engagement_id": studio.engagement_id, "contact_id": studio.contact_id, "name": "Care plan", "terms": care_terms()}
    with pytest.raises(Invalid) as refused:
        start_retainer(session, RetainerDraft(**{**good, **wrong}), now=ACCEPTED)
    assert refused.value.field == field
