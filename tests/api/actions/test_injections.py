"""What people type is words, in every text of every action: no language of templates or expressions is ever run in it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions.action import Action
from api.actions.catalogue import ACTIONS
from models.db import Database
from models.settings import Settings
from models.tables.automations import AutomationRun
from tests.api.actions.test_every_action import BOOKS_OF_THE_RUN, advance, contents, perform_effects, step_of
from tests.builders.actions import CASES
from tests.builders.runs import make_automation, submit
from tests.builders.workspaces import Studio

PRODUCT = "60481729"
"""7777 * 7777: it stands nowhere unless somebody calculated it."""
CORPUS = (
    "{{7777*7777}}",
    "{{ 7777*7777 }}",
    "{{7777*'7777'}}",
    "${7777*7777}",
    "#{7777*7777}",
    "<%= 7777*7777 %>",
    "${{7777*7777}}",
    "{% print(7777*7777) %}",
    "{%if 7777*7777%}x{%endif%}",
    "{#7777*7777#}",
    "@(7777*7777)",
    "[[7777*7777]]",
    "*{7777*7777}",
    "={{ 7777*7777 }}",
    "={{$json.email}}",
    '{{$json["email"]}}',
    "{{ $env.HOME }}",
    "{{$workflow.id}}",
    "={{ $node }}",
    "{{ (function(){ return process.env })() }}",
    "{{constructor.constructor('return 7777*7777')()}}",
    "{{this.constructor}}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ config.items() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ request.application }}",
    "{{ trigger.contact.email }}",
    "{{trigger.workspace.id}}",
    "{{ trigger.submission.answers.evil }}",
    "{{ steps.it.output }}",
    "{{ contact.email }}",
    "{{ workspace.legal_name }}",
    "{{ today | date }}",
    "{{ trigger.contact.email | upper }}",
    "{{_self.env.registerUndefinedFilterCallback('system')}}",
    "{{['id']|filter('system')}}",
    "{{dump(app)}}",
    "{php}echo 1;{/php}",
    "<#assign ex='freemarker.template.utility.Execute'?new()>",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "$!{x}",
    "#set($x=7777*7777)$x",
    "{{#with this}}{{lookup . 'constructor'}}{{/with}}",
    "{{> secrets}}",
    "{{{7777*7777}}}",
    "{{&x}}",
    "%{7777*7777}",
    "%s%s%n",
    "{0.__class__}",
    "{contact.__class__.__init__.__globals__}",
    "$(id)",
    "`id`",
    "${jndi:ldap://x/a}",
    "'; DROP TABLE contacts;--",
    "<script>alert(7777*7777)</script>",
    "javascript:alert(1)",
    '=HYPERLINK("http://x")',
    "\\u007b\\u007b7777*7777}}",
)
POLYGLOT = "{{7777*7777}}${7777*7777}#{7777*7777}<%=7777*7777%>{%print(7777*7777)%}{{trigger.workspace.id}}{{contact.email}}"
NO_WORDS = frozenset({"email", "to", "url", "timezone", "phone", "json_body"})
"""Inputs that hold an address or a document; each has a test of its own."""
CLIENTS = {"submissions", *BOOKS_OF_THE_RUN, "events"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.egress_allow = ["127.0.0.1/32"]
    return settings


def texts_of(action: Action) -> list[str]:
    """The inputs of an action that take any words."""
    fields = action.Input.model_json_schema()["properties"]
    return [name for name, field in fields.items() if name not in NO_WORDS and is_text(field)]


def longest(action: Action, field: str) -> int:
    schema = action.Input.model_json_schema()["properties"][field]
    return min(kind.get("maxLength", 1000) for kind in [schema, *schema.get("anyOf", [])])


def is_text(field: dict[str, Any]) -> bool:
    kinds = [field, *field.get("anyOf", [])]
    return any(kind.get("type") == "string" and not {"enum", "format"} & set(kind) for kind in kinds) and "x-lookup" not in field


def performed(database: Database, studio: Studio, worker: TestClient, name: str, field: str, answers: dict[str, str]) -> str:
    """The run that did an action with what a client typed into a form in one of its texts, an answer a line."""
    with database.write(studio.scope) as session:
        mapped: dict[str, Any] = {one: {"value": value} for one, value in CASES[name](session, studio).items()}
        mapped[field] = {"text": "\n".join(f"{{{{ trigger.submission.answers.{one} }}}}" for one in answers)}
        node = {"id": "it", "kind": "action", "settings": {"action": name, "input": mapped}}
        automation = make_automation(session, node)
        event = submit(session, studio, **answers)
        wanted = select(AutomationRun.id).where(AutomationRun.event_id == event.id)
        run_id = session.exec(wanted.where(AutomationRun.automation_id == automation.id)).one()
    perform_effects(worker, run_id, advance(worker, run_id))
    return run_id


@pytest.mark.parametrize(
    ("action", "field"),
    [pytest.param(action, field, id=f"{action.name} {field}") for action in ACTIONS.values() for field in texts_of(action)],
)
def test_a_text_of_an_action_is_kept_as_it_was_typed(
    action: Action, field: str, database: Database, studio: Studio, worker: TestClient
):
    words = POLYGLOT[: longest(action, field)]
    run_id = performed(database, studio, worker, action.name, field, {"evil": words})

    step = step_of(database, studio, run_id)
    kept = contents(database, without=CLIENTS)
    assert PRODUCT not in repr(kept) + repr(step.output) + step.error
    assert step.status == "done", step.error
    assert words in repr(kept), f"{action.name} changed what was typed into {field}"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("messages.send_mail", "body"),
        ("messages.write_to_client", "text"),
        ("inbox.post", "text"),
        ("tasks.create", "description"),
        ("comments.add", "text"),
        ("bookings.send_link", "text"),
    ],
)
def test_no_payload_known_from_other_engines_is_run(
    name: str, field: str, database: Database, studio: Studio, worker: TestClient
):
    answers = {f"a{place}": payload for place, payload in enumerate(CORPUS)}
    run_id = performed(database, studio, worker, name, field, answers)

    assert step_of(database, studio, run_id).status == "done"
    kept = contents(database, without=CLIENTS)
    written = [str(cell) for rows in kept.values() for row in rows for cell in row]
    assert PRODUCT not in repr(kept)
    assert [payload for payload in CORPUS if not any(payload in cell for cell in written)] == []
