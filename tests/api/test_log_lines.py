"""What stands on the lines that the API really writes."""

from fastapi.testclient import TestClient
from sqlmodel import text

from api.app import create_app
from models.settings import Settings
from tests.builders.workspaces import Studio


def test_a_line_names_the_workspace_and_the_workflow_that_asked(log_lines, settings: Settings, database, studio: Studio):
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE tasks"))
    told = {"X-Workspace": studio.workspace_id, "X-Workflow": "engagement/eng_1"}
    worker = {"Authorization": f"Bearer {settings.worker_token}", **told}
    with TestClient(create_app(settings, database), raise_server_exceptions=False) as client:
        log_lines()
        assert client.get("/api/v1/tasks", headers=worker).status_code == 500
        [line] = [line for line in log_lines() if line["event"] == "unexpected error"]
        assert (line["workspace_id"], line["workflow_id"]) == (studio.workspace_id, "engagement/eng_1")

        # Nobody but the worker is believed, and nothing of one request is left for the next.
        client.get("/api/v1/tasks", headers={**studio.bearer, "X-Workflow": "engagement/eng_1"})
        client.post("/login", data={"email": "nobody@example.com", "password": "wrong"}, headers={"X-Workflow": "x"})
        theirs, refused = [line for line in log_lines() if line["event"] in ("unexpected error", "sign-in refused")]
        assert theirs["workspace_id"] == studio.workspace_id
        assert "workflow_id" not in {**theirs, **refused}
        assert "workspace_id" not in refused
