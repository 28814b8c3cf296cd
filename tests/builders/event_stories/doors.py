"""What no command alone tells of: who comes in by a door, and what the worker and people do with runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.logins import make_one_time_link
from models.db import Database
from models.queries.members import get_member
from models.tables.members import Login
from models.types.members import PORTAL_LINK_LASTS, LinkKind
from tests.builders.engagements import make_engagement, make_proposal
from tests.builders.live_runs import LiveAutomation, delay
from tests.builders.members import PASSWORD
from tests.builders.runs import post
from tests.builders.workspaces import Studio


@dataclass(frozen=True)
class Doors:
    """The product over HTTP, with everybody who knocks."""

    database: Database
    studio: Studio
    program: TestClient
    worker: TestClient
    public: TestClient
    password_hash: str

    @property
    def live(self) -> LiveAutomation:
        return LiveAutomation(self.program, self.worker, self.database, self.studio)


Story = Callable[[Doors], object]


def a_member_at_the_door(doors: Doors) -> None:
    with doors.database.write(doors.studio.scope) as session:
        owner = get_member(session, doors.studio.owner_id)
        owner.password_hash = doors.password_hash
        address = owner.email
    answer = doors.public.post("/login", data={"email": address, "password": PASSWORD})
    assert answer.status_code == 303, answer.text


def a_client_at_the_door(doors: Doors) -> None:
    with doors.database.write(doors.studio.scope) as session:
        who = {"workspace_id": doors.studio.workspace_id, "person_id": doors.studio.contact_id}
        token = make_one_time_link(session, kind=LinkKind.PORTAL, lasts=PORTAL_LINK_LASTS, now=clock.now(), **who)
    answer = doors.public.post(f"/portal/enter/{token}", data={})
    assert answer.status_code == 303, answer.text


def a_client_that_is_invited(doors: Doors) -> None:
    with doors.database.write(doors.studio.scope) as session:
        session.delete(session.exec(select(Login).where(Login.person_id == doors.studio.contact_id)).one())
        engagement = make_engagement(session, doors.studio.contact_id)
        proposal = make_proposal(session, engagement, status="accepted").id
    answer = doors.worker.post(f"/api/v1/proposals/{proposal}/portal_invitations", json={"index": 0})
    assert answer.json()["is_invited"]


def a_run_to_its_end(doors: Doors) -> None:
    live = doors.live
    live.publish_first(post())
    live.start()


def a_run_that_is_stuck(doors: Doors) -> None:
    """An action without a place to post; somebody leaves it out."""
    live = doors.live
    given = {"channel": {"path": "trigger.submission.answers.channel"}, "text": {"text": "Hello"}}
    live.publish_first(post(node_id="stuck", input=given))
    (run_id,) = live.start()
    answer = doors.program.post(f"/api/v1/automation_runs/{run_id}/steps/stuck/skip", json={})
    assert answer.status_code == 200, answer.text


def a_run_that_moves(doors: Doors) -> None:
    """To another version while it waits, and back again."""
    live = doors.live
    live.publish_first(delay(3), post())
    live.start()
    live.draw(delay(4), post())
    move = live.publish({"v1:wait": "now"})["move"]
    live.undo(move["id"], reactivate=True)


STORIES: Mapping[Story, set[str]] = {
    a_member_at_the_door: {"member.signed_in"},
    a_client_at_the_door: {"portal.entered"},
    a_client_that_is_invited: {"portal.invited"},
    a_run_to_its_end: {"automation_run.requested", "automation_run.finished"},
    a_run_that_is_stuck: {"automation_run.parked", "automation_run.woken"},
    a_run_that_moves: {"automation_run.moved", "automation_run.moved_back"},
}
"""What happens, and the events that it is told for."""
