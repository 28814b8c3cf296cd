"""Automations that call each other on the virtual clock: at the same time, hearing of the same events, within the same bounds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.rules.automation_matching import MAX_DEPTH, NOT_PUBLISHED
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.courses import run_course
from models.types.automation_simulations import EntryKind, Firing, Occurrence, Scenario
from tests.builders.automations import node, parallel, task, wait
from tests.models.rules.automation_simulation.test_simulations import EVENTS, NOW, RECORD, ground, played

CALLED = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
ANY = {"value": True}


def quiet(*nodes, **rest):
    """A run of these nodes for whom nothing comes that is not said."""
    return ground(*nodes, scenario=Scenario(team_acts_after_days=None, client_answers_after_days=None), **rest)


def called(*nodes, name="Called", **rest):
    return replace(quiet(CALLED, *nodes, **rest), name=name)


def sub(automation_id="aut_2", node_id="call", **settings):
    return node(node_id, "sub_automation", automation_id=automation_id, input={}, **settings)


def calling(base, *others, chain=("aut_1",)):
    """A run of `aut_1` that can call the others: `aut_2` and so on, which can call each other."""
    grounds = {f"aut_{number}": other for number, other in enumerate(others, start=2)}

    def child(automation_id):
        return replace(grounds[automation_id], child=child) if automation_id in grounds else NOT_PUBLISHED

    return replace(base, child=child, chain=chain)


def days(entries, kind=EntryKind.TASK):
    return [(entry.node_path, (entry.at - NOW).days) for entry in entries if entry.kind is kind]


def nap(amount, node_id="nap"):
    return node(node_id, "delay", amount=amount, unit="days")


def message(after_days):
    return occurrence("message.received", NOW + timedelta(days=after_days), RECORD, EVENTS, subject_id="msg_1")


def test_a_called_automation_is_played_at_the_same_time():
    entries = played(calling(ground(sub(), task("after")), called(nap(2), task("inside"))))

    assert days(entries) == [("inside", 2), ("after", 2)]


def test_what_is_detached_goes_on_beside_and_after_its_caller():
    caller = ground(sub(mode="detach"), nap(3, "rest"), task("after"))

    entries = played(calling(caller, called(nap(2), task("two"), nap(2, "more"), task("four"))))

    assert days(entries) == [("two", 2), ("after", 3), ("four", 4)]


def test_an_event_that_the_called_one_causes_wakes_the_caller():
    both = parallel("par", ports=("a", "b"))
    edges = ["trigger.ok>par", "par.a>call", "par.b>wait", "wait.ok>heard"]
    waiting = wait("wait", event="task.created", match=ANY, timeout={"amount": 9, "unit": "days"})

    entries = played(calling(quiet(both, sub(), waiting, task("heard"), edges=edges), called(nap(2), task("inside"))))

    assert days(entries) == [("inside", 2), ("par/heard", 2)]


def test_an_event_that_the_caller_causes_wakes_the_called_one():
    waiting = wait("wait", event="task.created", match=ANY, timeout={"amount": 9, "unit": "days"})
    caller = quiet(sub(mode="detach"), nap(4, "rest"), task("outside"))

    entries = played(calling(caller, called(waiting, task("heard"), edges=["trigger.ok>wait", "wait.ok>heard"])))

    assert days(entries) == [("outside", 4), ("heard", 4)]


@pytest.mark.parametrize(("called_after", "heard_after"), [(1, 2), (2, 5), (3, 5)], ids=["before", "at once", "after"])
def test_what_comes_from_outside_reaches_the_called_one_from_its_begin_on(called_after: int, heard_after: int):
    waiting = wait("wait", event="message.received", match=ANY, timeout={"amount": 5 - called_after, "unit": "days"})
    first = nap(called_after, "first")
    if called_after == 2:
        first = wait("first", event="message.received", match=ANY, timeout={"amount": 9, "unit": "days"})
    edges = ["trigger.ok>wait", "wait.ok>then", "wait.timeout>then"]
    base = calling(quiet(first, sub()), called(waiting, task("then"), edges=edges))

    course = run_course(base, Firing(NOW, RECORD), NOW.replace(year=2028), world=(message(2),))

    assert days(course.entries) == [("then", heard_after)]


def test_what_nobody_waits_for_any_more_ends_with_everything_that_it_called():
    first = parallel("par", ports=("a", "b"), join="any")
    edges = ["trigger.ok>par", "par.a>call", "par.b>nap", "par.ok>after"]
    caller = ground(first, sub(), nap(3), task("after"), edges=edges)

    entries = played(calling(caller, called(sub("aut_3", "deeper")), called(nap(9), task("never"))))

    assert days(entries) == [("after", 3)]
    ends = [(entry.outcome, (entry.at - NOW).days) for entry in entries if entry.kind is EntryKind.END]
    assert sorted(ends) == [("canceled", 3), ("canceled", 3), ("succeeded", 3)]
    assert all(entry.ended_at for entry in entries if entry.kind is EntryKind.WAIT)


def stuck(entries):
    return [entry.text for entry in entries if entry.kind is EntryKind.STUCK]


def test_automations_that_call_each_other_without_end_are_stopped_as_real_ones_are():
    first, second = called(sub("aut_3"), name="First"), called(sub("aut_2"), name="Second")

    assert stuck(played(calling(ground(sub()), first, second))) == ["“First” would run itself without end."]


def test_a_chain_is_as_long_as_a_real_one_may_be():
    links = [called(sub(f"aut_{number + 1}"), name=f"Link {number}") for number in range(2, MAX_DEPTH + 1)]

    fits = played(calling(ground(sub()), *links[:-1], called(task("last"))))
    long = played(calling(ground(sub()), *links, called(task("last"), name="Too far")))

    assert days(fits) == [("last", 0)]
    assert stuck(long) == ["“Too far” would run itself without end."]


def test_what_cannot_be_called_is_refused_in_the_words_of_a_run():
    other = replace(ground(task("one")), name="Other")

    assert stuck(played(calling(ground(sub("aut_9"))))) == [NOT_PUBLISHED]
    assert stuck(played(calling(ground(sub()), other))) == ["“Other” is not for being run by others."]


def test_the_called_one_looks_back_as_its_caller_does():
    seen = []

    def foresight(asked, since, used):
        seen.append((asked.node_path, (since - NOW).days))
        return Occurrence(since, asked.event_type, RECORD)

    waiting = wait("wait", event="proposal.sent", match=ANY, timeout={"amount": 9, "unit": "days"})
    inner = replace(called(waiting, task("then")), foresight=foresight)

    assert days(played(calling(replace(ground(nap(1), sub()), foresight=foresight), inner))) == [("then", 1)]
    assert seen == [("wait", 1)]


def test_two_waits_that_open_at_once_are_both_ended_by_what_came_before():
    waits = [wait(name, event="message.received", match=ANY, timeout={"amount": 9, "unit": "days"}) for name in ("one", "two")]
    edges = ["trigger.ok>nap", "nap.ok>par", "par.a>one", "par.b>two", "one.ok>first", "two.ok>second"]
    base = quiet(nap(3), parallel("par", ports=("a", "b")), *waits, task("first"), task("second"), edges=edges)

    course = run_course(base, Firing(NOW, RECORD), NOW.replace(year=2028), world=(message(2),))

    assert days(course.entries) == [("par/first", 3), ("par/second", 3)]


def test_what_a_turn_causes_ends_its_own_waits_as_they_open_and_no_later_one():
    """Items that are stuck let the next one begin: the first two wait when the event is heard, the third one comes too late."""
    again = wait("again", event="task.created", match=ANY, timeout={"amount": 9, "unit": "days"})
    stuck = task("stuck", retry={"max_attempts": 1})
    items = node("each", "for_each", items={"value": [1, 2, 3]})
    edges = ["trigger.ok>begin", "begin.ok>each", "each.each>par", "par.a>stuck", "par.b>again", "par.ok>then"]
    base = quiet(task("begin"), items, parallel("par", ports=("a", "b"), join="any"), stuck, again, nap(1, "then"), edges=edges)

    course = run_course(
        replace(base, scenario=replace(base.scenario, fails={"stuck": 1})), Firing(NOW, RECORD), NOW.replace(year=2028)
    )

    waits = [(entry.node_path, entry.iteration, (entry.ended_at - entry.at).days) for entry in course.entries if entry.ended_at]
    assert [one for one in waits if one[0] == "each/par/again"] == [
        ("each/par/again", 0, 0),
        ("each/par/again", 1, 0),
        ("each/par/again", 2, 9),
    ]


def heeding(policy, *nodes):
    """A called automation whose runs about one person heed each other."""
    key = {"key": "trigger.input.who", "policy": policy}
    head = {**CALLED, "settings": {"kind": "called", "concurrency": key}}
    return replace(quiet(head, *nodes), name="Called")


def calling_twice(policy, *, who=("ada", "ada"), **rest):
    """Two branches that call one automation, which naps two days, a day apart."""
    calls = [sub(node_id=f"call_{name}", **rest) for name in ("a", "b")]
    for call, whose in zip(calls, who, strict=True):
        call["settings"]["input"] = {"who": {"value": whose}}
    edges = [
        *("trigger.ok>par", "par.a>call_a", "call_a.ok>then_a", "call_a.error>failed_a"),
        *("par.b>rest", "rest.ok>call_b", "call_b.ok>then_b", "call_b.error>failed_b"),
    ]
    tasks = [task(f"{what}_{name}") for what in ("then", "failed") for name in ("a", "b")]
    caller = quiet(parallel("par", ports=("a", "b")), nap(1, "rest"), *calls, *tasks, edges=edges)
    return days(played(calling(caller, heeding(policy, nap(2), task("inside")))))


def test_a_called_run_is_left_out_while_another_about_the_same_is_under_way():
    assert calling_twice("skip") == [("par/failed_b", 1), ("inside", 2), ("par/then_a", 2)]


def test_a_called_run_begins_when_the_one_before_it_is_over():
    assert calling_twice("queue") == [("inside", 2), ("par/then_a", 2), ("inside", 4), ("par/then_b", 4)]


def test_a_called_run_takes_the_place_of_the_one_before_it():
    assert calling_twice("replace") == [("par/failed_a", 1), ("inside", 3), ("par/then_b", 3)]


@pytest.mark.parametrize("policy", ["skip", "queue", "replace"])
def test_called_runs_about_others_heed_nobody(policy):
    assert [day for _, day in calling_twice(policy, who=("ada", "ben"))] == [2, 2, 3, 3]


def test_a_run_that_another_took_the_place_of_says_so_to_who_waits_for_it():
    caller = quiet(parallel("par", ports=("a", "b")), sub(node_id="one"), nap(1), sub(node_id="two"), edges=[
        *("trigger.ok>par", "par.a>one", "par.b>nap", "nap.ok>two"),
    ])  # fmt: skip
    for call in (one for one in caller.plan.root["nodes"]["par"]["body"]["nodes"].values() if one["kind"] == "sub_automation"):
        call["input"] = {"who": {"value": "ada"}}

    (stuck,) = [entry for entry in played(calling(caller, heeding("replace", nap(2)))) if entry.kind is EntryKind.STUCK]

    assert (stuck.node_path, stuck.text) == ("par/one", "A newer run for the same record took its place.")


def test_a_queued_run_that_nobody_waits_for_any_more_never_begins():
    """The first call naps two days; the second is queued for it and given up after one."""
    calls = [sub(node_id=f"call_{name}") for name in ("a", "b")]
    for call in calls:
        call["settings"]["input"] = {"who": {"value": "ada"}}
    outer, inner = parallel("par", ports=("a", "b")), parallel("any", ports=("c", "d"), join="any")
    edges = ["trigger.ok>par", "par.a>call_a", "par.b>any", "any.c>call_b", "any.d>rest", "any.ok>then"]
    caller = quiet(outer, inner, *calls, nap(1, "rest"), task("then"), edges=edges)

    entries = played(calling(caller, heeding("queue", nap(2), task("inside"))))

    assert days(entries) == [("par/then", 1), ("inside", 2)]
