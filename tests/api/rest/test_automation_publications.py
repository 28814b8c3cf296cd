"""Publishing while runs are live: seen before it is done, done as chosen, undone while nothing came of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api import move_marks
from api.actions.catalogue import schemas
from models import clock
from models.commands.automation_publications import publish_over_live_runs
from models.commands.events import record
from models.db import Database
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun
from models.tables.conversations import Message
from models.tables.events import Delivery, Event
from models.types.automation_publications import PublicationWish
from tests.builders.live_runs import LiveAutomation, delay, post
from tests.builders.workspaces import Studio


@pytest.fixture
def live(program: TestClient, worker: TestClient, database: Database, studio: Studio) -> LiveAutomation:
    """An automation that waits three days and then posts."""
    automation = LiveAutomation(program, worker, database, studio)
    automation.publish_first(delay(3), post("Hello"))
    return automation


def posted(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return [message.body for message in session.exec(select(Message).order_by(Message.id))]


def test_the_preview_tells_for_each_run_when_it_goes_on_now_and_then(live: LiveAutomation):
    (run_id,) = live.start()
    live.draw(delay(5), post("Hello"))

    seen = live.preview()

    (group,) = seen["groups"]
    assert (group["key"], group["version"], group["count"], group["can_move"]) == ("v1:wait", 1, 1, True)
    (run,) = group["runs"]
    assert (run["run_id"], run["client"]) == (run_id, "Ada Byron")
    old, new = run["preview"]["old"][0], run["preview"]["new"][0]
    assert (old["node_path"], old["then"], new["then"]) == ("wait", "post", "post")
    assert datetime.fromisoformat(new["at"]) - datetime.fromisoformat(old["at"]) == timedelta(days=2)
    (changed,) = seen["changes"]["nodes"]
    assert (changed["node_id"], changed["change"]) == ("wait", "changed")
    assert changed["fields"] == [{"field": "amount", "before": 3, "after": 5}]
    assert (seen["in_force"], seen["next_version"], seen["is_unchanged"]) == (1, 2, False)
    assert live.stands(run_id)[0] == 1, "a look changes nothing"


def test_the_preview_of_a_drawing_that_is_not_saved_names_its_problems_and_moves_nothing(live: LiveAutomation):
    live.start()

    seen = live.preview(drawing={"nodes": [], "edges": []})

    assert [one["severity"] for one in seen["problems"]][:1] == ["error"]
    assert seen["groups"][0]["can_move"] is False
    assert "problems" in seen["groups"][0]["why_not"]


def test_a_large_group_is_looked_at_page_by_page(live: LiveAutomation):
    run_ids = live.start(5)
    live.draw(delay(5), post("Hello"))

    first = live.preview(limit=2)["groups"][0]
    second = live.preview(group="v1:wait", cursor=first["next_cursor"], limit=3)["groups"][0]

    assert (first["count"], second["count"]) == (5, 5)
    assert [run["run_id"] for run in first["runs"] + second["runs"]] == run_ids
    assert second["next_cursor"] is None


def test_by_itself_a_run_finishes_on_the_version_it_began_with(live: LiveAutomation, database: Database, studio: Studio):
    (run_id,) = live.start()
    live.draw(delay(1), post("Goodbye"))

    made = live.publish(note="Sooner")

    assert (made["number"], made["is_new"], made["move"]["counts"], made["note"]) == (2, True, {}, "Sooner")
    clock.move(timedelta(days=3, seconds=1))
    assert live.fire(run_id)["is_over"]
    assert posted(database, studio) == ["Hello"]


def test_a_longer_wait_holds_from_the_moment_a_run_is_moved(live: LiveAutomation, database: Database, studio: Studio):
    (run_id,) = live.start()
    live.draw(delay(5), post("Goodbye"))

    made = live.publish({"v1:wait": "now"})

    assert made["move"]["counts"] == {"moved": 1}
    version, status, waits = live.stands(run_id)
    assert (version, status, len(waits)) == (2, "waiting", 1)
    clock.move(timedelta(days=3, seconds=1))
    assert not live.fire(run_id)["is_over"]
    clock.move(timedelta(days=2))
    assert live.fire(run_id)["is_over"]
    assert posted(database, studio) == ["Goodbye"]


def test_a_wait_that_became_shorter_than_what_was_waited_is_over_at_once(
    live: LiveAutomation, database: Database, studio: Studio
):
    (run_id,) = live.start()
    clock.move(timedelta(days=2))
    live.draw(delay(1), post("Goodbye"))

    live.publish({"v1:wait": "now"})

    assert live.stands(run_id)[:2] == (2, "succeeded")
    assert posted(database, studio) == ["Goodbye"]
    with database.read(studio.scope) as session:
        (told,) = session.exec(select(Event).where(Event.type == "automation_run.moved")).all()
        assert told.payload == {"from_version": 1, "to_version": 2}
        kinds = session.exec(select(Delivery.target).where(Delivery.event_id == told.id)).all()
        assert list(kinds) == [f"run/{run_id}"], "its workflow hears of it"


def test_a_run_marked_for_its_next_wait_finishes_this_one_first(live: LiveAutomation, database: Database, studio: Studio):
    live.draw(delay(3), post("Old"), delay(3, "later"), post("Old end", "end"))
    live.publish()
    (run_id,) = live.start()
    live.draw(delay(9), post("New"), delay(9, "later"), post("New end", "end"))

    made = live.publish({"v2:wait": "next_wait"})

    assert made["move"]["counts"] == {"pending": 1}
    assert live.advance(run_id, {})["status"] == "waiting"
    assert live.stands(run_id)[0] == 2, "only looking moves nobody"
    clock.move(timedelta(days=3, seconds=1))
    live.fire(run_id)
    assert live.stands(run_id)[0] == 3
    assert posted(database, studio) == ["Old"]
    clock.move(timedelta(days=3, seconds=1))
    assert not live.fire(run_id)["is_over"]
    clock.move(timedelta(days=6))
    live.fire(run_id)
    assert posted(database, studio) == ["Old", "New end"]


def test_stopped_runs_end_where_they_stand_and_say_why(live: LiveAutomation, database: Database, studio: Studio):
    (run_id,) = live.start()
    live.draw(delay(1), post("Goodbye"))

    made = live.publish({"*": "stop"})

    assert made["move"]["counts"] == {"stopped": 1}
    assert live.stands(run_id) == (1, "canceled", [])
    with database.read(studio.scope) as session:
        assert session.get_one(AutomationRun, run_id).state["output"] == {
            "reason": "Stopped by test when version 2 was published."
        }
    assert posted(database, studio) == []


def test_a_run_whose_step_is_gone_stays_and_says_so(live: LiveAutomation):
    (run_id,) = live.start()
    live.draw(delay(1, "other"), post("Goodbye"))

    seen = live.preview()
    made = live.publish({"v1:wait": "now"})

    assert seen["groups"][0]["can_move"] is False
    assert [(one["node_id"], one["count"]) for one in seen["removed"]] == [("wait", 1)]
    (told,) = made["move"]["runs"]
    assert (told["status"], told["reason"]) == ("stayed", "The step this run stands on is not in the other version.")
    assert live.stands(run_id)[:2] == (1, "waiting")


def test_a_removed_step_can_be_replaced_and_the_time_waited_counts(live: LiveAutomation):
    (run_id,) = live.start()
    began = live.run(run_id)["steps"][0]["created_at"]
    clock.move(timedelta(days=2))
    live.draw(delay(4, "other"), post("Goodbye"))

    assert live.preview(mapping={"wait": "other"})["groups"][0]["can_move"]
    live.publish({"v1:wait": "now"}, mapping={"wait": "other"})

    run = live.run(run_id)
    assert run["automation_version"] == 2
    assert {step["node_path"]: step["status"] for step in run["steps"]} == {"wait": "skipped", "other": "waiting"}
    (wait,) = run["waits"]
    assert abs(datetime.fromisoformat(wait["until"]) - datetime.fromisoformat(began) - timedelta(days=4)) < timedelta(hours=2)


def test_a_mapping_onto_a_step_that_is_not_drawn_is_refused(live: LiveAutomation):
    answer = live.program.post(f"{live.path}/publication", json={"mapping": {"wait": "nothing"}})

    assert answer.status_code == 422
    assert "nothing" in answer.json()["detail"]


def test_publishing_the_same_again_changes_nothing_and_says_so(live: LiveAutomation):
    made = live.publish(note="Again")

    assert (made["number"], made["is_new"], made["note"], made["move"]) == (1, False, "", None)
    assert live.preview()["is_unchanged"]
    assert len(live.program.get(f"{live.path}/versions").json()["items"]) == 1


def test_of_two_who_publish_at_once_one_is_told(live: LiveAutomation):
    live.draw(delay(1), post("Goodbye"))
    seen = live.preview()["version"]
    live.publish(version=seen)

    late = live.program.post(f"{live.path}/publication", json={"version": seen})

    assert late.status_code == 409
    assert live.program.get(live.path).json()["published_version"] == 2


def test_undone_a_run_is_back_where_it_stood(live: LiveAutomation, database: Database, studio: Studio):
    (run_id,) = live.start()
    before = live.run(run_id)
    live.draw(delay(30), post("Goodbye"))
    move = live.publish({"v1:wait": "now"})["move"]

    undone = live.undo(move["id"], reactivate=True)

    assert undone["counts"] == {"undone": 1}
    assert undone["undone_by"] == "test"
    after = live.run(run_id)
    for same in ("automation_version", "status", "next_wake_at", "steps"):
        assert after[same] == before[same]
    assert [wait["until"] for wait in after["waits"]] == [wait["until"] for wait in before["waits"]]
    assert live.program.get(live.path).json()["published_version"] == 1
    clock.move(timedelta(days=3, seconds=1))
    assert live.fire(run_id)["is_over"]
    assert posted(database, studio) == ["Hello"]
    assert live.program.post(f"/api/v1/automation_moves/{move['id']}/undo", json={}).status_code == 409


def test_a_run_that_did_something_since_stays_and_is_listed(live: LiveAutomation, database: Database, studio: Studio):
    live.draw(delay(3), post("Hello"), delay(3, "later"), post("End", "end"))
    live.publish()
    first, second = live.start(2)
    clock.move(timedelta(days=2))
    (third,) = live.start()
    live.draw(delay(1), post("Sooner"), delay(3, "later"), post("End", "end"))
    move = live.publish({"*": "now"})["move"]

    undone = live.undo(move["id"])

    told = {one["run_id"]: (one["status"], one["reason"]) for one in undone["runs"]}
    kept = ("kept", "It has done something since.")
    assert told == {first: kept, second: kept, third: ("undone", "")}
    assert [live.stands(run_id)[0] for run_id in (first, second, third)] == [3, 3, 2]
    assert posted(database, studio) == ["Sooner", "Sooner"]


def test_undoing_a_move_that_is_yet_to_be_made_takes_the_mark_away(live: LiveAutomation):
    live.draw(delay(3), post("Hello"), delay(3, "later"), post("End", "end"))
    live.publish()
    (run_id,) = live.start()
    live.draw(delay(1), post("Sooner"), delay(3, "later"), post("End", "end"))
    move = live.publish({"*": "next_wait"})["move"]

    assert live.undo(move["id"])["counts"] == {"undone": 1}
    clock.move(timedelta(days=3, seconds=1))
    live.fire(run_id)

    assert live.stands(run_id)[0] == 2


def test_an_event_that_came_while_a_run_was_elsewhere_ends_its_wait_when_it_is_back(
    live: LiveAutomation, database: Database, studio: Studio
):
    wait: dict[str, Any] = {
        "id": "wait",
        "kind": "wait_for_event",
        "settings": {"event": "proposal.sent", "match": {"value": True}, "timeout": {"amount": 3, "unit": "days"}},
    }
    paid = {**wait, "settings": {**wait["settings"], "event": "invoice.paid"}}
    live.draw(wait, post("Sent"))
    live.publish()
    (run_id,) = live.start()
    live.draw(paid, post("Paid"))
    move = live.publish({"*": "now"})["move"]
    with database.write(studio.scope) as session:
        record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)
    assert live.stands(run_id)[:2] == (3, "waiting")

    live.undo(move["id"])

    assert live.stands(run_id)[:2] == (2, "succeeded")
    assert posted(database, studio) == ["Sent"]


def test_a_run_that_has_not_begun_begins_with_the_new_version(live: LiveAutomation, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        record(session, "submission.accepted", "sub_x", engagement_id=studio.engagement_id, contact_id=studio.contact_id)
        run_id = session.exec(select(AutomationRun.id)).one()
    live.draw(post("Goodbye"))

    assert live.preview()["groups"][0]["key"] == "v1:start"
    live.publish({"v1:start": "now"})
    live.advance(run_id)

    assert posted(database, studio) == ["Goodbye"]


def test_a_run_that_performs_an_action_moves_as_soon_as_that_is_done(live: LiveAutomation, database: Database, studio: Studio):
    mail = {
        "id": "mail",
        "kind": "action",
        "settings": {
            "action": "messages.send_mail",
            "input": {"to": {"path": "trigger.contact.email"}, "subject": {"value": "Hi"}, "body": {"value": "Hi"}},
        },
    }
    live.draw(delay(3), mail, delay(3, "later"))
    live.publish()
    (run_id,) = live.start()
    with database.write(studio.scope) as session:
        run = session.get_one(AutomationRun, run_id)
        waits, tokens = run.state["waits"], run.state["tokens"]
        token = {**tokens[0], "node_path": "mail", "status": "performing", "wait_id": None, "attempt": 1, "input": {}}
        run.state = {**run.state, "waits": [], "tokens": [token], "status": "running"}
        assert waits
    live.draw(delay(3), mail, delay(9, "later"))

    move = live.publish({"*": "now"})["move"]

    assert move["runs"][0]["status"] == "pending"
    assert "as soon as" in move["runs"][0]["reason"]
    live.advance(run_id, {"kind": "action_done", "node_path": "mail", "output": {}, "iteration": 0})
    assert live.stands(run_id)[:2] == (3, "waiting")


def test_a_move_that_fails_unexpectedly_leaves_the_run_as_it_was(live: LiveAutomation, monkeypatch: pytest.MonkeyPatch):
    (run_id,) = live.start()
    before = live.stands(run_id)
    live.draw(delay(5), post("Hello"))

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(move_marks, "tell_moved", broken)
    move = live.publish({"*": "now"})["move"]

    assert move["counts"] == {"stayed": 1}
    assert live.stands(run_id) == before


def test_a_crash_before_the_moves_loses_none_of_them(live: LiveAutomation, database: Database, studio: Studio):
    (run_id,) = live.start()
    live.draw(delay(5), post("Hello"))
    with database.write(studio.scope) as session:
        # What stands after the first transaction of a publication.
        automation, wish = get_automation(session, live.automation_id), PublicationWish(choices={"*": "now"})
        publish_over_live_runs(session, automation, wish, catalogue=schemas(), author="Mara", now=clock.now())
        woken = session.exec(select(Event).where(Event.type == "automation_run.woken")).all()
    assert [event.subject_id for event in woken] == [run_id], "its workflow looks where it stands"

    live.advance(run_id, {})

    assert live.stands(run_id)[:2] == (2, "waiting")
