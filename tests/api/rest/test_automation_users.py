"""What automations use is named before it is put away."""

from typing import Any

from fastapi.testclient import TestClient

from models import clock
from models.commands.automations import archive_automation, change_automation, switch_off_automation
from models.commands.forms import draft_form
from models.commands.project_templates import add_project_template
from models.commands.proposal_templates import add_proposal_template
from models.db import Database
from models.queries.automation_users import automations_using
from models.tables.automations import Automation
from tests.builders.automations import drawing
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
