"""Drawings at random, bodies in bodies included, that mostly compile; for the small catalogue of `automations.py`."""

from itertools import count

from hypothesis import strategies as st

from models.types.automations import Drawing
from tests.builders.automations import HEAD, SAME_ENGAGEMENT, edge, node, task

UNITS = ("minutes", "hours", "days", "weeks", "business_days", "business_hours")
SPANS = st.builds(lambda amount, unit: {"amount": amount, "unit": unit}, st.integers(1, 30), st.sampled_from(UNITS))
TITLES = [
    {"value": "x"},
    {"path": "trigger.contact.name", "default": "-"},
    {"text": "{{ trigger.contact.name | default:'-' }} {{ now }}"},
    {"expr": {"op": "coalesce", "args": [{"path": "now"}, {"value": "-"}]}},
    {"text": "{{ trigger.engagement.starts_on }}"},
]
ITEM_TITLES = [
    {"path": "item.name", "default": "-"},
    {"text": "{{ index }} {{ item.name | default:'-' }}"},
    {"expr": {"op": "coalesce", "args": [{"path": "item.name"}, {"value": "?"}]}},
]
WHENS = [
    {"value": True},
    {"op": "gt", "args": [{"path": "trigger.engagement.budget"}, {"value": 100}]},
    {"op": "is_empty", "args": [{"path": "trigger.contact.name"}]},
]
ITEMS = [
    {"path": "trigger.people"},
    {"value": [{"name": "Ada"}, {"name": None}, {"name": "Cid"}]},
    {"value": []},
]
PEOPLE = st.sampled_from([{"value": ["role:owner"]}, {"path": "trigger.engagement.owner_id"}])
KINDS = ("action", "action", "condition", "delay", "wait_until", "wait_for_event", "approval", "sub_automation", "stop")
OWNERS = ("parallel", "for_each")


@st.composite
def nested_drawings(draw, most_depth=2):
    """A drawing whose bodies are whole; every node is reached. Some read what may not have run, and so do not compile."""
    ids = (f"n{number}" for number in count())
    nodes, edges = [HEAD], list[dict[str, str]]()
    entry = _body(draw, ids, nodes, edges, depth=most_depth, in_loop=False, most=4)
    edges.append(edge(f"trigger.ok>{entry}"))
    return Drawing({"nodes": nodes, "edges": edges})


def _body(draw, ids, nodes, edges, *, depth, in_loop, most):
    """Nodes that follow one another, some by several ways; the first one's id."""
    size = draw(st.integers(min(most, depth + 1), most))
    mine = [_node(draw, next(ids), depth=depth, in_loop=in_loop) for _ in range(size)]
    reached = {mine[0]["id"]}
    for place, item in enumerate(mine):
        later = [other["id"] for other in mine[place + 1 :]]
        if item["id"] not in reached:
            continue
        nodes.append(item)
        for port in _exits(item) if later else ():
            target = draw(st.sampled_from([later[0], later[0], *later, None]))
            if target and not (port == "error" and item["settings"].get("on_error")):
                edges.append(edge(f"{item['id']}.{port}>{target}"))
                reached.add(target)
        for port in _bodies(item):
            inside = in_loop or item["kind"] == "for_each"
            entry = _body(draw, ids, nodes, edges, depth=depth - 1, in_loop=inside, most=2)
            edges.append(edge(f"{item['id']}.{port}>{entry}"))
    return mine[0]["id"]


def _node(draw, node_id, *, depth, in_loop):
    kind = draw(st.sampled_from((*OWNERS, *OWNERS, *OWNERS, *KINDS) if depth else KINDS))
    span, when = draw(SPANS), draw(st.sampled_from(WHENS))
    titles = [*TITLES, *ITEM_TITLES] if in_loop else TITLES
    made = {
        "action": lambda: task(
            node_id, draw(st.sampled_from(titles)), **draw(st.sampled_from([{}, {}, {"on_error": "continue"}]))
        ),
        "condition": lambda: node(node_id, "condition", cases=[{"port": "a", "when": when}]),
        "delay": lambda: node(node_id, "delay", **span),
        "wait_until": lambda: node(
            node_id,
            "wait_until",
            at={"path": "trigger.engagement.starts_on", "default": "2026-04-01"},
            past=draw(st.sampled_from(["continue", "branch"])),
        ),
        "wait_for_event": lambda: node(node_id, "wait_for_event", event="proposal.sent", match=SAME_ENGAGEMENT, timeout=span),
        "approval": lambda: node(node_id, "approval", approvers=draw(PEOPLE), **_nagging(draw, span)),
        "sub_automation": lambda: node(
            node_id, "sub_automation", automation_id="aut_2", mode=draw(st.sampled_from(["wait", "detach"]))
        ),
        "stop": lambda: node(node_id, "stop"),
        "parallel": lambda: node(
            node_id,
            "parallel",
            branches=[{"port": port} for port in "pqr"[: draw(st.integers(2, 3))]],
            join=draw(st.sampled_from(["all", "any"])),
        ),
        "for_each": lambda: node(
            node_id, "for_each", items=draw(st.sampled_from(ITEMS)), limit=3, concurrency=draw(st.integers(1, 3))
        ),
    }
    return made[kind]()


def _nagging(draw, span):
    remind = {"every": {"amount": 2, "unit": "days"}, "repeats": 2}
    escalate = {"after": {"amount": 3, "unit": "days"}, "to": {"value": ["member:mem_2"]}}
    return draw(
        st.sampled_from([{}, {"timeout": span}, {"remind": remind}, {"remind": remind, "escalate": escalate, "timeout": span}])
    )


def _exits(item):
    past = ("past",) if item["settings"].get("past") == "branch" else ()
    return {
        "action": ("ok", "error"),
        "condition": ("a", "else"),
        "wait_for_event": ("ok", "timeout"),
        "approval": ("approved", "rejected", "timeout"),
        "for_each": ("ok", "error"),
        "sub_automation": ("ok", "error"),
        "stop": (),
    }.get(item["kind"], ("ok", *past))


def _bodies(item):
    if item["kind"] == "for_each":
        return ("each",)
    return tuple(branch["port"] for branch in item["settings"].get("branches", ()))
