import pytest

from models.rules.document_changes import changed_lines


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a", "b", "c"], ["a", "x", "c"], [("removed", "b"), ("added", "x")]),
        (["a"], ["a", "b"], [("added", "b")]),
        (["a", "b"], ["b"], [("removed", "a")]),
        (["a", "", "b"], ["a", "b", " "], []),
        ([], ["a"], [("added", "a")]),
    ],
)
def test_only_what_differs_is_said(before, after, changes):
    assert changed_lines(before, after) == changes
