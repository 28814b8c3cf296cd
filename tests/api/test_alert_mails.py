"""What needs a member reaches them by mail: a stuck run, a question, an automation that was switched off. And no flood of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.engagements import change_engagement
from models.commands.events import record
from models.db import Database
from models.queries.engagements import get_engagement
from models.queries.members import get_member
from models.rules.automation_matching import MOST_PER_RECORD
from models.tables.automations import AutomationRun
from models.tables.conversations import Notification
from models.tables.emails import Email
from models.tables.waits import Wait
from tests.api.rest.test_run_repairs import stuck
from tests.api.test_automation_bodies import advance, begin, rows
from tests.builders.automations import HEAD, drawing, node
from tests.builders.runs import make_automation, post, publish, submit
from tests.builders.workspaces import Studio
from tests.cast import OWNER

__all__ = ["begin"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    return database_of_each_kind


@pytest.fixture
def mailer(worker: TestClient):
    """The worker's mailer after some time: the addresses and subjects of what is to be sent now that was not before."""
    seen: list[str] = []

    def claim(after: timedelta = timedelta()) -> list[str]:
        clock.move(after)
        answer = worker.post("/api/v1/emails/claims", json={"limit": 50, "wait_seconds": 0})
        assert answer.status_code == 200, answer.text
        new = [one["id"] for one in answer.json() if one["id"] not in seen]
        seen.extend(new)
        return new

    return claim


def mails(database: Database, studio: Studio) -> list[Email]:
    return rows(database, studio, Email)


def parked(database: Database, studio: Studio, worker: TestClient, times: int, name: str = "Lead") -> list[str]:
    """Runs of one automation that are stuck, about the studio's client."""
    with database.write(studio.scope) as session:
        if not rows(database, studio, AutomationRun):
            node = {**stuck(), "label": "Tell the channel"}
            publish(session, drawing(HEAD, node).document, name)
        for _ in range(times):
            submit(session, studio)
    fresh = [one.id for one in rows(database, studio, AutomationRun) if one.status == "requested"]
    for run_id in fresh:
        assert advance(worker, run_id)["status"] == "parked"
    return fresh


def two_automations(database: Database, studio: Studio, worker: TestClient) -> None:
    """A stuck run of each."""
    with database.write(studio.scope) as session:
        for name in ("First", "Second"):
            publish(session, drawing(HEAD, stuck()).document, name)
        submit(session, studio)
    for run in rows(database, studio, AutomationRun):
        advance(worker, run.id)


# -- stuck runs ------------------------------------------------------------------------------------------------------


def test_a_stuck_run_is_mailed_with_client_step_reason_and_link(
    worker: TestClient, mailer: Any, database: Database, studio: Studio
):
    (run_id,) = parked(database, studio, worker, 1)
    assert mailer() == [], "it waits for others"

    assert len(mailer(MINUTE)) == 1

    (mail,) = mails(database, studio)
    assert (mail.to_address, mail.subject) == (OWNER[1], "“Lead” for Ada Byron is stuck at “Tell the channel”")
    for words in ("Ada Byron", "Tell the channel", "A value is missing", f"/automation_runs/{run_id}", "/settings/profile"):
        assert words in mail.text
    assert mailer(5 * HOUR) == [], "once per fact"


def test_many_at_once_are_one_mail_an_hour(worker: TestClient, mailer: Any, database: Database, studio: Studio):
    parked(database, studio, worker, 12)
    mailer(MINUTE)
    (first,) = mails(database, studio)
    assert first.subject == "12 runs of “Lead” are stuck"
    assert first.text.count("step “Tell the channel”") == 10
    assert "And 2 more." in first.text
    assert "/automation_run_repairs" in first.text

    parked(database, studio, worker, 1)
    assert mailer(50 * MINUTE) == []
    parked(database, studio, worker, 1)
    assert len(mailer(10 * MINUTE)) == 1
    second = mails(database, studio)[-1]
    assert second.subject == "2 runs of “Lead” are stuck"
    assert "Altogether 14 runs of it are stuck." in second.text


def test_what_was_repaired_before_the_mail_is_not_mailed(
    worker: TestClient, owner: TestClient, mailer: Any, database: Database, studio: Studio
):
    first, second = parked(database, studio, worker, 2)
    owner.post(f"/automation_runs/{first}/steps/stuck/skip", data={"iteration": "0"})
    mailer(MINUTE)
    assert [one.subject for one in mails(database, studio)] == ["“Lead” for Ada Byron is stuck at “Tell the channel”"]

    (third,) = parked(database, studio, worker, 1)
    for run_id in (second, third):
        owner.post(f"/automation_runs/{run_id}/steps/stuck/skip", data={"iteration": "0"})
    mailer(2 * HOUR)
    assert len(mails(database, studio)) == 1
    parked(database, studio, worker, 1)
    mailer(MINUTE)
    assert len(mails(database, studio)) == 2, "a mail that was not sent holds up none"


def test_each_automation_has_a_mail_of_its_own(worker: TestClient, mailer: Any, database: Database, studio: Studio):
    two_automations(database, studio, worker)

    mailer(MINUTE)

    assert [one.subject.partition(" for")[0] for one in mails(database, studio)] == ["“First”", "“Second”"]


def test_the_member_responsible_is_mailed(worker: TestClient, mailer: Any, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        change_engagement(session, get_engagement(session, studio.engagement_id), {"owner_id": studio.member_id})
        address = get_member(session, studio.member_id).email
    parked(database, studio, worker, 1)

    mailer(MINUTE)

    assert [one.to_address for one in mails(database, studio)] == [address]


def test_who_wants_no_such_mail_has_the_bell(
    owner: TestClient, worker: TestClient, mailer: Any, database: Database, studio: Studio
):
    profile = {"name": "Mara Lindqvist", "timezone": "Europe/Berlin"}
    assert re.search(r'name="wants_alerts"[^>]* checked', owner.get("/settings/profile").text)
    owner.post("/settings/profile", data=profile)
    parked(database, studio, worker, 1)

    mailer(HOUR)

    assert (mails(database, studio), len(rows(database, studio, Notification))) == ([], 1)
    assert not re.search(r'name="wants_alerts"[^>]* checked', owner.get("/settings/profile").text)
    owner.post("/settings/profile", data={**profile, "wants_alerts": "on"})
    parked(database, studio, worker, 1)
    assert len(mailer(MINUTE)) == 1


def test_a_mail_that_cannot_be_written_holds_up_no_other(worker: TestClient, mailer: Any, database: Database, studio: Studio):
    two_automations(database, studio, worker)
    with database.write(studio.scope) as session:
        (first, _) = session.exec(select(Notification).order_by(Notification.id)).all()
        first.alert = {"kind": "stuck", "run_id": first.alert["run_id"]}

    mailer(MINUTE)

    assert [one.subject.partition(" for")[0] for one in mails(database, studio)] == ["“Second”"]
    assert mailer(2 * HOUR) == []


# -- approvals -------------------------------------------------------------------------------------------------------


def asking(studio: Studio, **settings: Any) -> Any:
    message = {"value": "20% off?"}
    asked = node("ask", "approval", approvers={"value": [f"member:{studio.owner_id}"]}, message=message, **settings)
    return {**asked, "label": "Check the offer"}


def test_who_is_asked_is_mailed_what_follows(worker: TestClient, mailer: Any, database: Database, studio: Studio, begin: Any):
    offer = {**post("Offer", "yes"), "label": "Send the offer"}
    run_id = begin(asking(studio), offer, edges=["trigger.ok>ask", "ask.approved>yes"])
    advance(worker, run_id)

    assert len(mailer()) == 1

    (mail,) = mails(database, studio)
    assert (mail.to_address, mail.subject) == (OWNER[1], "Your approval is asked: Check the offer (Ada Byron)")
    for words in ("20% off?", "When approved: “Send the offer”", "When rejected: the run ends", f"/automation_runs/{run_id}"):
        assert words in mail.text
    advance(worker, run_id)
    assert mailer(HOUR) == []


def test_reminders_and_escalations_are_mails_and_end_with_the_decision(
    worker: TestClient, owner: TestClient, mailer: Any, database: Database, studio: Studio, begin: Any
):
    day = {"amount": 1, "unit": "days"}
    escalate = {"after": {"amount": 2, "unit": "days"}, "to": {"value": [f"member:{studio.member_id}"]}}
    run_id = begin(asking(studio, remind={"every": day, "repeats": 3}, escalate=escalate))
    (timer,) = advance(worker, run_id)["timers"]
    for _ in range(2):
        mailer()
        clock.move(timedelta(days=1))
        advance(worker, run_id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})
    mailer()

    told = [(one.to_address == OWNER[1], one.subject.partition(":")[0]) for one in mails(database, studio)]
    reminder = "Still waiting for your approval"
    assert told[:2] == [(True, "Your approval is asked"), (True, reminder)]
    assert sorted(told[2:]) == [
        (False, "Nobody has decided yet, so your approval is asked too"),
        (False, reminder),
        (True, reminder),
    ]

    clock.move(timedelta(days=1))
    advance(worker, run_id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})
    (wait,) = rows(database, studio, Wait)
    owner.post(f"/automation_runs/{run_id}/approvals/{wait.key}", data={"decision": "approved"})
    assert mailer() == [], "who has decided is asked no more"


# -- switched off ----------------------------------------------------------------------------------------------------


def test_an_automation_that_goes_round_is_told_of_by_mail(mailer: Any, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_automation(session, post(), type="engagement.paused")
    for _ in range(MOST_PER_RECORD + 2):
        with database.write(studio.scope) as session:
            record(session, "engagement.paused", studio.engagement_id, contact_id=studio.contact_id)

    assert len(mailer()) == 1

    (mail,) = mails(database, studio)
    assert (mail.to_address, mail.subject) == (OWNER[1], "“Lead” was switched off")
    assert "ran too often about one record within a minute" in mail.text
    assert "Ada Byron" in mail.text
    assert "/automations/aut_" in mail.text
