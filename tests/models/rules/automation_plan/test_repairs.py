"""What a person who repairs a run is shown."""

import pytest

from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.repairs import gaps_left, last_input, steps_from
from models.types.automation_plan.happenings import InputGiven
from models.types.working_time import WorkCalendar
from tests.builders.automations import MONDAY, TRIGGER, node, parallel, planned, started, task

GIVEN = {
    "to": {"path": "trigger.contact.email"},
    "subject": {"text": "Hello {{ trigger.contact.name | first_name }}"},
    "body": {"text": "Of {{ trigger.form.name }} and {{ trigger.contact.name }}, {{ trigger.workspace.name | default:'there' }}"},
}


def stuck():
    plan = planned(node("mail", "action", action="messages.send_mail", input=GIVEN))
    bare = {**TRIGGER, "contact": {"id": "con_1", "name": "Ada Byron", "email": ""}, "form": {}, "workspace": {}}
    state, _ = started(plan, trigger=bare)
    return plan, state


def test_what_is_known_stands_there_and_what_is_missing_is_marked():
    plan, state = stuck()
    last = last_input(plan, state, state.tokens[0], MONDAY, WorkCalendar())
    assert last.given == {"subject": "Hello Ada", "body": "Of [form.name] and Ada Byron, there"}
    assert last.gaps == {"body": ("[form.name]",)}


def test_what_a_person_gave_before_stands_there_as_they_gave_it():
    plan, state = stuck()
    state, _ = advance(plan, state, InputGiven("mail", {"to": "typed"}), MONDAY)
    last = last_input(plan, state, state.tokens[0], MONDAY, WorkCalendar())
    assert (last.given, last.gaps) == ({"to": "typed"}, {})


@pytest.mark.parametrize(
    ("text", "left"),
    [("Of [form.name]", {"body": "[form.name]"}), ("OF [FORM.NAME]", {"body": "[form.name]"}), ("Of Mara", {}), ("", {})],
)
def test_a_mark_that_is_left_is_told(text: str, left: dict[str, str]):
    assert gaps_left({"body": ("[form.name]",)}, {"body": text}) == left


def test_what_follows_a_step_comes_the_nearest_first():
    plan = planned(
        task("one"),
        parallel(),
        task("inner"),
        task("other"),
        task("last"),
        edges=["trigger.ok>one", "one.ok>par", "par.a>inner", "par.b>other", "par.ok>last"],
    )
    assert steps_from(plan, "one") == ("one", "par", "last")
    assert steps_from(plan, "par") == ("par", "last")
