from sqlmodel import Session

from models import clock
from models.ids import new_id
from models.queries.automation_lookups import drawing_lookups
from models.rules.automations import drawing_problems
from models.tables.automations import Automation
from models.tables.forms import Form
from models.types.automations import Drawing
from tests.builders.automations import EVENTS, HEAD, drawing, node, schema
from tests.builders.workspaces import Studio

ACTION = {"forms.send": {"input": schema(form_id={"type": "string", "x-lookup": "forms"}), "output": {}, "kind": "fast"}}


def found(session: Session, sketch: Drawing) -> list[tuple[str, str]]:
    problems = drawing_problems(sketch, catalogue=ACTION, events=EVENTS, lookups=drawing_lookups(session))
    return [(problem.field, problem.code) for problem in problems]


def test_what_was_put_away_is_missed(session: Session, studio: Studio):
    form = Form(id=new_id("frm"), name="Brief", slug="brief")
    session.add(form)
    session.flush()
    send = {"action": "forms.send", "input": {"form_id": {"value": form.id}}}
    sketch = drawing(HEAD, node("send", "action", **send))
    assert found(session, sketch) == []
    form.archived_at = clock.now()
    assert found(session, sketch) == [("input.form_id", "deleted_reference")]


def test_people_and_automations_are_looked_up(session: Session, studio: Studio):
    lookups = drawing_lookups(session)
    assert studio.owner_id in lookups["members"]
    assert studio.contact_id in lookups["people"]
    assert studio.contact_id not in lookups["members"]
    called = Automation(id=new_id("aut"), name="Called", status="published", trigger_kind="called")
    draft = Automation(id=new_id("aut"), name="Draft")
    session.add_all([called, draft])
    session.flush()
    sub = drawing(HEAD, node("sub", "sub_automation", automation_id=called.id))
    assert found(session, sub) == []
    sub = drawing(HEAD, node("sub", "sub_automation", automation_id=draft.id))
    assert found(session, sub) == [("automation_id", "not_callable")]
