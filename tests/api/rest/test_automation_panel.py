"""What the builder's panel asks for: choices, what a step may read, records, previews, tests of one step."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, func, select

from api.actions.catalogue import schemas
from models.commands.api_tokens import create_api_token
from models.db import Database
from models.ids import new_id
from models.queries.automation_hooks import find_hook
from models.queries.automation_options import LOOKUPS
from models.rules.automation_drawings.shapes import SHAPES
from models.seed.drawings import new_lead_drawing
from models.tables.automations import Automation, AutomationRun
from models.tables.contracts import ContractTemplate
from models.tables.emails import Email
from models.tables.events import Event
from models.tables.members import Member
from models.tables.tasks import Task
from models.types.scope import Scope
from tests import cast
from tests.builders.automations import HEAD, drawing, node, task
from tests.builders.runs import submit
from tests.builders.workspaces import Studio, make_studio

OPTIONS = "/api/v1/automation_options"
ADA = {"contact": {"id": "con_1", "name": "Ada Byron", "email": "ada@byron.example"}}


def document(*nodes, **rest):
    return drawing(*nodes, **rest).document


def mail(**given):
    usual = {"to": {"path": "trigger.contact.email"}, "subject": {"text": "Hello"}, "body": {"text": "Hi"}}
    return node("mail", "action", action="messages.send_mail", input={**usual, **given})


def tried(program: TestClient, step, record=ADA, **more):
    body = {"drawing": document(step), "node_id": step["id"], "record": record, **more}
    answer = program.post("/api/v1/automation_step_tests", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def previewed(program: TestClient, mapping, record=ADA, **more):
    answer = program.post("/api/v1/automation_previews", json={"mapping": mapping, "record": record, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


# -- choices -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lookup", sorted(LOOKUPS))
def test_every_list_answers(lookup: str, program: TestClient):
    answer = program.get(f"{OPTIONS}/{lookup}")
    assert answer.status_code == 200, answer.text
    assert all(one["value"] and one["label"] for one in answer.json())


def test_every_lookup_that_can_be_drawn_has_a_list():
    named = lookups_in(schemas()) | lookups_in({kind: dict(shape) for kind, shape in SHAPES.items()})
    assert named <= set(LOOKUPS)


def lookups_in(schema) -> set[str]:
    if isinstance(schema, list | tuple):
        return set().union(*(lookups_in(one) for one in schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["x-lookup"]} if isinstance(schema.get("x-lookup"), str) else set()
    return own.union(*(lookups_in(one) for one in schema.values()))


def test_people_are_found_by_name_and_address_and_named_when_chosen(program: TestClient, studio: Studio, database: Database):
    found = program.get(f"{OPTIONS}/members", params={"q": cast.MEMBER[1]}).json()
    assert [one["value"] for one in found] == [studio.member_id]
    with database.write(studio.scope) as session:
        gone = session.get_one(Member, studio.member_id)
        gone.archived_at = gone.created_at
        session.add(gone)

    assert program.get(f"{OPTIONS}/members", params={"q": cast.MEMBER[0]}).json() == []
    chosen = program.get(f"{OPTIONS}/members", params={"q": "nobody", "value": studio.member_id}).json()
    assert [(one["label"], one["hint"]) for one in chosen] == [(cast.MEMBER[0], "put away")]


def test_approvers_are_people_and_roles(program: TestClient, studio: Studio):
    values = [one["value"] for one in program.get(f"{OPTIONS}/approvers").json()]
    assert {"role:owner", f"member:{studio.owner_id}"} <= set(values)


def test_an_unknown_list_says_which_there_are(program: TestClient):
    answer = program.get(f"{OPTIONS}/unicorns")
    assert answer.status_code == 404
    assert "proposal_templates" in answer.json()["detail"]


def test_another_studios_templates_are_not_offered(program: TestClient, database: Database):
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="contoso", name="Contoso")
    with database.write(other.scope) as session:
        theirs = ContractTemplate(id=new_id("ctpl"), name="Their agreement")
        session.add(theirs)

    offered = program.get(f"{OPTIONS}/contract_templates", params={"value": theirs.id}).json()

    assert offered == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{OPTIONS}/contacts", None),
        ("GET", "/api/v1/automation_samples", None),
        ("POST", "/api/v1/automation_scopes", {"drawing": {}, "node_id": "x"}),
        ("POST", "/api/v1/automation_previews", {"mapping": {"value": 1}}),
        ("POST", "/api/v1/automation_step_tests", {"drawing": {}, "node_id": "x"}),
    ],
)
def test_who_may_only_read_automations_sees_nobodys_data(
    method: str, path: str, body, public: TestClient, studio: Studio, database: Database
):
    with database.write(studio.scope) as session:
        scopes = ["automations:read"]
        _, token = create_api_token(session, name="R", scopes=scopes, created_by="", maker_scopes=frozenset({"*"}))

    answer = public.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
    assert "automations:write" in answer.json()["detail"]


def test_a_member_draws_too(owner: TestClient):
    assert owner.get(f"{OPTIONS}/members").status_code == 200


# -- what a step may read --------------------------------------------------------------------------------------------


def scope_at(program: TestClient, sketch, node_id: str):
    answer = program.post("/api/v1/automation_scopes", json={"drawing": sketch, "node_id": node_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_step_reads_the_trigger_and_the_steps_before_it(program: TestClient):
    sketch = document(task("first"), task("second"), task("third"))

    found = scope_at(program, sketch, "second")

    assert "email" in found["schema"]["properties"]["trigger"]["properties"]["contact"]["properties"]
    nodes = found["schema"]["properties"]["nodes"]["properties"]
    assert set(nodes) == {"first"}
    assert "x-may-be-missing" not in nodes["first"]["properties"]["task_id"]
    assert nodes["first"]["properties"]["error"]["x-may-be-missing"] is True
    assert found["sample"]["trigger"]["contact"]["name"] == "Ada Byron"


def test_a_step_of_one_branch_may_be_missing_after_both_met(program: TestClient):
    gate = node("gate", "condition", cases=[{"port": "yes", "when": {"value": True}}])
    edges = ["trigger.ok>gate", "gate.yes>task", "gate.else>last", "task.ok>last"]

    nodes = scope_at(program, document(gate, task("task"), task("last"), edges=edges), "last")["schema"]["properties"]["nodes"]

    assert nodes["properties"]["task"]["x-may-be-missing"] is True


def test_a_step_in_a_loop_reads_its_item(program: TestClient):
    loop = node("loop", "for_each", items={"path": "trigger.contact.tags"})
    found = scope_at(program, document(loop, task("tag"), edges=["trigger.ok>loop", "loop.each>tag"]), "tag")
    assert found["schema"]["properties"]["item"]["type"] == "string"
    assert set(found["sample"]) >= {"item", "index", "loops"}


def test_a_wait_may_read_the_event_it_is_for(program: TestClient):
    sketch = new_lead_drawing()
    wait = next(one for one in sketch["nodes"] if one["kind"] == "wait_for_event")

    found = scope_at(program, sketch, wait["id"])["schema"]["properties"]

    assert found["event"]["properties"]["engagement_id"]


# -- records ---------------------------------------------------------------------------------------------------------


def test_samples_are_real_records_and_an_invented_one(program: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        submit(session, studio, budget="5000")

    found = program.get("/api/v1/automation_samples", params={"kind": "event", "type": "submission.accepted"}).json()

    assert [one["is_invented"] for one in found] == [False, True]
    assert found[0]["label"].startswith("Ada Byron · Contact us · ")
    assert found[0]["record"]["submission"]["answers"] == {"budget": "5000"}
    assert found[1]["record"]["contact"]["email"]


@pytest.mark.parametrize(("kind", "type"), [("manual", "contact"), ("manual", "engagement"), ("date", "engagement.created_at")])
def test_samples_for_starts_by_hand_and_by_dates_are_records(kind: str, type: str, program: TestClient, studio: Studio):
    found = program.get("/api/v1/automation_samples", params={"kind": kind, "type": type}).json()
    assert [one["is_invented"] for one in found] == [False, True]
    noun = type.partition(".")[0]
    assert found[0]["record"]["subject"]["id"] == {"contact": studio.contact_id, "engagement": studio.engagement_id}[noun]
    assert found[0]["record"]["contact"]["name"] == "Ada Byron"
    assert ("date" in found[0]["record"]["event"]) == (kind == "date")


@pytest.mark.parametrize(("kind", "type"), [("manual", "unicorn"), ("date", "booking.unicorn"), ("webhook", "")])
def test_kinds_without_records_have_an_invented_one(kind: str, type: str, program: TestClient):
    found = program.get("/api/v1/automation_samples", params={"kind": kind, "type": type}).json()
    assert [one["is_invented"] for one in found] == [True]


def test_a_sample_of_a_hook_tells_what_calls_bring_along(program: TestClient, studio: Studio, database: Database):
    sketch = drawing({**HEAD, "settings": {"kind": "webhook"}}, task("task")).document
    automation_id = program.post("/api/v1/automations", json={"name": "Hook", "drawing": sketch}).json()["id"]
    program.post(f"/api/v1/automations/{automation_id}/hook")
    with database.write(studio.scope) as session:
        hook = find_hook(session, automation_id)
        hook.sample = {"body": {"order": {"id": 7}}, "headers": {}, "query": {}}
        session.add(hook)

    asked = {"kind": "webhook", "automation_id": automation_id}
    found = program.get("/api/v1/automation_samples", params=asked).json()
    scope = program.post(
        "/api/v1/automation_scopes", json={"drawing": sketch, "node_id": "task", "automation_id": automation_id}
    ).json()

    assert found[0]["record"]["body"] == {"order": {"id": 7}}
    body = scope["schema"]["properties"]["trigger"]["properties"]["body"]
    assert body["properties"]["order"]["properties"]["id"]["type"] == "number"


def test_a_start_by_the_clock_knows_the_workspace(program: TestClient):
    found = program.get("/api/v1/automation_samples", params={"kind": "schedule"}).json()
    assert found[0]["record"]["workspace"]["name"] == cast.STUDIO


def test_samples_of_another_studio_are_not_shown(program: TestClient, database: Database):
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="contoso", name="Contoso")
    with database.write(other.scope) as session:
        submit(session, other)

    found = program.get("/api/v1/automation_samples", params={"kind": "event", "type": "submission.accepted"}).json()

    assert [one["is_invented"] for one in found] == [True]


# -- previews --------------------------------------------------------------------------------------------------------


def test_a_preview_shows_the_value_and_names_what_is_missing(program: TestClient):
    mapping = {"text": "Hi {{ trigger.contact.name | first_name }}, {{ trigger.contact.phone }}"}
    assert previewed(program, mapping) == {
        "value": "Hi Ada, ",
        "text": "Hi Ada, ",
        "missing": ["trigger.contact.phone"],
        "misfit": "",
    }
    assert previewed(program, {"path": "trigger.contact.phone", "default": "none"})["missing"] == []
    assert previewed(program, {"path": "trigger.contact.phone"})["missing"] == ["trigger.contact.phone"]
    said = {"expr": {"op": "eq", "args": [{"path": "trigger.contact.name"}, {"value": "Ada Byron"}]}}
    assert previewed(program, said)["text"] == "yes"


def test_a_preview_reads_moments_in_the_zone_that_is_asked_for(program: TestClient):
    mapping = {"text": "{{ trigger.at | datetime }}"}
    record = {"at": "2026-11-30T23:30:00+00:00"}
    assert previewed(program, mapping, record)["text"] == "1 December 2026, 00:30"
    assert previewed(program, mapping, record, zone="America/New_York")["text"] == "30 November 2026, 18:30"


def test_a_preview_escapes_what_goes_into_an_address(program: TestClient):
    mapping = {"text": "https://x.example/?q={{ trigger.contact.name }}"}
    assert previewed(program, mapping, schema={"type": "string", "format": "uri"})["text"] == "https://x.example/?q=Ada%20Byron"


def test_a_preview_says_when_the_value_does_not_fit(program: TestClient):
    told = previewed(program, {"path": "trigger.contact.name"}, schema={"type": "integer"})
    assert "number" in told["misfit"]


@pytest.mark.parametrize("mapping", [{}, {"text": 1}, {"expr": {"op": "import", "args": []}}, {"path": "a..b"}])
def test_a_malformed_value_is_refused(mapping, program: TestClient):
    assert program.post("/api/v1/automation_previews", json={"mapping": mapping}).status_code == 422


# -- one step --------------------------------------------------------------------------------------------------------


def counts(session: Session) -> list[int]:
    tables = (Task, Email, Event, Automation, AutomationRun)
    return [session.exec(select(func.count()).select_from(table)).one() for table in tables]


def test_a_tried_task_is_shown_and_undone(program: TestClient, studio: Studio, database: Database):
    with database.read(studio.scope) as session:
        before = counts(session)
    step = task("task", {"text": "Call {{ trigger.contact.name }}"}, input={"title": {"text": "Call {{ trigger.contact.name }}"}})

    told = tried(program, step, confirm=True)

    assert (told["effect"], told["error"], told["given"]) == ("undone", "", {"title": "Call Ada Byron"})
    added = next(change for change in told["changes"] if change["noun"] == "task")
    assert (added["verb"], added["label"], added["values"]["status"]) == ("add", "Call Ada Byron", "open")
    with database.read(studio.scope) as session:
        assert counts(session) == before


def test_a_tried_mail_goes_to_nobody_and_confirmed_to_the_member(owner: TestClient, studio: Studio, database: Database):
    told = tried(owner, mail())
    assert told["effect"] == "undone"
    assert cast.OWNER[1] in told["offer"]
    with database.read(studio.scope) as session:
        assert session.exec(select(Email)).all() == []

    sent = tried(owner, mail(), confirm=True)

    assert (sent["effect"], sent["error"]) == ("performed", "")
    with database.read(studio.scope) as session:
        (email,) = session.exec(select(Email)).all()
        assert (email.to_address, email.subject) == (cast.OWNER[1], "[Test] Hello")


def test_a_program_has_no_address_for_a_test_mail(program: TestClient, studio: Studio, database: Database):
    body = {"drawing": document(mail()), "node_id": "mail", "record": ADA, "confirm": True}
    assert program.post("/api/v1/automation_step_tests", json=body).status_code == 409
    with database.read(studio.scope) as session:
        assert session.exec(select(Email)).all() == []


def test_a_request_is_made_only_when_confirmed_and_never_to_the_inner_network(program: TestClient):
    given = {"method": {"value": "POST"}, "url": {"text": "http://127.0.0.1:9/{{ trigger.contact.name }}"}}
    step = node("ask", "action", action="http.request", input=given)

    told = tried(program, step)
    assert (told["effect"], told["given"]["url"]) == ("none", "http://127.0.0.1:9/Ada%20Byron")
    assert "cannot tell it from a real one" in told["offer"]

    made = tried(program, step, confirm=True)
    assert (made["effect"], made["output"]) == ("performed", None)
    assert made["error"]


def test_a_missing_value_is_told_at_its_field_and_nothing_is_tried(program: TestClient):
    told = tried(program, mail(body={"text": "Call me: {{ trigger.contact.phone }}"}), confirm=True)
    assert told["effect"] == "none"
    assert told["missing"] == {"body": "nothing to show for “contact’s phone”"}


def test_what_an_action_refuses_is_told_and_undone(program: TestClient):
    step = node("status", "action", action="engagements.change_status", input={"status": {"value": "active"}})
    told = tried(program, step)
    assert (told["effect"], told["changes"]) == ("undone", [])
    assert "engagement" in told["error"]


def test_another_studios_engagement_is_not_there_for_a_test(program: TestClient, database: Database):
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="contoso", name="Contoso")
    step = node("name", "action", action="engagements.update", input={"title": {"value": "Mine"}})

    told = tried(program, step, {"engagement_id": other.engagement_id}, confirm=True)

    assert told["changes"] == []
    assert told["error"]


def test_a_condition_says_where_it_leads(program: TestClient):
    is_ada = {"op": "contains", "args": [{"path": "trigger.contact.name"}, {"value": "ada"}]}
    gate = node("gate", "condition", cases=[{"port": "ada", "when": is_ada}])
    assert tried(program, gate)["given"] == {"cases": {"ada": True}, "port": "ada"}
    assert tried(program, gate, {})["given"]["port"] == "else"


def test_a_wait_says_until_when(program: TestClient):
    step = node("wait", "wait_until", at={"path": "trigger.starts_on"}, offset={"amount": -2, "unit": "days"}, time="09:00")
    told = tried(program, step, {"starts_on": "2030-06-12"})
    assert told["says"] == "The run would wait until Monday, 10 June 2030 09:00 (Europe/Berlin)."
    assert "missing" in tried(program, step, {})["missing"][""]


@pytest.mark.parametrize(
    ("tags", "told"), [(["a", "b"], "2 times"), ([], "0 times"), ("a", "leave by “error”"), (["x"] * 4, "leave by “error”")]
)
def test_a_loop_says_how_often_it_would_run(tags, told: str, program: TestClient):
    loop = node("loop", "for_each", items={"path": "trigger.contact.tags"}, limit=3)
    assert told in tried(program, loop, {"contact": {"tags": tags}})["says"]


def test_a_step_that_is_not_filled_in_tells_its_problems(program: TestClient):
    told = tried(program, {**HEAD, "id": "wait", "kind": "delay", "settings": {"amount": -1}})
    assert {one["field"] for one in told["problems"]} == {"amount", "unit"}


def test_the_newest_sample_comes_first(program: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        for budget in ("1", "2"):
            submit(session, studio, budget=budget)
        newest = session.exec(select(Event).where(Event.type == "submission.accepted").order_by(col(Event.id).desc())).first()
    found = program.get("/api/v1/automation_samples", params={"type": "submission.accepted"}).json()
    assert found[0]["record"]["event_id"] == newest.id
