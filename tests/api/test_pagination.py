"""Walking a list by its cursor."""

import pytest
from fastapi.testclient import TestClient

CONTACTS = "/api/v1/contacts"


@pytest.fixture
def names(program: TestClient) -> list[str]:
    """Everybody in the list, newest first; the studio's one client was there before."""
    for name in ("First", "Second"):
        assert program.post(CONTACTS, json={"name": name}).status_code == 201
    return ["Second", "First", program.get(CONTACTS).json()["items"][-1]["name"]]


def test_a_list_is_walked_to_its_end_each_row_once(program: TestClient, names: list[str]):
    first = program.get(CONTACTS, params={"limit": 2}).json()
    assert program.post(CONTACTS, json={"name": "Came while it was walked"}).status_code == 201
    second = program.get(CONTACTS, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [one["name"] for one in first["items"] + second["items"]] == names
    assert second["next_cursor"] is None


def test_a_page_that_just_holds_all_is_the_last(program: TestClient, names: list[str]):
    page = program.get(CONTACTS, params={"limit": len(names)}).json()
    assert ([one["name"] for one in page["items"]], page["next_cursor"]) == (names, None)


@pytest.mark.parametrize("cursor", ["con_", "'; DROP TABLE contacts; --", "\x00", "ffff", "zzzz"])
def test_a_made_up_cursor_cuts_the_list_somewhere_and_shows_nothing_else(program: TestClient, names: list[str], cursor: str):
    answer = program.get(CONTACTS, params={"cursor": cursor})
    assert answer.status_code in (200, 422)
    if answer.is_success:
        assert {one["name"] for one in answer.json()["items"]} <= set(names)


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 101}, {"cursor": "x" * 65}])
def test_a_cut_that_cannot_be_is_refused(program: TestClient, wrong: dict[str, str]):
    assert program.get(CONTACTS, params=wrong).status_code == 422
