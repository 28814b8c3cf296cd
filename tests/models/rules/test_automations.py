import copy
from dataclasses import replace

import pytest

from models.rules.automation_plan.records import plan_from_json, plan_to_json
from models.rules.automations import compile_drawing, drawing_problems
from models.seed.drawings import new_lead_drawing
from models.types.automations import Drawing, Plan, Severity
from models.types.errors import Invalid
from tests.builders.automations import (
    CATALOGUE,
    EVENTS,
    HEAD,
    LOOKUPS,
    codes,
    compiled,
    drawing,
    for_each,
    node,
    parallel,
    planned,
    task,
    wait,
)

YES = {"value": True}
DAY = {"amount": 1, "unit": "days"}
FORK = node("fork", "condition", cases=[{"port": "yes", "when": YES}])
FORKED = ["trigger.ok>fork", "fork.yes>first", "first.ok>reader", "fork.else>reader"]


def reading(path, **more):
    return task("reader", {"path": path, **more})


def trigger(**settings):
    return {"id": "trigger", "kind": "trigger", "settings": settings}


def looped(*nodes, **settings):
    """The first node is in the body of a loop, the others follow the loop."""
    chain = ["trigger.ok>each", f"each.each>{nodes[0]['id']}", *(f"each.ok>{other['id']}" for other in nodes[1:])]
    return drawing(for_each(**settings), *nodes, edges=chain)


def sub(**settings):
    return node("sub", "sub_automation", **{"automation_id": "aut_2", **settings})


def ask(**settings):
    return drawing(node("ask", "approval", approvers={"value": ["role:owner"]}, **settings))


def branched(first, second, reader, *others, join="all", more=()):
    """Two branches, and a reader behind them."""
    edges = ["trigger.ok>par", f"par.a>{first['id']}", f"par.b>{second['id']}", "par.ok>reader", *more]
    return drawing(parallel(join=join), first, second, reader, *others, edges=edges)


def forked(reader):
    """The reader stands behind two ways, of which only one passes the task."""
    return drawing(FORK, task("first"), reader, edges=FORKED)


def test_the_new_lead_compiles():
    plan = compiled(Drawing(new_lead_drawing()))
    assert isinstance(plan, Plan)
    assert plan.root["entry"] == "mail"
    assert plan.root["nodes"]["wait"]["next"] == {"timeout": "remind"}
    assert plan.root["nodes"]["mail"]["input"]["body"]["escape"] is True
    assert plan.root["nodes"]["mail"]["client_facing"] is True


def test_the_hash_is_of_the_behaviour():
    sketch = new_lead_drawing()
    first = compiled(Drawing(sketch))
    moved = copy.deepcopy(sketch)
    moved["positions"] = {"mail": {"x": 900, "y": 1}}
    moved["nodes"][1]["label"] = "Say thanks"
    moved["nodes"].reverse()
    moved["edges"].reverse()
    changed = copy.deepcopy(sketch)
    changed["nodes"][4]["settings"]["timeout"]["amount"] = 4
    assert compiled(Drawing(moved)).hash == first.hash
    assert compiled(Drawing(changed)).hash != first.hash
    assert compiled(Drawing(copy.deepcopy(sketch))) == first


def test_a_plan_survives_its_row_and_notices_tampering():
    plan = planned(task("one"))
    row = plan_to_json(plan)
    assert plan_from_json(row) == plan
    with pytest.raises(Invalid):
        plan_from_json({**row, "limits": {"max_steps": 9999, "max_days": 1}})


def test_a_plan_shares_nothing_with_its_drawing():
    sketch = new_lead_drawing()
    plan = compiled(Drawing(sketch))
    sketch["nodes"][1]["settings"]["input"]["to"]["path"] = "trigger.contact.name"
    assert plan.root["nodes"]["mail"]["input"]["to"] == {"path": "trigger.contact.email"}


def test_the_drawing_keeps_what_it_does_not_know():
    document = {**new_lead_drawing(), "notes": [{"text": "hello"}]}
    assert Drawing(document).document == document


GRAPHS = {
    "nothing": (Drawing({}), [("", "", "no_trigger")]),
    "no-trigger": (Drawing({"nodes": [task("one")], "edges": []}), [("", "", "no_trigger")]),
    "two-triggers": (
        drawing(HEAD, {**HEAD, "id": "other"}, task("one"), edges=["trigger.ok>one"]),
        [("other", "", "second_trigger")],
    ),
    "empty": (drawing(HEAD), [("trigger", "", "no_steps")]),
    "unknown-kind": (drawing(node("magic", "code")), [("magic", "", "unknown_kind")]),
    "same-id": (drawing(task("one"), task("one"), edges=["trigger.ok>one"]), [("one", "", "same_id")]),
    "bad-id": (drawing(task("a/b")), [("", "", "malformed")]),
    "unreachable": (drawing(task("one"), task("two"), edges=["trigger.ok>one"]), [("two", "", "unreachable")]),
    "unknown-port": (drawing(task("one"), task("two"), edges=["trigger.ok>one", "one.maybe>two"]), [("one", "", "unknown_port")]),
    "past-port-unasked": (
        drawing(node("hold", "wait_until", time="09:00"), task("two"), edges=["trigger.ok>hold", "hold.past>two"]),
        [("hold", "", "unknown_port")],
    ),
    "to-nowhere": (drawing(task("one"), edges=["trigger.ok>one", "one.ok>ghost"]), [("one", "", "edge_to_nowhere")]),
    "from-nowhere": (drawing(task("one"), edges=["trigger.ok>one", "ghost.ok>one"]), [("", "", "edge_from_nowhere")]),
    "into-trigger": (drawing(task("one"), edges=["trigger.ok>one", "one.ok>trigger"]), None),
    "two-edges": (
        drawing(
            task("one"), task("two"), task("three"), edges=["trigger.ok>one", "one.ok>two", "one.error>three", "one.ok>three"]
        ),
        [("one", "", "two_edges_from_port")],
    ),
    "cycle": (
        drawing(task("one"), task("two"), task("three"), edges=["trigger.ok>one", "one.ok>two", "two.ok>one", "two.error>three"]),
        [("one", "", "cycle"), ("two", "", "cycle")],
    ),
    "not-json": (Drawing({"nodes": [], "x": float("nan")}), [("", "", "malformed")]),
    "nodes-no-list": (Drawing({"nodes": {"a": 1}}), [("", "", "malformed")]),
    "limits": (drawing(task("one"), limits={"max_steps": 10**6}), [("", "limits.max_steps", "bad_value")]),
    "limits-unknown": (drawing(task("one"), limits={"max_fun": 1}), [("", "limits", "unknown_field")]),
    "limits-no-record": (drawing(task("one"), limits=[1]), [("", "", "malformed")]),
}


@pytest.mark.parametrize(("sketch", "expected"), GRAPHS.values(), ids=GRAPHS)
def test_what_is_wrong_with_the_graph(sketch, expected):
    found = codes(sketch)
    assert found == expected if expected else ("one", "", "edge_into_trigger") in found


SETTINGS = {
    "unknown-action": (drawing(node("one", "action", action="moon.land")), [("one", "action", "unknown_action")]),
    "no-action": (drawing(node("one", "action")), [("one", "action", "missing_required")]),
    "missing-input": (
        drawing(node("one", "action", action="tasks.create", input={})),
        [("one", "input.title", "missing_required")],
    ),
    "blank-input": (drawing(task("one", {"text": "  "})), [("one", "input.title", "missing_required")]),
    "unknown-input": (
        drawing(task("one", input={"title": {"value": "x"}, "colour": {"value": "red"}})),
        [("one", "input.colour", "unknown_field")],
    ),
    "unknown-setting": (drawing(task("one", speed=9)), [("one", "speed", "unknown_field")]),
    "no-mapping": (drawing(task("one", "plain text")), [("one", "input.title", "malformed_value")]),
    "literal-type": (drawing(task("one", {"value": 7})), [("one", "input.title", "type_mismatch")]),
    "path-type": (drawing(reading("trigger.engagement.budget")), [("reader", "input.title", "type_mismatch")]),
    "expr-type": (drawing(task("one", {"expr": {"op": "not", "args": [YES]}})), [("one", "input.title.expr", "type_mismatch")]),
    "text-for-number": (
        drawing(task("one", input={"title": {"value": "x"}, "due_in_working_days": {"text": "two"}})),
        [("one", "input.due_in_working_days", "type_mismatch")],
    ),
    "unknown-path": (drawing(reading("trigger.contact.phone")), [("reader", "input.title", "unknown_path")]),
    "unknown-place": (drawing(task("one", {"text": "{{ trigger.contact.phone }}"})), [("one", "input.title", "unknown_path")]),
    "unknown-step": (drawing(reading("nodes.ghost.task_id")), [("reader", "input.title", "unknown_path")]),
    "deleted-member": (
        drawing(task("one", input={"title": {"value": "x"}, "assignee_id": {"value": "mem_9"}})),
        [("one", "input.assignee_id", "deleted_reference")],
    ),
    "deleted-approver": (
        drawing(node("ask", "approval", approvers={"value": ["role:owner", "member:mem_9", "member:mem_1"]})),
        [("ask", "approvers", "approver_without_access")],
    ),
    "approver-instead": (
        drawing(node("ask", "approval", approvers={"path": "trigger.engagement.owner_id", "default": "mem_9"})),
        [("ask", "approvers", "approver_without_access")],
    ),
    "approver-without-access": (
        drawing(node("ask", "approval", approvers={"value": ["contact:con_1", "role:boss", "role:member"]})),
        [("ask", "approvers", "approver_without_access")] * 2,
    ),
    "approver-no-name": (
        drawing(node("ask", "approval", approvers={"path": "trigger.engagement.budget"})),
        [("ask", "approvers", "type_mismatch")],
    ),
    "unknown-trigger-event": (
        drawing(trigger(kind="event", type="moon.full"), task("one")),
        [("trigger", "type", "unknown_event")],
    ),
    "unknown-awaited-event": (drawing(wait(event="moon.full")), [("wait", "event", "unknown_event")]),
    "wait-without-timeout": (
        drawing(node("wait", "wait_for_event", event="proposal.sent", match=YES)),
        [("wait", "timeout", "missing_required")],
    ),
    "match-type": (drawing(wait(match={"path": "event.id"})), [("wait", "match", "type_mismatch")]),
    "match-path": (
        drawing(wait(match={"op": "is_empty", "args": [{"path": "event.x"}]})),
        [("wait", "match.args.0", "unknown_path")],
    ),
    "filter-type": (
        drawing(trigger(kind="event", type="task.created", filter={"path": "trigger.id"}), wait("w", match=YES)),
        [("trigger", "filter", "type_mismatch")],
    ),
    "delay-too-long": (drawing(node("nap", "delay", amount=1101, unit="days")), [("nap", "amount", "wait_too_long")]),
    "business-delay-too-long": (
        drawing(node("nap", "delay", amount=800, unit="business_days")),
        [("nap", "amount", "wait_too_long")],
    ),
    "own-limit": (
        drawing(node("nap", "delay", amount=8, unit="days"), limits={"max_days": 7}),
        [("nap", "amount", "wait_too_long")],
    ),
    "timeout-too-long": (drawing(wait(timeout={"amount": 200, "unit": "weeks"})), [("wait", "timeout", "wait_too_long")]),
    "negative-delay": (drawing(node("nap", "delay", amount=-1, unit="days")), [("nap", "amount", "bad_value")]),
    "no-unit": (drawing(node("nap", "delay", amount=1, unit="moons")), [("nap", "unit", "bad_value")]),
    "no-zone": (drawing(node("nap", "delay", amount=1, unit="days", zone="Middle/Earth")), [("nap", "zone", "bad_value")]),
    "wait-for-nothing": (drawing(node("hold", "wait_until")), [("hold", "at", "missing_required")]),
    "no-time": (drawing(node("hold", "wait_until", time="nine")), [("hold", "time", "bad_value")]),
    "same-ports": (drawing(node("fork", "condition", cases=[{"port": "else", "when": YES}])), [("fork", "cases", "same_port")]),
    "no-cases": (drawing(node("fork", "condition", cases=[])), [("fork", "cases", "bad_value")]),
    "case-type": (
        drawing(node("fork", "condition", cases=[{"port": "a", "when": {"path": "trigger.contact.name"}}])),
        [("fork", "cases.0.when", "type_mismatch")],
    ),
    "no-cron": (drawing(trigger(kind="schedule", cron="99 9 * * 1"), task("one")), [("trigger", "cron", "bad_value")]),
    "cron-missing": (drawing(trigger(kind="schedule"), task("one")), [("trigger", "cron", "missing_required")]),
    "branch-unconnected": (drawing(task("one", on_error="branch")), [("one", "on_error", "port_not_connected")]),
    "branch-unused": (
        drawing(task("one", on_error="park"), task("two"), edges=["trigger.ok>one", "one.error>two"]),
        [("one", "on_error", "port_never_used")],
    ),
    "no-noun": (drawing(trigger(kind="manual"), task("one")), [("trigger", "noun", "missing_required")]),
    "moon-noun": (drawing(trigger(kind="manual", noun="moon"), task("one")), [("trigger", "noun", "unknown_noun")]),
    "moon-date": (drawing(trigger(kind="date", type="moon.full_on"), task("one")), [("trigger", "type", "unknown_field")]),
    "items-no-list": (looped(task("one"), items={"path": "trigger.contact.name"}), [("each", "items", "type_mismatch")]),
    "items-unknown": (looped(task("one"), items={"path": "trigger.pets"}), [("each", "items", "unknown_path")]),
    "too-many-items": (looped(task("one"), limit=5000), [("each", "limit", "bad_value")]),
    "item-type": (looped(reading("item")), [("reader", "input.title", "type_mismatch")]),
    "item-unknown": (looped(reading("item.age")), [("reader", "input.title", "unknown_path")]),
    "item-outside": (looped(task("one"), reading("item.name")), [("reader", "input.title", "unknown_path")]),
    "other-loop": (looped(reading("loops.other.item.name")), [("reader", "input.title", "unknown_path")]),
    "deleted-automation": (drawing(sub(automation_id="aut_9")), [("sub", "automation_id", "deleted_reference")]),
    "not-callable": (drawing(sub(automation_id="aut_3")), [("sub", "automation_id", "not_callable")]),
    "calls-itself": (drawing(sub(automation_id="aut_1")), [("sub", "automation_id", "calls_itself")]),
    "sub-input": (drawing(sub(input={"x": {"path": "trigger.moon"}})), [("sub", "input.x", "unknown_path")]),
    "escalate-to-nobody": (
        ask(escalate={"after": DAY, "to": {"value": ["member:mem_9"]}}),
        [("ask", "escalate.to", "approver_without_access")],
    ),
    "escalate-without-whom": (ask(escalate={"after": DAY}), [("ask", "escalate", "bad_value")]),
    "escalate-too-late": (
        ask(escalate={"after": {"amount": 2000, "unit": "days"}, "to": {"value": ["role:owner"]}}),
        [("ask", "escalate.after", "wait_too_long")],
    ),
    "reminders-too-long": (ask(remind={"every": {"amount": 600, "unit": "days"}}), [("ask", "remind.every", "wait_too_long")]),
    "same-branches": (
        drawing(parallel(ports=("a", "a")), task("one"), edges=["trigger.ok>par", "par.a>one"]),
        [("par", "branches", "same_port")],
    ),
    "record-of-a-schedule": (
        drawing(trigger(kind="schedule", cron="0 9 * * 1", on_gone="cancel"), task("one")),
        [("trigger", "on_gone", "about_no_record")],
    ),
    "record-of-a-hook": (
        drawing(trigger(kind="webhook", on_gone="keep"), task("one")),
        [("trigger", "on_gone", "about_no_record")],
    ),
    "endless-retry": (drawing(task("one", retry={"max_attempts": 1000})), [("one", "retry", "bad_value")]),
}


@pytest.mark.parametrize(("sketch", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_what_is_wrong_with_the_settings(sketch, expected):
    assert codes(sketch) == expected


@pytest.mark.parametrize(
    ("type", "on_gone", "expected"),
    [("invoice.paid", "cancel", ["over_already"]), ("invoice.paid", "keep", []), ("invoice.issued", "cancel", [])],
)
def test_a_record_that_is_over_from_the_start_cannot_end_the_run(type, on_gone, expected):
    sketch = drawing(trigger(kind="event", type=type, on_gone=on_gone), task("one"))
    found = drawing_problems(sketch, catalogue=CATALOGUE, events={type: {}}, lookups=LOOKUPS)
    assert [(one.field, one.code, one.severity) for one in found] == [("on_gone", code, "warning") for code in expected]


READS = {
    "before": (drawing(task("first"), reading("nodes.first.task_id")), True),
    "after": (drawing(reading("nodes.last.task_id"), task("last")), False),
    "itself": (drawing(reading("nodes.reader.task_id")), False),
    "one-way-only": (forked(reading("nodes.first.task_id")), False),
    "one-way-with-default": (forked(reading("nodes.first.task_id", default="none")), True),
    "place-without-default": (forked(task("reader", {"text": "{{ nodes.first.task_id }}"})), False),
    "place-with-default": (forked(task("reader", {"text": "{{ nodes.first.task_id | default:'x' }}"})), True),
    "coalesced": (
        forked(task("reader", {"expr": {"op": "coalesce", "args": [{"path": "nodes.first.task_id"}, {"value": "x"}]}})),
        True,
    ),
    "output-after-error": (
        drawing(task("first"), reading("nodes.first.task_id"), edges=["trigger.ok>first", "first.error>reader"]),
        False,
    ),
    "error-after-error": (
        drawing(task("first"), reading("nodes.first.error.message"), edges=["trigger.ok>first", "first.error>reader"]),
        True,
    ),
    "error-after-ok": (drawing(task("first"), reading("nodes.first.error.message")), False),
    "output-of-continued": (drawing(task("first", on_error="continue"), reading("nodes.first.task_id")), False),
    "event-after-ok": (drawing(wait(), reading("nodes.wait.id")), True),
    "event-after-timeout": (drawing(wait(), reading("nodes.wait.id"), edges=["trigger.ok>wait", "wait.timeout>reader"]), False),
    "decision-after-both": (
        drawing(
            node("ask", "approval", approvers={"value": ["role:owner"]}),
            reading("nodes.ask.decision"),
            edges=["trigger.ok>ask", "ask.approved>reader", "ask.rejected>reader"],
        ),
        True,
    ),
}


READS |= {
    "branch-behind-all": (branched(task("one"), task("two"), reading("nodes.one.task_id")), True),
    "branch-behind-any": (branched(task("one"), task("two"), reading("nodes.one.task_id"), join="any"), False),
    "branch-behind-any-guarded": (
        branched(task("one"), task("two"), reading("nodes.one.task_id", default="-"), join="any"),
        True,
    ),
    "winner-behind-any": (branched(task("one"), task("two"), reading("nodes.par.first"), join="any"), True),
    "part-of-a-branch": (
        branched(FORK, task("two"), reading("nodes.one.task_id"), task("one"), more=["fork.yes>one"]),
        False,
    ),
    "part-of-a-branch-guarded": (
        branched(FORK, task("two"), reading("nodes.one.task_id", default="-"), task("one"), more=["fork.yes>one"]),
        True,
    ),
    "every-way-of-a-branch": (
        branched(FORK, task("two"), reading("nodes.one.task_id"), task("one"), more=["fork.yes>one", "fork.else>one"]),
        True,
    ),
    "branch-that-may-stop-the-run": (
        branched(
            FORK,
            task("two"),
            reading("nodes.one.task_id"),
            task("one"),
            node("end", "stop"),
            more=["fork.yes>one", "fork.else>end"],
        ),
        True,
    ),
    "branch-that-may-end-by-timeout": (branched(wait(), task("two"), reading("nodes.wait.id")), False),
    "branch-of-an-error": (
        branched(task("one"), task("two"), reading("nodes.one.task_id"), task("tell"), more=["one.error>tell"]),
        False,
    ),
    "the-other-branch": (
        drawing(
            parallel(),
            task("one"),
            reading("nodes.one.task_id", default="-"),
            edges=["trigger.ok>par", "par.a>one", "par.b>reader"],
        ),
        False,
    ),
    "the-same-branch": (
        drawing(
            parallel(),
            task("one"),
            task("two"),
            reading("nodes.one.task_id"),
            edges=["trigger.ok>par", "par.a>one", "par.b>two", "one.ok>reader"],
        ),
        True,
    ),
    "before-the-branches": (
        drawing(
            task("one"),
            parallel(),
            reading("nodes.one.task_id"),
            task("two"),
            edges=["trigger.ok>one", "one.ok>par", "par.a>reader", "par.b>two"],
        ),
        True,
    ),
    "own-owner": (
        drawing(
            parallel(join="any"),
            reading("nodes.par.first", default="-"),
            task("two"),
            edges=["trigger.ok>par", "par.a>reader", "par.b>two"],
        ),
        False,
    ),
    "loop-count": (looped(task("one"), task("reader", {"text": "{{ nodes.each.count }}"})), True),
    "loop-error": (
        drawing(
            for_each(),
            task("one"),
            reading("nodes.each.error.message"),
            edges=["trigger.ok>each", "each.each>one", "each.error>reader"],
        ),
        True,
    ),
    "behind-a-loop": (looped(task("one"), reading("nodes.one.task_id", default="-")), False),
    "inside-a-loop": (
        drawing(
            for_each(), task("one"), reading("nodes.one.task_id"), edges=["trigger.ok>each", "each.each>one", "one.ok>reader"]
        ),
        True,
    ),
    "item": (looped(reading("item.name")), True),
    "item-by-loop": (looped(reading("loops.each.item.name")), True),
    "outer-item": (
        drawing(
            for_each("outer"),
            for_each("inner", {"path": "item.pets"}),
            task("reader", {"text": "{{ item }} of {{ loops.outer.item.name }}, {{ index }}"}),
            edges=["trigger.ok>outer", "outer.each>inner", "inner.each>reader"],
        ),
        True,
    ),
    "called-output": (drawing(sub(), reading("nodes.sub.anything")), True),
    "called-output-after-error": (
        drawing(sub(), reading("nodes.sub.anything"), edges=["trigger.ok>sub", "sub.error>reader"]),
        False,
    ),
}


@pytest.mark.parametrize(("sketch", "is_safe"), READS.values(), ids=READS)
def test_steps_read_only_what_has_run(sketch, is_safe):
    assert codes(sketch) == ([] if is_safe else [("reader", "input.title", "may_not_have_run")])


def test_two_branches_may_meet_again():
    both = drawing(
        FORK, task("a"), task("b"), task("end"), edges=["trigger.ok>fork", "fork.yes>a", "fork.else>b", "a.ok>end", "b.ok>end"]
    )
    assert codes(both) == []


def test_bodies_are_nested_in_their_owners():
    plan = planned(
        for_each("outer", concurrency=3),
        parallel(),
        task("one"),
        task("two"),
        task("then"),
        task("after"),
        edges=["trigger.ok>outer", "outer.each>par", "par.a>one", "par.b>two", "par.ok>then", "outer.ok>after"],
    )
    outer = plan.root["nodes"]["outer"]
    assert set(plan.root["nodes"]) == {"outer", "after"}
    assert (outer["ports"], outer["next"], outer["limit"], outer["concurrency"]) == (["ok", "error"], {"ok": "after"}, 100, 3)
    assert (outer["body"]["entries"], set(outer["body"]["nodes"])) == ({"each": "par"}, {"par", "then"})
    par = outer["body"]["nodes"]["par"]
    assert (par["body"]["entries"], par["next"], par["join"]) == ({"a": "one", "b": "two"}, {"ok": "then"}, "all")
    assert set(par["body"]["nodes"]) == {"one", "two"}


def test_what_a_branch_is_called_does_not_change_the_hash():
    plain = drawing(parallel(), task("one"), task("two"), edges=["trigger.ok>par", "par.a>one", "par.b>two"])
    titled = copy.deepcopy(plain)
    titled.nodes[1]["settings"]["branches"][0]["label"] = "Say hello"
    assert compiled(titled).hash == compiled(plain).hash


def test_writing_what_triggers_is_a_warning_and_no_obstacle():
    sketch = drawing(trigger(kind="event", type="task.created"), task("one"))
    (problem,) = drawing_problems(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)
    assert (problem.node_id, problem.code, problem.severity) == ("one", "writes_its_trigger", Severity.WARNING)
    assert isinstance(compiled(sketch), Plan)


def test_a_missing_connection_is_found():
    catalogue = {**CATALOGUE, "tasks.create": {**CATALOGUE["tasks.create"], "connection": "asana"}}
    found = compile_drawing(drawing(task("one")), catalogue=catalogue, events=EVENTS, lookups={"connections": ()})
    assert isinstance(found, list)
    assert [problem.code for problem in found] == ["missing_connection"]
    assert isinstance(
        compile_drawing(drawing(task("one")), catalogue=catalogue, events=EVENTS, lookups={"connections": {"asana"}}), Plan
    )


def test_other_triggers_may_carry_anything():
    for settings in (
        {"kind": "webhook"},
        {"kind": "manual", "noun": "contact"},
        {"kind": "called"},
        {"kind": "schedule", "cron": "0 9 * * 1-5"},
        {"kind": "date", "type": "invoice.due_on"},
    ):
        assert codes(drawing(trigger(**settings), reading("trigger.body.title"))) == []


def test_every_problem_says_how_to_fix_it():
    for sketch, _ in [*GRAPHS.values(), *SETTINGS.values()]:
        for problem in drawing_problems(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS):
            assert problem.message.endswith(".")
            assert problem.fix.endswith(".")
            assert replace(problem, severity=Severity.ERROR) == problem
