"""What automations use is named before it is put away."""

import re
from typing import Any

from fastapi.testclient import TestClient

from models import clock
from models.commands.automations import archive_automation, change_automation, switch_off_automation
from models.commands.forms import draft_form
from models.commands.project_templates import add_project_template
from models.commands.proposal_templates import add_proposal_template
from models.db import Database
from models.queries.automation_tables import TABLES
from models.queries.automation_users import automations_using
from models.tables.automations import Automation
from tests.architecture.operations import Operation, operations
from tests.builders.automations import drawing
from tests.builders.everything import Ids, make_everything
from tests.builders.runs import make_automation, post, publish
from tests.builders.workspaces import Studio


def naming(member_id: str) -> dict[str, Any]:
    settings = {"action": "members.notify", "input": {"member_id": {"value": member_id}, "text": {"text": "Hello"}}}
    return {"id": "tell", "kind": "action", "settings": settings}


def test_what_is_in_force_and_what_is_merely_drawn_is_told_apart(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        in_force = publish(session, drawing(HEAD, naming(studio.member_id)).document, "In force")
        drawn = publish(session, drawing(HEAD, post()).document, "Drawn")
        change_automation(session, drawn, {"drawing": drawing(HEAD, naming(studio.member_id)).document})
        make_automation(session, naming(studio.owner_id))

        found = automations_using(session, studio.member_id)
        assert [(one.name, one.is_in_force) for one in found] == [("Drawn", False), ("In force", True)]
        assert automations_using(session, studio.member_id[:-1]) == []
        switch_off_automation(session, in_force, now=clock.now())
        assert [one.is_in_force for one in automations_using(session, studio.member_id)] == [False, False]
        archive_automation(session, session.get_one(Automation, drawn.id), now=clock.now())
        assert [one.name for one in automations_using(session, studio.member_id)] == ["In force"]


PUTS_AWAY = re.compile(r"(POST|PUT) /(\w+)/{\w+}/(archive|archival)|DELETE /(\w+)/{\w+}")
"""Routes that put something away, or delete it."""


def routes(client: TestClient) -> list[Operation]:
    """Every route that puts away what automations can name."""
    found = [(one, PUTS_AWAY.fullmatch(str(one))) for one in operations(client.get("/api/openapi.json").json())]
    return [one for one, match in found if match and (match[2] or match[4]) in TABLES]


def kept(database: Database, studio: Studio, ids: Ids) -> dict[str, Any]:
    """What can be named, as it is."""
    with database.read(studio.scope) as session:
        return {name: session.get(table, ids[name]).model_dump() for name, table in TABLES.items()}


def test_every_route_that_puts_away_what_automations_can_name_asks_first(program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        ids = make_everything(session, studio, canary="Ada")
        nodes = [post("x", name) for name in TABLES]
        for node, name in zip(nodes, TABLES, strict=True):
            node["settings"]["input"]["text"] = {"value": ids[name]}
        automation = publish(session, drawing(HEAD, *nodes).document, "New lead")
    before = kept(database, studio, ids)
    asking = routes(program)
    assert len(asking) >= 18

    for operation in asking:
        answer = program.request(**operation.request(ids, ids))
        said = answer.json() if answer.content else {}
        assert (answer.status_code, said.get("type")) == (409, "/help/errors#InUse"), f"{operation} does not ask: {said}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert [(one["id"], one["is_in_force"]) for one in said["used_by"]] == [(automation.id, True)]
        assert "“New lead” uses it" in said["detail"]
        assert "?is_sure=true" in said["detail"]
    assert kept(database, studio, ids) == before

    for operation in asking:
        wanted = operation.request(ids, ids)
        answer = program.request(**{**wanted, "params": {**wanted["params"], "is_sure": True}})
        assert "InUse" not in answer.text, operation


def test_who_is_sure_does_it_with_the_same_key_that_was_asked(program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        form = draft_form(session, name="Contact us")
        node = post("x", "tell")
        node["settings"]["input"]["text"] = {"value": form.id}
        automation = publish(session, drawing(HEAD, node).document, "New lead")
    address, key = f"/api/v1/forms/{form.id}/archival", {"Idempotency-Key": "once"}

    assert program.put(address, headers=key).status_code == 409
    assert program.get(f"/api/v1/forms/{form.id}").json()["archived_at"] is None
    assert program.put(address, headers=key, params={"is_sure": True}).status_code == 204
    assert program.get(f"/api/v1/forms/{form.id}").json()["archived_at"] is not None

    with database.write(studio.scope) as session:
        switch_off_automation(session, session.get_one(Automation, automation.id), now=clock.now())
    program.delete(address)
    assert program.put(address).status_code == 204, "what is switched off needs nothing"


HEAD = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}


def test_members_forms_and_templates_name_their_users(program: TestClient, owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        form = draft_form(session, name="Contact us")
        proposal = add_proposal_template(session, {"name": "Website"})
        project = add_project_template(session, name="Website")
        ids = (studio.member_id, form.id, proposal.id, project.id)
        nodes = []
        for number, one in enumerate(ids):
            node = post("x", f"n{number}")
            node["settings"]["input"]["text"] = {"value": one}
            nodes.append(node)
        automation = publish(session, drawing(HEAD, *nodes).document, "New lead")
    paths = (f"members/{ids[0]}", f"forms/{ids[1]}", f"proposal_templates/{ids[2]}", f"project_templates/{ids[3]}")

    for path, one in zip(paths, ids, strict=True):
        expected = [{"id": automation.id, "name": "New lead", "status": "published", "is_in_force": True, "live_runs": 0}]
        assert program.get(f"/api/v1/{path}").json()["used_by"] == expected, path
        assert program.get("/api/v1/automation_users", params={"thing_id": one}).json() == expected
    pages = ("/settings/people", f"/forms/{ids[1]}/settings", f"/proposal_templates/{ids[2]}", f"/project_templates/{ids[3]}")
    for page in pages:
        assert "“New lead” uses it" in owner.get(page).text, page
