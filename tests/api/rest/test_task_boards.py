"""Boards and their columns over the API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.db import Database
from models.tables.events import Event
from tests.builders.projects import Work, make_project
from tests.builders.workspaces import Studio

BOARDS, GROUPS = "/api/v1/task_boards", "/api/v1/task_groups"


@pytest.fixture
def work(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio)


@pytest.fixture
def other(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio, name="Shop")


def names(program: TestClient, path: str, **wanted: Any) -> list[str]:
    return [one["name"] for one in program.get(path, params=wanted).json()["items"]]


def test_boards_are_listed_by_cursor_with_their_columns(program: TestClient, work: Work, other: Work):
    for name in ("Ideas", "Launch"):
        program.post(BOARDS, json={"project_id": work.project_id, "name": name, "groups": [f"{name} first", "Then"]})

    first = program.get(BOARDS, params={"project_id": work.project_id, "limit": 2}).json()
    last = program.get(BOARDS, params={"project_id": work.project_id, "cursor": first["next_cursor"]}).json()

    walked = [*first["items"], *last["items"]]
    assert [one["name"] for one in walked] == ["Launch", "Ideas", "Board"]
    assert [column["name"] for column in walked[1]["groups"]] == ["Ideas first", "Then"]
    assert walked[1] == program.get(f"{BOARDS}/{walked[1]['id']}").json()
    assert last["next_cursor"] is None
    assert {one["project_id"] for one in program.get(BOARDS).json()["items"]} == {work.project_id, other.project_id}
    assert names(program, BOARDS, project_id="prj_none") == []


def test_columns_are_listed_and_read(program: TestClient, work: Work, other: Work):
    review = program.post(f"{BOARDS}/{work.board_id}/groups", json={"name": "Review"}).json()

    assert names(program, GROUPS, board_id=work.board_id) == ["Review", "Doing", "To do"]
    assert names(program, GROUPS, board_id=work.board_id, limit=1) == ["Review"]
    assert len(names(program, GROUPS)) == 5
    assert program.get(f"{GROUPS}/{review['id']}").json() == review
    assert program.get(f"{GROUPS}/grp_none").status_code == 404


def test_what_was_put_away_is_listed_when_asked_for(program: TestClient, work: Work):
    board = program.post(BOARDS, json={"project_id": work.project_id, "name": "Ideas"}).json()
    for path in (f"{GROUPS}/{work.doing_id}", f"{BOARDS}/{board['id']}"):
        assert program.post(f"{path}/archive").json()["archived_at"] is not None

    assert (names(program, BOARDS), names(program, BOARDS, is_archived=True)) == (["Board"], ["Ideas"])
    assert names(program, GROUPS, board_id=work.board_id) == ["To do"]
    assert names(program, GROUPS, is_archived=True) == ["Doing"]


def test_a_board_and_a_column_are_brought_back(program: TestClient, work: Work, database: Database, studio: Studio):
    board = program.post(BOARDS, json={"project_id": work.project_id, "name": "Ideas"}).json()
    for path in (f"{GROUPS}/{work.doing_id}/archive", f"{BOARDS}/{board['id']}/archive"):
        program.post(path)
        for _ in range(2):
            assert program.delete(path).json()["archived_at"] is None

    assert names(program, BOARDS) == ["Ideas", "Board"]
    assert [one["name"] for one in program.get(f"{BOARDS}/{work.board_id}").json()["groups"]] == ["To do", "Doing"]
    with database.read(studio.scope) as session:
        told = session.exec(select(Event.type).where(Event.subject_id == board["id"]).order_by(col(Event.id)))
        assert list(told) == ["task_board.added", "task_board.archived", "task_board.unarchived"]
