"""Holes that a client would read: told before anything is published, and no longer once the author has said what to do."""

from typing import Any

import pytest

from api.actions.catalogue import schemas
from models.queries.automation_schemas import trigger_schemas
from models.rules.automations import drawing_problems
from models.seed.automation_templates import TEMPLATES
from models.types.automation_templates import AutomationTemplate
from models.types.automations import Drawing
from tests.builders.automations import drawing, node

TO = {"path": "trigger.contact.email"}
PHONE = {"path": "trigger.contact.phone"}
LEAD: dict[str, Any] = {"kind": "event", "type": "submission.accepted"}
TASK: dict[str, Any] = {"kind": "event", "type": "task.completed"}
MONDAY: dict[str, Any] = {"kind": "schedule", "cron": "0 9 * * 1"}


def found(*nodes: dict[str, Any], edges: tuple[str, ...] = (), **trigger: Any) -> list[tuple[str, str, str]]:
    """What is told of a drawing with the product's own actions and events: field, code, severity."""
    sketch = drawing(node("trigger", "trigger") | {"settings": trigger or LEAD}, *nodes, edges=edges)
    told = drawing_problems(sketch, catalogue=schemas(), events=trigger_schemas(), lookups={})
    return [(one.field, one.code, one.severity.value) for one in told]


def mail(body: str, node_id: str = "mail", to: dict[str, Any] = TO, **settings: Any) -> dict[str, Any]:
    given = {"to": to, "subject": {"value": "Hello"}, "body": {"text": body}}
    return node(node_id, "action", action="messages.send_mail", input=given, **settings)


WARNED = [("input.body", "may_be_empty", "warning")]


@pytest.mark.parametrize(
    ("body", "trigger", "expected"),
    [
        ("Hi {{ trigger.contact.name }}", LEAD, []),
        ("Call {{ trigger.contact.phone }}", LEAD, WARNED),
        ("Call {{ trigger.contact.phone | default:'us' }}", LEAD, []),
        ("Call {{ trigger.contact.phone | default:'' }}", LEAD, WARNED),
        ("{{ trigger.owner.name }} will call", LEAD, WARNED),
        ("Hi {{ trigger.contact.name }}", TASK, WARNED),
        ("Of {{ trigger.event.form_id }}", {"kind": "event", "type": "submission.accepted"}, WARNED),
        ("Now {{ trigger.event.percent }} %", {"kind": "event", "type": "retainer.hours_reached"}, []),
        ("You said {{ trigger.submission.answers.budget }}", LEAD, WARNED),
        ("You said {{ trigger.submission.answers.budget | default:'little' }}", LEAD, []),
    ],
)
def test_a_place_that_may_have_nothing_to_show_is_told(body: str, trigger: dict[str, Any], expected: list[Any]):
    assert found(mail(body), **trigger) == expected


def test_what_a_client_gets_is_told_and_what_the_team_reads_is_not():
    talk = node("talk", "action", action="messages.write_to_client", input={"text": PHONE})
    note = node(
        "note",
        "action",
        action="inbox.post",
        input={"channel": {"value": "crm"}, "text": {"text": "{{ trigger.contact.phone }}"}},
    )
    assert found(talk, note) == [("input.text", "may_be_empty", "warning")]


@pytest.mark.parametrize(
    ("action", "field", "given"),
    [
        ("proposals.create_from_template", "title", {"template_id": {"value": "ptm_1"}}),
        ("contracts.create_from_template", "title", {"template_id": {"value": "ctt_1"}}),
        ("invoices.draft", "notes", {"description": {"value": "Workshop"}, "amount_minor": {"value": 100}}),
        ("retainers.start", "name", {"amount_minor": {"value": 100}}),
        ("projects.start", "name", {}),
        ("messages.write_to_client", "text", {}),
        ("payments.send_link", "subject", {}),
    ],
)
def test_what_a_client_reads_in_a_document_is_told_too(action: str, field: str, given: dict[str, Any]):
    text = {"text": "For {{ trigger.company.name }}"}
    sign = node("sign", "action", action=action, input={**given, field: text})
    assert found(sign) == [(f"input.{field}", "may_be_empty", "warning")]


def test_the_fix_says_what_to_write():
    sketch = drawing(node("trigger", "trigger") | {"settings": LEAD}, mail("{{ trigger.contact.phone }}"))
    (told,) = drawing_problems(sketch, catalogue=schemas(), events=trigger_schemas(), lookups={})
    assert "| default:'there'" in told.fix
    assert "contact’s phone" in told.message


def gate(when: dict[str, Any], node_id: str = "gate") -> dict[str, Any]:
    return node(node_id, "condition", cases=[{"port": "yes", "when": when}])


EMPTY = {"op": "is_empty", "args": [PHONE]}
BODY = "Call {{ trigger.contact.phone }}"


@pytest.mark.parametrize(
    ("when", "by_yes", "by_else"),
    [
        ({"op": "not", "args": [EMPTY]}, [], WARNED),
        (EMPTY, WARNED, []),
        ({"op": "starts_with", "args": [PHONE, {"value": "+49"}]}, [], WARNED),
        ({"op": "ne", "args": [PHONE, {"value": "none"}]}, WARNED, []),
        ({"op": "eq", "args": [PHONE, {"value": ""}]}, WARNED, WARNED),
        ({"op": "all", "args": [{"value": True}, {"op": "not", "args": [EMPTY]}]}, [], WARNED),
        ({"op": "any", "args": [{"value": True}, {"op": "not", "args": [EMPTY]}]}, WARNED, WARNED),
        ({"op": "any", "args": [{"value": False}, EMPTY]}, WARNED, []),
        ({"op": "not", "args": [{"op": "any", "args": [{"value": False}, EMPTY]}]}, [], WARNED),
    ],
)
def test_a_condition_on_every_way_answers_it(when: dict[str, Any], by_yes: list[Any], by_else: list[Any]):
    for port, expected in (("yes", by_yes), ("else", by_else)):
        assert found(gate(when), mail(BODY), edges=("trigger.ok>gate", f"gate.{port}>mail")) == expected


def test_a_way_around_the_condition_brings_it_back():
    full = {"op": "not", "args": [EMPTY]}
    ways = ("trigger.ok>gate", "gate.yes>mail", "gate.else>mail")
    assert found(gate(full), mail(BODY), edges=ways) == WARNED
    two = (gate(full), gate(full, "again"), mail(BODY))
    assert found(*two, edges=("trigger.ok>gate", "gate.yes>mail", "gate.else>again", "again.yes>mail")) == []


def test_the_filter_of_the_trigger_and_the_way_out_for_errors_answer_it_too():
    assert found(mail(BODY), **LEAD, filter={"op": "not", "args": [EMPTY]}) == []
    end = node("end", "stop")
    assert found(mail(BODY), end, edges=("trigger.ok>mail", "mail.error>end")) == []
    assert found(mail(BODY, on_error="continue"), end) == []


def test_a_filled_part_says_that_its_owner_is_there():
    named = {"op": "not", "args": [{"op": "is_empty", "args": [{"path": "trigger.owner.name"}]}]}
    body = "{{ trigger.owner.name }}, {{ trigger.owner.email }}"
    assert found(gate(named), mail(body), edges=("trigger.ok>gate", "gate.yes>mail")) == []


def test_an_address_that_may_be_missing_is_no_hole_but_one_that_is_never_there_is_an_error():
    assert found(mail("Hello")) == []
    assert found(mail("Hello"), **MONDAY) == [("input.to", "never_there", "error")]
    assert found(mail("Hello"), kind="webhook") == [("input.to", "unknown_path", "error")]
    assert found(mail("Hello", to={"value": "a@example.com"}), **MONDAY) == []


def test_the_contact_of_a_run_that_has_none_is_an_error():
    talk = node("talk", "action", action="messages.write_to_client", input={"text": {"value": "Hello"}})
    named = node(
        "talk", "action", action="messages.write_to_client", input={"text": {"value": "Hi"}, "contact_id": {"value": "con_1"}}
    )
    nobody: tuple[dict[str, Any], ...] = (MONDAY, {"kind": "webhook"}, {"kind": "event", "type": "member.added"})
    for trigger in nobody:
        assert found(talk, **trigger) == [("input.contact_id", "no_contact", "error")]
        assert found(named, **trigger) == []
    somebody: tuple[dict[str, Any], ...] = (LEAD, TASK, {"kind": "called"}, {"kind": "manual", "noun": "contact"})
    for trigger in somebody:
        assert found(talk, **trigger) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.key)
def test_the_library_has_no_holes(template: AutomationTemplate):
    assert drawing_problems(Drawing(template.drawing), catalogue=schemas(), events=trigger_schemas(), lookups={}) == []
