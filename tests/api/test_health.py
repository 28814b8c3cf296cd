"""What a load balancer or the supervisor asks."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models.db import Database
from models.settings import Settings
from tests.ports import free_block


def test_a_server_whose_database_answers_is_ready(public: TestClient):
    answer = public.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "open_deliveries": 0})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_server_whose_database_is_away_says_so_and_lives(kind: str, settings: Settings):
    gone = {
        "sqlite": f"sqlite:///{settings.home}/no/such/folder/throughline.db",
        "postgresql": f"postgresql://studio:secret@127.0.0.1:{free_block()}/throughline",
    }
    with TestClient(create_app(settings, Database(gone[kind]))) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "reason": "The database does not answer."}
        assert client.get("/livez").status_code == 200
