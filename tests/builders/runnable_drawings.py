"""Random drawings that can run: every kind of step over the real catalogue, nested, with branches that meet again.

The automations that a drawing calls stand beside its nodes, under `called`; it names them by their numbers: `called:0`. Under
`fails` stands how many attempts of which step are in vain.
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
NO_TASK = "no_task_of_"
"""Begins the id of a task that is not there: whatever is to be done with it is refused."""
SERVICE = "http://service.invalid"
"""Stands for the service that requests go to: it answers under `/well`, late under `/late`, never under `/gone`, and under
`/away` once it was asked often enough."""
RETRY = {"initial_seconds": 900, "backoff": 3, "max_interval_seconds": 7200}
TRIGGERS: tuple[dict[str, Any], ...] = (
    {"kind": "event", "type": "submission.accepted"},
    {"kind": "event", "type": "engagement.changed"},
    {"kind": "manual", "noun": "engagement"},
    {"kind": "schedule", "cron": "0 9 1 * *", "zone": "Europe/Berlin"},
)

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
    fails: dict[str, int] = field(default_factory=dict)
    """Of all its automations: node to the number of attempts that are in vain."""
    is_about_nobody: bool = False
    """Whether nothing but the time started it, so that no step may speak of a client."""

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
    """A drawing that an event, a person or the time starts."""
    sketch = Sketch(draw)
    trigger = sketch.one_of(*TRIGGERS)
    sketch.is_about_nobody = trigger["kind"] == "schedule"
    head = sketch.add("trigger", [], **trigger)
    _chain(sketch, [(head, "ok")], seen=(), depth=0, item=False)
    return {**sketch.document, "called": sketch.called, "fails": sketch.fails}


def some_drawings(count: int, *, least: int = 4) -> list[dict[str, Any]]:
    """The most varied of many different drawings, the same ones every time. least: how many steps each has at least."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}

    @settings(
        max_examples=count * 8, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(drawings())
    def collect(drawing: dict[str, Any]) -> None:
        if len(drawing["nodes"]) > least:
            # Of those with the same steps in the same order one is enough.
            found.setdefault(tuple(node["settings"].get("action", node["kind"]) for node in drawing["nodes"]), drawing)

    collect()
    return sorted(found.values(), key=_variety, reverse=True)[:count]


def _variety(drawing: dict[str, Any]) -> tuple[int, int]:
    """How many different things its steps do, those of what it calls included, and how many steps there are."""
    nodes = [node for part in (drawing, *drawing["called"]) for node in part["nodes"]]
    done = {
        (node["kind"], *(str(node["settings"].get(name)) for name in ("action", "past", "join", "outcome"))) for node in nodes
    }
    return len(done), len(nodes)


def _chain(sketch: Sketch, ends: Ends, *, seen: tuple[str, ...], depth: int, item: bool) -> Ends:
    """Some steps one after another; the ends that whatever comes next follows."""
    for number in range(sketch.draw(st.integers(1, 5 if depth == 0 else 2))):
        # At least one: a branch without steps does not compile.
        if (number and len(sketch.nodes) >= sketch.most_steps) or not ends:
            break
        plain = (
            _action,
            _action,
            _action,
            _trouble,
            _trouble,
            _delay,
            _until,
            _approval,
            *(() if sketch.is_about_nobody else (_event,)),
        )
        nested = (_condition, _parallel, _loop, _stop) if depth < 2 and len(sketch.nodes) < sketch.most_steps - 4 else ()
        calling = (_sub, _sub) if len(sketch.called) < MOST_CALLED and not sketch.is_about_nobody else ()
        ends, made = sketch.one_of(*plain, *nested, *calling)(sketch, ends, seen, depth, item)
        seen = (*seen, made) if made else seen
    return ends


def _action(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    earlier = f" {{{{ nodes.{sketch.one_of(*seen)}.task_id | default:'-' }}}}" if seen else ""
    words = _words(sketch, item) + earlier
    about_client = (
        ("contacts.tag", {"add": {"value": ["vip"]}}),
        ("messages.send_mail", {"to": {"path": "trigger.contact.email"}, "subject": {"text": words}, "body": {"value": "Hello"}}),
    )
    name, given = sketch.one_of(
        ("tasks.create", {"title": {"text": f"Ring {words}"}, "due_in_working_days": {"value": sketch.draw(st.integers(0, 9))}}),
        ("tasks.create", {"title": {"text": words + "!" * 290}}),
        ("inbox.post", {"channel": {"value": "crm"}, "text": {"text": words}}),
        ("members.notify", {"text": {"text": words}}),
        *(() if sketch.is_about_nobody else about_client),
    )
    made = sketch.add("action", ends, action=name, input=given)
    if name == "tasks.create" and sketch.draw(st.booleans()):
        return [(made, "ok"), (made, "error")], ""
    return [(made, "ok")], made if name == "tasks.create" else ""


def _words(sketch: Sketch, item: bool) -> str:
    who = "Somebody" if sketch.is_about_nobody else "{{ trigger.contact.name | first_name }}"
    return who + (" {{ item }}" if item else "") + (" {{ trigger.input.who }}" if sketch.is_called else "")


def _trouble(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    """An action that is refused, or that is in vain some times; with a way out for that, with none, or going on regardless."""
    times, attempts = sketch.draw(st.integers(1, 3)), sketch.draw(st.integers(2, 4))
    name, given, fails = sketch.one_of(
        ("tasks.complete", {"task_id": {"text": NO_TASK + "{{ trigger.workspace.id }}"}}, 0),
        ("inbox.post", {"channel": {"value": "crm"}, "text": {"text": f"Away {times}: {_words(sketch, item)}"}}, times),
        ("http.request", {"method": {"value": "POST"}, "url": {"value": f"{SERVICE}/away/{times}"}}, times),
        ("http.request", {"method": {"value": "POST"}, "url": {"value": f"{SERVICE}/gone"}}, 0),
        ("http.request", {"url": {"value": f"{SERVICE}/late"}}, 0),
        ("http.request", {"url": {"value": f"{SERVICE}/well"}}, 0),
    )
    way_out, more = sketch.one_of(
        (("ok", "error"), {}), (("ok", "error"), {}), (("ok",), {}), (("ok",), {"on_error": "continue"})
    )
    made = sketch.add("action", ends, action=name, input=given, retry={**RETRY, "max_attempts": attempts}, **more)
    if fails:
        sketch.fails[made] = fails
    return [(made, port) for port in way_out], ""


def _stop(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    """A decision, one way of which ends the whole run, wherever else it stands."""
    made = sketch.add("condition", ends, cases=[{"port": "a", "when": sketch.one_of(*_whens(sketch))}])
    last = _chain(sketch, [(made, "a")], seen=seen, depth=depth + 1, item=item)
    if last:
        sketch.add("stop", last, outcome=sketch.one_of("success", "failure"))
    return [(made, "else")], ""


def _whens(sketch: Sketch) -> tuple[dict[str, Any], ...]:
    if sketch.is_about_nobody:
        return WHENS[3:]
    return WHENS[:3] if sketch.is_called else WHENS


def _delay(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    quiet = {"quiet_hours": {"from": "20:00", "to": "08:00"}} if sketch.draw(st.booleans()) else {}
    made = sketch.add("delay", ends, amount=sketch.draw(st.integers(1, 20)), unit=sketch.one_of(*UNITS), **quiet)
    return [(made, "ok")], ""


def _until(sketch: Sketch, ends: Ends, seen: tuple[str, ...], depth: int, item: bool) -> tuple[Ends, str]:
    offset = {"amount": sketch.draw(st.integers(1, 40)), "unit": sketch.one_of("days", "business_days")}
    timing = sketch.one_of(
        {"time": "09:00", "offset": offset},
        {"offset": offset, "working_hours": True},
        {"at": {"value": "2020-02-03"}, "time": "09:00"},
        *(() if sketch.is_called else _since_the_start(offset)),
    )
    past = sketch.one_of({}, {"past": "continue"}, {"past": "branch"})
    made = sketch.add("wait_until", ends, **timing, **past)
    return [(made, port) for port in ("ok", "past")[: 1 + (past.get("past") == "branch")]], ""


def _since_the_start(offset: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Times by what started the run: one ahead, one that is over."""
    start = {"path": "trigger.at"}
    before = {**offset, "amount": -offset["amount"]}
    return {"at": start, **_THERE, "offset": offset}, {"at": start, "time": "09:00", "offset": before}


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
    made = sketch.add("condition", ends, cases=[{"port": "a", "when": sketch.one_of(*_whens(sketch))}])
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
    shared: dict[str, Any] = {"called": sketch.called, "fails": sketch.fails}
    inner = Sketch(sketch.draw, prefix=f"c{number}", most_steps=MOST_STEPS_CALLED, **shared)
    sketch.called.append({})  # its number is taken before it calls others
    policy = sketch.one_of("parallel", "queue", "skip", "replace")
    heeds = {} if policy == "parallel" else {"concurrency": {"key": "trigger.engagement.id", "policy": policy}}
    last = _chain(inner, [(inner.add("trigger", [], kind="called", **heeds), "ok")], seen=(), depth=1, item=False)
    if last and sketch.draw(st.booleans()):
        inner.add("stop", last, outcome=sketch.one_of("success", "failure"), output={"said": {"value": "Done"}})
    sketch.called[number] = inner.document
    given = {"who": {"text": "{{ trigger.contact.email }}" + (" {{ item }}" if item else "")}}
    mode = sketch.one_of("wait", "wait", "detach")
    made = sketch.add("sub_automation", ends, automation_id=f"called:{number}", input=given, mode=mode)
    return [(made, "ok"), *([(made, "error")] if sketch.draw(st.booleans()) else [])], ""
