"""What people and programs are told when a page is not there, or the database is not."""

import sqlite3
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.rest import contacts


@pytest.mark.parametrize(("who", "head"), [("public", "Client portal"), ("owner", "Throughline")])
def test_a_page_that_is_not_there_stands_under_the_right_name(request: pytest.FixtureRequest, who: str, head: str):
    door: TestClient = request.getfixturevalue(who)
    answer = door.get("/nothing-here")
    assert (answer.status_code, head in answer.text) == (404, True)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Callable[[SQLAlchemyError], None]:
    """Lets every list of contacts fail so."""

    def fail_with(error: SQLAlchemyError) -> None:
        def failing(*_arguments: object, **_named: object) -> None:
            raise error

        monkeypatch.setattr(contacts, "contacts_statement", failing)

    return fail_with


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked")),
        OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly")),
        PoolTimeout("QueuePool limit of size 20 overflow 20 reached"),
    ],
    ids=["locked", "lost", "busy"],
)
def test_who_calls_while_the_database_is_away_is_asked_to_come_again(
    program: TestClient, trouble: Callable[[SQLAlchemyError], None], error: SQLAlchemyError
):
    trouble(error)

    answer = program.get("/api/v1/contacts")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"].endswith("please try again in a few seconds.")


def test_a_statement_that_cannot_be_understood_is_no_better_for_waiting(
    program: TestClient, trouble: Callable[[SQLAlchemyError], None]
):
    trouble(OperationalError("SELECT", {}, sqlite3.OperationalError("no such table: contacts")))

    with pytest.raises(OperationalError):
        program.get("/api/v1/contacts")
