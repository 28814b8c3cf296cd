"""Looking back over real events: what a draft would have done, against what is published, with every effect denied."""

from copy import deepcopy

from fastapi.testclient import TestClient

from models.commands.events import record
from models.db import Database
from models.seed.drawings import new_lead_drawing
from tests.api.rest.test_automation_simulations import PATH, counts, drawn, no_network
from tests.builders.automations import drawing, node, wait
from tests.builders.runs import backdate, publish, submit
from tests.builders.workspaces import Studio

__all__ = ["no_network"]


def asked(program: TestClient, automation_id: str, **wanted):
    answer = program.post(f"{PATH}/{automation_id}/what_ifs", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def submissions(database: Database, studio: Studio, *days_ago: int, answered: int = 0) -> list[str]:
    """Submissions of so many days ago; the first `answered` of them got their proposal a day later."""
    made = []
    with database.write(studio.scope) as session:
        for number, days in enumerate(days_ago):
            event = submit(session, studio)
            backdate(session, event, days=days)
            made.append(event.id)
            if number < answered:
                about = {"engagement_id": studio.engagement_id, "contact_id": studio.contact_id}
                backdate(session, record(session, "proposal.sent", f"pro_{number}", **about), days=days - 1)
    return made


def test_the_past_says_how_each_wait_ended(program: TestClient, database: Database, studio: Studio):
    automation_id = drawn(program)
    submissions(database, studio, 60, 40, 20, answered=1)

    told = asked(program, automation_id)

    assert (told["looked_at"], told["draft"]["started"], told["published"]) == (3, 3, None)
    assert told["draft"]["effects"] == {"mail": 3, "message": 3, "task": 3, "notice": 2}
    assert told["draft"]["recipients"] == 1
    assert [len(one["draft"]["effects"]) for one in told["items"]] == [4, 4, 3]
    assert told["items"][0]["who"] == "Ada Byron"


def test_a_filter_keeps_out_and_is_counted(program: TestClient, database: Database, studio: Studio):
    narrow = new_lead_drawing()
    narrow["nodes"][0]["settings"]["filter"] = {"op": "eq", "args": [{"path": "trigger.contact.email"}, {"value": "no@body"}]}
    submissions(database, studio, 30, 10)

    told = asked(program, drawn(program, narrow))

    assert (told["draft"]["started"], told["draft"]["skipped"]) == (0, {"filter": 2})


def test_what_a_draft_changes_is_told_effect_by_effect(program: TestClient, database: Database, studio: Studio):
    automation_id = drawn(program)
    assert program.post(f"{PATH}/{automation_id}/publication", json={}).status_code == 201
    submissions(database, studio, 50, 30, 20)
    draft = deepcopy(new_lead_drawing())
    draft["nodes"][1]["settings"]["input"]["subject"] = {"value": "We have your message"}
    draft["nodes"][0]["settings"]["dedupe"] = "trigger.engagement_id"

    told = asked(program, automation_id, drawing=draft)
    same = asked(program, automation_id)

    assert told["changes"] == {"changed": 1, "removed": 2}
    changed = next(one for one in told["items"] if one["change"] == "changed")
    assert [(line["sign"], line["entry"]["title"]) for line in changed["lines"]] == [
        ("-", "Thank you, Ada"),
        ("+", "We have your message"),
    ]
    assert same["changes"] == {"same": 3}
    assert [one["change"] for one in asked(program, automation_id, drawing=draft, show="removed")["items"]] == ["removed"] * 2


def test_pages_follow_each_other_without_gap_or_repeat(program: TestClient, database: Database, studio: Studio):
    automation_id, made = drawn(program), submissions(database, studio, 50, 40, 30, 20, 10)

    first = asked(program, automation_id, limit=2)
    rest = [asked(program, automation_id, limit=2, cursor=first["next_cursor"], until=first["until"])]
    rest.append(asked(program, automation_id, limit=2, cursor=rest[0]["next_cursor"], until=first["until"]))

    assert [one["event_id"] for page in (first, *rest) for one in page["items"]] == list(reversed(made))
    assert rest[1]["next_cursor"] is None


def test_looking_back_writes_no_row_and_reaches_nothing(
    program: TestClient, database: Database, studio: Studio, no_network: list[str]
):
    automation_id = drawn(program)
    program.post(f"{PATH}/{automation_id}/publication", json={})
    submissions(database, studio, 30, 20)
    before = counts(database)

    told = asked(program, automation_id)

    assert told["draft"]["started"] == 2
    assert counts(database) == before
    assert no_network == []


def test_events_before_the_window_and_of_other_types_count_for_nothing(program: TestClient, database: Database, studio: Studio):
    submissions(database, studio, 89, 91)

    assert asked(program, drawn(program), days=90)["looked_at"] == 1


def test_the_past_says_how_the_waits_of_a_called_automation_ended(program: TestClient, database: Database, studio: Studio):
    told = {"to": {"path": "trigger.contact.email"}, "subject": {"value": "There it is"}, "body": {"value": "Hello"}}
    sent = wait("sent", match={"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement.id"}]})
    mail = node("mail", "action", action="messages.send_mail", input=told)
    with database.write(studio.scope) as session:
        called = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
        called_id = publish(session, drawing(called, sent, mail, edges=["trigger.ok>sent", "sent.ok>mail"]).document).id
    calling = drawing(node("call", "sub_automation", automation_id=called_id, input={})).document
    submissions(database, studio, 60, 20, answered=1)

    items = asked(program, drawn(program, calling))["items"]

    assert [[entry["title"] for entry in one["draft"]["effects"]] for one in items] == [[], ["There it is"]]
