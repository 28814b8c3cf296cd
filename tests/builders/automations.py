"""Drawings, a small catalogue and small events, for tests of the compiler and the interpreter."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from models.rules.automation_plan.interpreter import advance, initial_state
from models.rules.automations import compile_drawing
from models.types.automation_plan.happenings import Started
from models.types.automations import Drawing, Plan

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

TEXT = {"type": "string"}
OPTIONAL_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def schema(*required, **fields):
    """A JSON Schema as Pydantic writes it."""
    return {"type": "object", "properties": fields, "required": list(required)}


CATALOGUE = {
    "messages.send_mail": {
        "input": schema(
            "to", "subject", "body", to=TEXT, subject=TEXT, body={"type": "string", "format": "html"}, cc=OPTIONAL_TEXT
        ),
        "output": schema(message_id=TEXT),
        "kind": "slow",
        "client_facing": True,
    },
    "inbox.post": {
        "input": schema("channel", "text", channel=TEXT, text=TEXT, engagement_id=OPTIONAL_TEXT),
        "output": schema(message_id=TEXT),
        "kind": "fast",
    },
    "tasks.create": {
        "input": schema(
            "title",
            title=TEXT,
            engagement_id=OPTIONAL_TEXT,
            assignee_id={**OPTIONAL_TEXT, "x-lookup": "members"},
            due_in_working_days={"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        ),
        "output": schema(task_id=TEXT),
        "kind": "fast",
        "emits": ["task.created"],
    },
    "members.notify": {
        "input": schema("member_id", "text", member_id=TEXT, text=TEXT, engagement_id=OPTIONAL_TEXT),
        "output": {},
        "kind": "fast",
    },
}
CONTACT = schema(id=TEXT, name=TEXT, email=TEXT)
EVENTS = {
    "submission.accepted": {
        "type": "object",
        "properties": {
            "event_id": TEXT,
            "contact": {"$ref": "#/$defs/Contact"},
            "engagement": schema(id=TEXT, title=TEXT, owner_id=TEXT, budget={"type": "integer"}, starts_on={"type": "string"}),
            "form": schema(name=TEXT),
            "workspace": schema(name=TEXT),
            "people": {"type": "array", "items": schema(name=TEXT, pets={"type": "array", "items": TEXT})},
        },
        "$defs": {"Contact": CONTACT},
    },
    "proposal.sent": schema(id=TEXT, engagement_id=TEXT, subject=schema(expires_at=TEXT)),
    "task.created": schema(id=TEXT),
}
LOOKUPS = {
    "members": {"mem_1", "mem_2"},
    "automations": {"aut_1", "aut_2", "aut_3"},
    "callable_automations": {"aut_1", "aut_2"},
    "nouns": {"contact"},
    "date_fields": {"invoice.due_on"},
}
TRIGGER: dict[str, Any] = {
    "event_id": "evt_1",
    "contact": {"id": "con_1", "name": "Ada Byron", "email": "ada@example.com"},
    "engagement": {"id": "eng_1", "title": "Site", "owner_id": "mem_1", "budget": 5000, "starts_on": "2026-04-01"},
    "form": {"name": "Contact us"},
    "workspace": {"name": "Studio Nord"},
}
SAME_ENGAGEMENT = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement.id"}]}
HEAD = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}


def node(node_id, kind, **settings):
    """A node of a drawing."""
    return {"id": node_id, "kind": kind, "settings": settings}


def task(node_id, title=None, **settings):
    """An action that creates a task; the simplest that has a required input."""
    given = {"title": title or {"value": node_id}}
    return node(node_id, "action", action="tasks.create", **{"input": given, **settings})


def wait(node_id="wait", **settings):
    """A wait for this engagement's proposal, three days at most."""
    usual = {"event": "proposal.sent", "match": SAME_ENGAGEMENT, "timeout": {"amount": 3, "unit": "days"}}
    return node(node_id, "wait_for_event", **{**usual, **settings})


def parallel(node_id="par", ports=("a", "b"), **settings):
    """A node whose branches run at once."""
    return node(node_id, "parallel", branches=[{"port": port} for port in ports], **settings)


def for_each(node_id="each", items=None, **settings):
    """A loop, by itself over the people of the trigger."""
    return node(node_id, "for_each", items=items or {"path": "trigger.people"}, **settings)


def drawing(*nodes, edges=(), **rest):
    """A drawing headed by the usual trigger, its edges written as `source.port>target`; without any the nodes form a line."""
    nodes = nodes if any(item.get("kind") == "trigger" for item in nodes) else (HEAD, *nodes)
    chain = [f"{one['id']}.ok>{two['id']}" for one, two in pairwise(nodes)]
    return Drawing({"nodes": list(nodes), "edges": [edge(text) for text in edges or chain], **rest})


def edge(text):
    """An edge from its short form."""
    start, target = text.split(">")
    source, port = start.split(".")
    return {"id": text, "source": source, "port": port, "target": target}


def compiled(sketch):
    """The plan of a drawing, or its problems."""
    return compile_drawing(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS, automation_id="aut_1", version=1)


def planned(*nodes, **rest):
    """The plan of a drawing that has to have one."""
    plan = compiled(drawing(*nodes, **rest))
    assert isinstance(plan, Plan), plan
    return plan


def codes(sketch):
    """The problems of a drawing as (node, field, code)."""
    found = compiled(sketch)
    return [] if isinstance(found, Plan) else [(problem.node_id, problem.field, problem.code) for problem in found]


def started(plan, now=MONDAY, trigger=TRIGGER, calendar=None):
    """A run after its first turn: state and commands."""
    return advance(plan, initial_state(plan), Started(trigger), now, calendar)


def only(commands, shape):
    """The one command of a kind."""
    (found,) = [command for command in commands if isinstance(command, shape)]
    return found


def asked(commands, shape):
    """The commands of a kind."""
    return [command for command in commands if isinstance(command, shape)]
