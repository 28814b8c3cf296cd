"""The outbox: nothing is lost, nothing overtakes, and only what Temporal refuses is given up."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.deliveries import LEASE, MAX_ATTEMPTS, PAUSE, claim_deliveries, settle_deliveries
from models.commands.events import record
from models.db import Database, enter
from models.tables.events import Delivery
from models.types.deliveries import ClaimedDelivery, DeliveryOutcome
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio

Claim = Callable[[datetime], list[ClaimedDelivery]]


@pytest.fixture
def claim(session: Session) -> Claim:
    """Claims what is due at a moment, in the relay's scope."""

    def claim_at(now: datetime) -> list[ClaimedDelivery]:
        enter(session, Scope(None))
        return claim_deliveries(session, now=now, limit=50)

    return claim_at


def happen(session: Session, studio: Studio, *types: str) -> None:
    for event_type in types:
        record(session, event_type, studio.engagement_id, engagement_id=studio.engagement_id)
    session.flush()


def test_deliveries_of_one_target_come_in_order(session: Session, studio: Studio, claim: Claim):
    happen(session, studio, "engagement.opened", "engagement.paused", "engagement.resumed")

    claimed = claim(clock.now())

    assert [one.event.type for one in claimed] == ["engagement.opened", "engagement.paused", "engagement.resumed"]
    assert {one.target for one in claimed} == {f"engagement/{studio.engagement_id}"}


def test_a_claim_holds_until_its_lease_runs_out(session: Session, studio: Studio, claim: Claim):
    happen(session, studio, "engagement.opened")
    now = clock.now()

    assert len(claim(now)) == 1
    assert claim(now + LEASE / 2) == []
    assert len(claim(now + LEASE)) == 1


def test_a_later_event_does_not_overtake_one_that_failed(session: Session, studio: Studio, claim: Claim):
    happen(session, studio, "engagement.opened")
    now = clock.now()
    first = claim(now)[0]
    settle_deliveries(session, [DeliveryOutcome(first.seq, "failed", "refused")], now=now)
    enter(session, studio.scope)
    happen(session, studio, "engagement.paused")

    assert claim(now) == []
    assert [one.event.type for one in claim(now + timedelta(seconds=60))] == ["engagement.opened", "engagement.paused"]


def test_when_temporal_is_away_there_is_no_end_to_trying(session: Session, studio: Studio, claim: Claim):
    happen(session, studio, "engagement.opened")
    now = clock.now()
    for _ in range(MAX_ATTEMPTS * 3):
        settle_deliveries(session, [DeliveryOutcome(one.seq, "away") for one in claim(now)], now=now)
        now += PAUSE

    assert len(claim(now)) == 1


def test_what_temporal_refuses_again_and_again_is_given_up_visibly(session: Session, studio: Studio, claim: Claim):
    happen(session, studio, "engagement.opened")
    now = clock.now()
    for _ in range(MAX_ATTEMPTS):
        settle_deliveries(session, [DeliveryOutcome(one.seq, "failed", "too large") for one in claim(now)], now=now)
        now += timedelta(minutes=2)

    assert claim(now) == []
    assert session.exec(select(Delivery.outcome).where(col(Delivery.error) == "too large")).one() == "dead"


def test_eight_writers_lose_no_event(database: Database, studio: Studio):
    """Read by state, not by a high-water mark: a row whose transaction commits late is found too."""

    def write(count: int) -> None:
        for _ in range(count):
            with database.write(studio.scope) as session:
                record(session, "engagement.opened", studio.engagement_id, engagement_id=studio.engagement_id)

    threads = [threading.Thread(target=write, args=(10,)) for _ in range(8)]
    seen: list[int] = []
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen += _take(database)
    seen += _take(database)

    assert len(seen) == len(set(seen)) == 80


def _take(database: Database) -> list[int]:
    with database.write(Scope(None)) as session:
        claimed = claim_deliveries(session, now=clock.now(), limit=50)
        settle_deliveries(session, [DeliveryOutcome(one.seq, "delivered") for one in claimed], now=clock.now())
        return [one.seq for one in claimed]


def test_one_workspaces_trouble_does_not_stand_before_another(session: Session, studio: Studio):
    happen(session, studio, "engagement.opened")
    enter(session, Scope(None))
    other = make_studio(session, slug="other", name="Other")
    enter(session, other.scope)
    happen(session, other, "engagement.opened")
    enter(session, Scope(None))
    now = clock.now()

    first, second = (claim_deliveries(session, now=now, limit=1)[0] for _ in range(2))
    assert [first.event.workspace_id, second.event.workspace_id] == [studio.workspace_id, other.workspace_id]
    settle_deliveries(session, [DeliveryOutcome(first.seq, "failed", "refused")], now=now)
    enter(session, other.scope)
    happen(session, other, "engagement.paused")
    enter(session, Scope(None))
    settle_deliveries(session, [DeliveryOutcome(second.seq, "delivered")], now=now)
    assert [one.event.workspace_id for one in claim_deliveries(session, now=now, limit=1)] == [other.workspace_id]
