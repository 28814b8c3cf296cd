"""Where the steps of a drawing stand in a picture of it."""

from hypothesis import given
from hypothesis import strategies as st

from models.rules.automation_pictures import places
from tests.builders.automations import edge


def placed(*texts: str) -> dict[str, tuple[int, int]]:
    edges = [edge(text) for text in texts]
    return places(list(dict.fromkeys(end for one in edges for end in (one["source"], one["target"]))), edges)


def test_steps_that_follow_each_other_stand_in_one_lane():
    assert placed("a.ok>b", "b.ok>c") == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_a_step_that_two_ways_lead_to_stands_below_both():
    assert placed("a.yes>b", "a.no>c", "b.ok>d", "d.ok>e", "c.ok>e") == {
        "a": (0, 0),
        "b": (1, 0),
        "c": (1, 1),
        "d": (2, 0),
        "e": (3, 0),
    }


def test_lines_that_lead_back_do_no_harm():
    assert set(placed("a.ok>b", "b.ok>a", "b.no>b")) == {"a", "b"}


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=20))
def test_no_two_steps_stand_in_one_place(pairs: list[tuple[str, str]]):
    found = places("abcdefg", [{"source": one, "target": other} for one, other in pairs])

    assert len(set(found.values())) == 7
