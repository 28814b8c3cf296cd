"""Live runs of a published automation, changed while they stand somewhere."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.automations import AutomationRun
from tests.builders.automations import drawing
from tests.builders.runs import accept, post, publish
from tests.builders.workspaces import Studio

STARTED = {"kind": "started", "trigger": {}}
HEAD = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}


def delay(days: int, node_id: str = "wait", **settings: Any) -> dict[str, Any]:
    """A node that waits some days."""
    return {"id": node_id, "kind": "delay", "label": "", "settings": {"amount": days, "unit": "days", **settings}}


@dataclass
class LiveAutomation:
    """A published automation with a program that changes it and a worker that carries its runs on."""

    program: TestClient
    worker: TestClient
    database: Database
    studio: Studio
    automation_id: str = ""
    run_ids: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where it lives."""
        return f"/api/v1/automations/{self.automation_id}"

    def publish_first(self, *nodes: dict[str, Any], **rest: Any) -> None:
        """Publish version 1."""
        with self.database.write(self.studio.scope) as session:
            self.automation_id = publish(session, drawing(HEAD, *nodes, **rest).document).id

    def start(self, count: int = 1) -> list[str]:
        """Let events start runs, and take their first turn; their ids."""
        begun = []
        for _ in range(count):
            with self.database.write(self.studio.scope) as session:
                event = accept(session, self.studio, f"sub_{len(self.run_ids)}")
                own = select(AutomationRun.id).where(AutomationRun.automation_id == self.automation_id)
                begun.append(session.exec(own.where(AutomationRun.event_id == event.id)).one())
            self.advance(begun[-1])
        self.run_ids += begun
        return begun

    def advance(self, run_id: str, happened: dict[str, Any] = STARTED) -> Any:
        """Feed a happening to a run; where it stands then. An empty one only looks."""
        answer = self.worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fire(self, run_id: str) -> Any:
        """Let the run's timer fire, as far as the clock lets it."""
        (timer,) = self.advance(run_id, {})["timers"]
        return self.advance(run_id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})

    def draw(self, *nodes: dict[str, Any], **rest: Any) -> None:
        """Change the draft."""
        answer = self.program.patch(self.path, json={"drawing": deepcopy(drawing(HEAD, *nodes, **rest).document)})
        assert answer.status_code == 200, answer.text

    def preview(self, **body: Any) -> Any:
        """What publishing the draft would do."""
        answer = self.program.post(f"{self.path}/publication_preview", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def publish(self, choices: dict[str, str] | None = None, **body: Any) -> Any:
        """Publish the draft."""
        answer = self.program.post(f"{self.path}/publication", json={"choices": choices or {}, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def undo(self, move_id: str, **body: Any) -> Any:
        """Undo a move."""
        answer = self.program.post(f"/api/v1/automation_moves/{move_id}/undo", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run(self, run_id: str) -> Any:
        """A run as the API shows it."""
        answer = self.program.get(f"/api/v1/automation_runs/{run_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stands(self, run_id: str) -> tuple[int, str, list[str]]:
        """Version, status and open waits of a run."""
        run = self.run(run_id)
        return run["automation_version"], run["status"], [wait["key"] for wait in run["waits"]]


__all__ = ["HEAD", "STARTED", "LiveAutomation", "delay", "post"]
