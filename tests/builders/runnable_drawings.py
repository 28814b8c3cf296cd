"""Random drawings that can run: every kind of step over the real catalogue, nested, with branches that meet again.

The automations that a drawing calls stand beside its nodes, under `called`; it names them by their numbers: `called:0`.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SAME = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement.id"}]}
UNITS = ("minutes", "hours", "days", "weeks", "business_hours", "business_days")
MOST_STEPS = 14
MOST_STEPS_CALLED = 5
MOST_CALLED = 3
WHENS = (
    {"op": "starts_with", "args": [{"path": "trigger.contact.name"}, {"value": "a"}]},
    {"op": "gt", "args": [{"path": "trigger.engagement.value_minor"}, {"value": 0}]},
    {"op": "is_empty", "args": [{"path": "trigger.contact.tags"}]},
    {"op": "gt", "args": [{"op": "days_between", "args": [{"path": "trigger.at"}, {"path": "now"}]}, {"value": 3}]},
)
_THERE = {"time": "08:30", "zone": "America/New_York"}

Ends = list[tuple[str, str]]
"""Nodes and ports that the next step follows."""


@dataclass
class Sketch:
    """A drawing as far as it is drawn."""

    draw: Any
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    called: list[dict[str, Any]] = field(default_factory=list)
    """What it calls, and what that calls: shared among them all."""
    prefix: str = ""
    """Begins the ids of its nodes, so that those of each automation can be told apart."""
    most_steps: int = MOST_STEPS

    @property
    def is_called(self) -> bool:
        """Whether others run it, so that no event says when it began."""
        return bool(self.prefix)

    @property
    def document(self) -> dict[str, Any]:
        """The drawing as it is published."""
        return {"nodes": self.nodes, "edges": self.edges, "positions": {}, "limits": {}}

    def add(self, node_kind: str, ends: Ends, **settings: Any) -> str:
        node_id = f"{self.prefix}n{len(self.nodes)}"
        self.nodes.append({"id": node_id, "kind": node_kind, "label": f"Step {len(self.nodes)}", "settings": settings})
        for source, port in ends:
            self.edges.append({"id": f"{source}-{port}-{node_id}", "source": source, "port": port, "target": node_id})
        return node_id

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))


@st.composite
def drawings(draw: Any) -> dict[str, Any]:
    """A drawing that an accepted submission starts."""
    sketch = Sketch(draw)
    head = sketch.add("trigger", [], kind="event", type="submission.accepted")
    _chain(sketch, [(head, "ok")], seen=(), depth=0, item=False)
    return {**sketch.document, "called": sketch.called}


def some_drawings(count: int, *, least: int = 4) -> list[dict[str, Any]]:
    """The largest of many different drawings, the same ones every time. least: how many steps each has at least."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count * 8, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(drawings())
    def collect(drawing: dict[str, Any]) -> None:
        if len(drawing["nodes"]) > least and drawing not in found:
            found.append(drawing)

    collect()
    return sorted(found, key=lambda one: len(one["nodes"]), reverse=True)[:count]


def _chain(sketch: Sketch, ends: Ends, *, seen: tuple[str, ...], depth: int, item: bool) -> Ends:
    """Some steps one after another; the ends that whatever comes next follows."""
    for number in range(sketch.draw(st.integers(1, 5 if depth == 0 else 2))):
        # At least one: a branch without steps does not compile.
        if (number and len(sketch.nodes) >= sketch.most_steps) or not ends:
            break
        plain = (_action, _action, _delay, _until, _event, _approval)
        nested = (_condition, _parallel, _loop) if depth < 2 and len(sketch.nodes) < sketch.most_steps - 4 else ()
        calling = (_sub, _sub) if len(sketch.called) < MOST_CALLED else ()
        ends, made = sketch.one_of(*plain, *nested, *calling)(sketch, ends, seen, depth, item)
        seen = (*seen, made) if made else seen
    return ends


def _action(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    earlier = f" {{{{ nodes.{sketch.one_of(*seen)}.task_id | default:'-' }}}}" if seen else ""
    told = " {{ trigger.input.who }}" if sketch.is_called else ""
    words = "{{ trigger.contact.name | first_name }}" + (" {{ item }}" if item else "") + told + earlier
    name, given = sketch.one_of(
        ("tasks.create", {"title": {"text": f"Ring {words}"}, "due_in_working_days": {"value": sketch.draw(st.integers(0, 9))}}),
        ("tasks.create", {"title": {"text": words + "!" * 290}}),
        ("inbox.post", {"channel": {"value": "crm"}, "text": {"text": words}}),
        ("members.notify", {"text": {"text": words}}),
        ("contacts.tag", {"add": {"value": ["vip"]}}),
        ("messages.send_mail", {"to": {"path": "trigger.contact.email"}, "subject": {"text": words}, "body": {"value": "Hello"}}),
    )
    made = sketch.add("action", ends, action=name, input=given)
    if name == "tasks.create" and sketch.draw(st.booleans()):
        return [(made, "ok"), (made, "error")], ""
    return [(made, "ok")], made if name == "tasks.create" else ""


def _delay(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    quiet = {"quiet_hours": {"from": "20:00", "to": "08:00"}} if sketch.draw(st.booleans()) else {}
    made = sketch.add("delay", ends, amount=sketch.draw(st.integers(1, 20)), unit=sketch.one_of(*UNITS), **quiet)
    return [(made, "ok")], ""


def _until(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    offset = {"amount": sketch.draw(st.integers(1, 40)), "unit": sketch.one_of("days", "business_days")}
    timing = sketch.one_of(
        {"time": "09:00", "offset": offset},
        {"offset": offset, "working_hours": True},
        *(() if sketch.is_called else ({"at": {"path": "trigger.at"}, **_THERE, "offset": offset},)),
    )
    made = sketch.add("wait_until", ends, **timing)
    return [(made, "ok")], ""


def _event(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    timeout = {"amount": sketch.draw(st.integers(1, 30)), "unit": sketch.one_of("hours", "days")}
    event = sketch.one_of("message.received", "message.received", "task.created")
    made = sketch.add("wait_for_event", ends, event=event, match=SAME, timeout=timeout)
    return [(made, "ok"), (made, "timeout")], ""


def _approval(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    more = {"remind": {"every": {"amount": 2, "unit": "days"}, "repeats": 2}} if sketch.draw(st.booleans()) else {}
    timeout = {"amount": sketch.draw(st.integers(1, 9)), "unit": "days"}
    made = sketch.add("approval", ends, approvers={"value": ["role:owner"]}, timeout=timeout, **more)
    return [(made, "approved"), (made, "rejected"), (made, "timeout")], ""


def _condition(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    made = sketch.add(
        "condition", ends, cases=[{"port": "a", "when": sketch.one_of(*(WHENS[:3] if sketch.is_called else WHENS))}]
    )
    first = _chain(sketch, [(made, "a")], seen=seen, depth=depth + 1, item=item)
    second = (
        _chain(sketch, [(made, "else")], seen=seen, depth=depth + 1, item=item)
        if sketch.draw(st.booleans())
        else [(made, "else")]
    )
    return [*first, *second], ""


def _parallel(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    branches = [{"port": port, "label": port} for port in ("a", "b")]
    made = sketch.add("parallel", ends, branches=branches, join=sketch.one_of("all", "any"))
    for branch in branches:
        _chain(sketch, [(made, branch["port"])], seen=seen, depth=depth + 1, item=item)
    return [(made, "ok")], ""


def _loop(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    items = {"value": ["Ada", "Ben", "Cid"][: sketch.draw(st.integers(1, 3))]}
    made = sketch.add("for_each", ends, items=items, concurrency=sketch.draw(st.integers(1, 2)))
    _chain(sketch, [(made, "each")], seen=seen, depth=depth + 1, item=True)
    return [(made, "ok")], ""


def _sub(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    number = len(sketch.called)
    inner = Sketch(sketch.draw, called=sketch.called, prefix=f"c{number}", most_steps=MOST_STEPS_CALLED)
    sketch.called.append({})  # its number is taken before it calls others
    last = _chain(inner, [(inner.add("trigger", [], kind="called"), "ok")], seen=(), depth=1, item=False)
    if last and sketch.draw(st.booleans()):
        inner.add("stop", last, outcome=sketch.one_of("success", "failure"), output={"said": {"value": "Done"}})
    sketch.called[number] = inner.document
    given = {"who": {"text": "{{ trigger.contact.email }}" + (" {{ item }}" if item else "")}}
    mode = sketch.one_of("wait", "wait", "detach")
    made = sketch.add("sub_automation", ends, automation_id=f"called:{number}", input=given, mode=mode)
    return [(made, "ok"), *([(made, "error")] if sketch.draw(st.booleans()) else [])], ""
