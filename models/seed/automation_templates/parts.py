"""Pieces of drawings: each function gives one node, and `drawn` joins them."""

from itertools import pairwise
from typing import Any

from models.rules.automation_pictures import places

Node = dict[str, Any]

MAIL = {"path": "trigger.contact.email"}
GREETING = "Hi {{ trigger.contact.name | first_name | default:'there' }},\n\n"
SIGNATURE = "\n\n{{ trigger.workspace.name }}"
CLIENT = "{{ trigger.contact.name | default:trigger.contact.email }}"
ABOUT = "“{{ trigger.engagement.title | default:'your project' }}”"
_ROW, _COLUMN = 150, 320


def drawn(*nodes: Node, ways: tuple[str, ...] = ()) -> dict[str, Any]:
    """A drawing of these nodes, laid out from top to bottom.

    ways: lines by short form, `wait.timeout>remind`. Without any, the nodes follow each other.
    """
    texts = ways or tuple(f"{one['id']}.ok>{two['id']}" for one, two in pairwise(nodes))
    edges = [_edge(text) for text in texts]
    found = places([one["id"] for one in nodes], edges)
    positions = {node_id: {"x": _COLUMN * lane, "y": _ROW * row} for node_id, (row, lane) in found.items()}
    return {"nodes": list(nodes), "edges": edges, "positions": positions, "limits": {}}


def on_event(event_type: str, *, label: str = "", **settings: Any) -> Node:
    """A trigger: an event of the product."""
    return node("trigger", "trigger", label, kind="event", type=event_type, **settings)


def on_date(field: str, days: int, *, label: str = "", time: str | None = None, **settings: Any) -> Node:
    """A trigger: so many days after a date of a record, before it when negative; time: of the day, by itself the date's own."""
    offset = {} if days == 0 else {"offset": {"amount": days, "unit": "days"}}
    clock = {} if time is None else {"time": time}
    return node("trigger", "trigger", label, kind="date", type=field, **offset, **clock, **settings)


def mail(node_id: str, label: str, subject: str, body: str, **also: Any) -> Node:
    """A mail to the client the run is about, greeted and signed. also: further inputs, as values."""
    given = {"to": MAIL, "subject": {"text": subject}, "body": {"text": GREETING + body + SIGNATURE}}
    return action(node_id, label, "messages.send_mail", **given, **{name: {"value": value} for name, value in also.items()})


def task(node_id: str, label: str, title: str, *, due: int, details: str = "") -> Node:
    """A task for the owner of the engagement. due: working days from then."""
    text = {"description": {"text": details}} if details else {}
    return action(node_id, label, "tasks.create", title={"text": title}, due_in_working_days={"value": due}, **text)


def tell_team(node_id: str, label: str, text: str, *, channel: str = "crm") -> Node:
    """A message in a channel of the team."""
    return action(node_id, label, "inbox.post", channel={"value": channel}, text={"text": text})


def tell_owner(node_id: str, label: str, text: str, *, path: str = "trigger.owner.id") -> Node:
    """A notice to the owner of the engagement, or to whoever is named at the path."""
    return action(node_id, label, "members.notify", member_id={"path": path}, text={"text": text})


def action(node_id: str, label: str, name: str, **given: Any) -> Node:
    """Any action. given: mappings by input."""
    return node(node_id, "action", label, action=name, input=given)


def delay(node_id: str, label: str, amount: int, unit: str, **settings: Any) -> Node:
    """A wait of a length."""
    return node(node_id, "delay", label, amount=amount, unit=unit, **settings)


def wait_for(node_id: str, label: str, event_type: str, same: str, *, days: int) -> Node:
    """A wait for an event about the same thing, some days at most. same: `subject_id`, `engagement_id` or `contact_id`."""
    match = equal(f"event.{same}", f"trigger.{same}")
    return node(node_id, "wait_for_event", label, event=event_type, match=match, timeout={"amount": days, "unit": "days"})


def decide(node_id: str, label: str, **cases: Any) -> Node:
    """A fork. cases: port to expression; what fits none leaves by `else`."""
    return node(node_id, "condition", label, cases=[{"port": port, "when": when} for port, when in cases.items()])


def equal(path: str, other: str) -> dict[str, Any]:
    """Whether two fields are the same."""
    return {"op": "eq", "args": [{"path": path}, {"path": other}]}


def compare(op: str, path: str, value: Any) -> dict[str, Any]:
    """A field against a value."""
    return {"op": op, "args": [{"path": path}, {"value": value}]}


def node(node_id: str, kind: str, label: str, /, **settings: Any) -> Node:
    """Any node."""
    return {"id": node_id, "kind": kind, "label": label, "settings": settings}


def _edge(text: str) -> dict[str, str]:
    start, target = text.split(">")
    source, port = start.split(".")
    return {"id": f"{source}-{port}", "source": source, "port": port, "target": target}
