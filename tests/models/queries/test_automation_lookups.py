import json

import pytest
from sqlmodel import Session, select

from models import clock
from models.ids import new_id
from models.queries.automation_lookups import drawing_lookups
from models.queries.automation_schemas import trigger_schemas
from models.rules.automation_records import hook_schema
from models.rules.automations import drawing_problems
from models.tables.automations import Automation
from models.tables.forms import Form
from models.tables.members import Member
from models.types.automations import Drawing, Json
from tests.builders.automations import EVENTS, HEAD, drawing, node, schema
from tests.builders.workspaces import Studio

ACTION = {"forms.send": {"input": schema(form_id={"type": "string", "x-lookup": "forms"}), "output": {}, "kind": "fast"}}

GONE = "x_000000gone"


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


def asked(session: Session, approvers: Json, **settings: Json) -> list[tuple[str, str, str]]:
    """What is told of an approval, as the product knows its people: field, code, severity."""
    sketch = drawing(HEAD, node("ask", "approval", approvers=approvers, **settings))
    problems = drawing_problems(sketch, catalogue=ACTION, events=trigger_schemas(), lookups=drawing_lookups(session))
    return [(problem.field, problem.code, problem.severity.value) for problem in problems]


def a_member(session: Session) -> Member:
    """Somebody of the team who is no owner."""
    member = Member(id=new_id("mem"), name="Grace Hopper", email="grace@example.com", email_norm="grace@example.com")
    session.add(member)
    session.flush()
    return member


def told(field: str, severity: str = "error") -> list[tuple[str, str, str]]:
    return [(field, "approver_without_access", severity)]


def test_who_was_put_away_or_is_a_client_cannot_decide(session: Session, studio: Studio):
    member = a_member(session)
    everybody: Json = {"value": [f"member:{member.id}", studio.owner_id]}
    assert asked(session, everybody) == []
    later = {"after": {"amount": 1, "unit": "days"}, "to": {"value": [f"member:{member.id}"]}}
    member.archived_at = clock.now()
    session.flush()

    assert asked(session, everybody) == told("approvers")
    assert asked(session, {"value": ["role:owner"]}, escalate=later) == told("escalate.to")
    assert asked(session, {"value": [f"contact:{studio.contact_id}"]}) == told("approvers")
    assert asked(session, {"path": "trigger.contact.id"}) == told("approvers")
    assert asked(session, {"path": "trigger.contact.owner_id", "default": member.id}) == told("approvers")
    assert asked(session, {"path": "trigger.contact.owner_id", "default": studio.owner_id}) == []


def test_a_role_that_nobody_has_decides_nothing(session: Session, studio: Studio):
    for member in session.exec(select(Member).where(Member.role == "member")):
        member.archived_at = clock.now()
    session.flush()
    assert asked(session, {"value": ["role:member"]}) == told("approvers")
    assert asked(session, {"value": ["role:member", "role:owner"]}) == told("approvers", "warning")
    a_member(session)
    assert asked(session, {"value": ["role:member"]}) == []


def compared(left: str, right: Json, op: str = "eq") -> Json:
    return {"op": op, "args": [{"path": left}, {"value": right}]}


COMPARISONS = {
    "form": ("submission.accepted", compared("trigger.form.id", GONE)),
    "form-of-the-event": ("submission.accepted", compared("trigger.event.form_id", GONE, "ne")),
    "form-of-the-row": ("submission.accepted", compared("trigger.subject.form_id", GONE)),
    "owner": ("submission.accepted", {"op": "all", "args": [compared("trigger.engagement.owner_id", GONE)]}),
    "one-of": ("submission.accepted", compared("trigger.company.id", [GONE], "in")),
    "instead": (
        "submission.accepted",
        {
            "op": "eq",
            "args": [{"op": "coalesce", "args": [{"path": "trigger.contact.owner_id"}, {"value": GONE}]}, {"value": ""}],
        },
    ),
    "the-record": ("invoice.paid", compared("trigger.subject_id", GONE)),
    "scheduler": ("booking.made", compared("trigger.event.scheduler_id", GONE)),
    "status": ("engagement.status_changed", compared("trigger.event.to", "on_hold_2019")),
    "status-now": ("proposal.sent", compared("trigger.engagement.status", "on_hold_2019")),
}


@pytest.mark.parametrize(("event", "condition"), COMPARISONS.values(), ids=COMPARISONS)
def test_what_a_condition_compares_with_is_missed_in_triggers_waits_and_conditions(
    event: str, condition: Json, session: Session, studio: Studio
):
    lookups = drawing_lookups(session)
    of_event = json.loads(json.dumps(condition).replace('"trigger.', '"event.'))
    head = {**HEAD, "settings": {"kind": "event", "type": event, "filter": condition}}
    wait = node("wait", "wait_for_event", event=event, match=of_event, timeout={"amount": 1, "unit": "days"})
    fork = node("fork", "condition", cases=[{"port": "yes", "when": condition}])
    found = drawing_problems(drawing(head, wait, fork), catalogue=ACTION, events=trigger_schemas(), lookups=lookups)
    assert [(problem.node_id, problem.field, problem.code) for problem in found] == [
        ("trigger", "filter", "deleted_reference"),
        ("wait", "match", "deleted_reference"),
        ("fork", "cases.0.when", "deleted_reference"),
    ]


def test_what_another_system_sends_is_no_reference_of_ours(session: Session, studio: Studio):
    head = {**HEAD, "settings": {"kind": "webhook", "filter": compared("trigger.body.contact_id", "77")}}
    events = {**trigger_schemas(), "webhook": hook_schema({"body": {"contact_id": "77"}})}
    sketch = drawing(head, node("end", "stop"))
    assert drawing_problems(sketch, catalogue=ACTION, events=events, lookups=drawing_lookups(session)) == []


def test_what_is_there_and_parts_of_texts_are_not_missed(session: Session, studio: Studio):
    conditions = (
        compared("trigger.engagement.owner_id", studio.owner_id),
        compared("trigger.engagement.status", "lead"),
        compared("trigger.engagement.owner_id", "mem", "contains"),
        compared("trigger.contact.name", "Ada"),
    )
    for condition in conditions:
        head = {**HEAD, "settings": {"kind": "event", "type": "submission.accepted", "filter": condition}}
        sketch = drawing(head, node("end", "stop"))
        assert drawing_problems(sketch, catalogue=ACTION, events=trigger_schemas(), lookups=drawing_lookups(session)) == []
