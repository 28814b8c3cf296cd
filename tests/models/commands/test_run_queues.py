"""Which run of a record begins next, and that it asks the quota, whatever it was that ended the one before it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.automation_quotas import release_runs
from models.commands.automation_runs import cancel_run
from models.commands.automations import switch_off_automation
from models.commands.events import record
from models.db import enter
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun
from models.tables.events import Event
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

QUEUE = {"key": "trigger.engagement.id", "policy": "queue"}


def automate(session: Session, **trigger: Any) -> str:
    return make_automation(session, post(), type="booking.made", on_gone="cancel", concurrency=QUEUE, **trigger).id


def book(session: Session, studio: Studio, *bookings: str) -> None:
    for one in bookings:
        record(session, "booking.made", one, engagement_id=studio.engagement_id)


def runs(session: Session) -> dict[str, tuple[str, str]]:
    """Booking to the status of its run and to what it is queued for."""
    found = session.exec(select(AutomationRun).order_by(AutomationRun.id))
    return {run.subject_id: (run.status, run.queued_for) for run in found}


def run_of(session: Session, booking: str) -> AutomationRun:
    return session.exec(select(AutomationRun).where(AutomationRun.subject_id == booking)).one()


def test_when_the_record_of_one_that_has_not_begun_is_over_the_next_begins(session: Session, studio: Studio):
    automate(session)
    book(session, studio, "boo_1", "boo_2", "boo_3")

    record(session, "booking.canceled", "boo_1", engagement_id=studio.engagement_id)

    assert runs(session) == {"boo_1": ("canceled", ""), "boo_2": ("requested", ""), "boo_3": ("queued", "record")}
    asked = session.exec(select(Event.subject_id).where(Event.type == "automation_run.requested")).all()
    assert asked == [run_of(session, "boo_1").id, run_of(session, "boo_2").id]


def test_giving_up_one_that_is_itself_queued_lets_none_pass_the_one_under_way(session: Session, studio: Studio):
    automate(session)
    book(session, studio, "boo_1", "boo_2", "boo_3")

    record(session, "booking.canceled", "boo_2", engagement_id=studio.engagement_id)

    assert runs(session) == {"boo_1": ("requested", ""), "boo_2": ("canceled", ""), "boo_3": ("queued", "record")}


@pytest.mark.parametrize("ending", ["canceled", "given up"])
def test_the_next_of_a_queue_waits_for_the_quota_too(session: Session, studio: Studio, ending: str):
    session.get_one(Workspace, studio.workspace_id).runs_per_minute = 1
    automate(session)
    book(session, studio, "boo_1", "boo_2", "boo_3")

    if ending == "canceled":
        cancel_run(session, run_of(session, "boo_1"), reason="", now=clock.now())
    else:
        record(session, "booking.canceled", "boo_1", engagement_id=studio.engagement_id)

    assert runs(session) == {"boo_1": ("canceled", ""), "boo_2": ("queued", "quota"), "boo_3": ("queued", "record")}
    enter(session, Scope(None))
    assert release_runs(session, now=clock.now() + timedelta(seconds=61)) == 1
    enter(session, studio.scope)
    assert runs(session)["boo_2"] == ("requested", "")
    assert runs(session)["boo_3"] == ("queued", "record")


def test_what_the_quota_holds_back_is_not_let_in_by_the_end_of_another(session: Session, studio: Studio):
    """Runs that may go on side by side have a key too; it says nothing of who begins."""
    session.get_one(Workspace, studio.workspace_id).runs_per_minute = 1
    make_automation(session, post(), type="booking.made", concurrency={**QUEUE, "policy": "parallel"})
    book(session, studio, "boo_1", "boo_2")

    cancel_run(session, run_of(session, "boo_1"), reason="", now=clock.now())

    assert runs(session)["boo_2"] == ("queued", "quota")


def test_none_begins_while_an_automation_is_switched_off(session: Session, studio: Studio):
    automation_id = automate(session)
    book(session, studio, "boo_1", "boo_2")

    switch_off_automation(session, get_automation(session, automation_id), now=clock.now())

    assert runs(session) == {"boo_1": ("canceled", ""), "boo_2": ("canceled", "")}
