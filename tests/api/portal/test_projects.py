"""The client's half of the work: what is shared shows, everything else does not exist."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.deps import PORTAL_COOKIE
from models import clock
from models.commands.comments import add_comment
from models.db import Database
from models.ids import digest, new_id, new_token
from models.tables.contacts import Contact
from models.tables.conversations import Notification
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.members import Login
from models.tables.projects import Project, ProjectPerson
from models.tables.tasks import Comment, Task
from models.types.scope import Scope
from tests.builders.projects import Work, make_project, make_task
from tests.builders.workspaces import Studio, make_studio

PRIVATE = ("Private task", "Private board task", "Team talk", "private.txt", "Archived task")


@pytest.fixture
def work(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio, is_shared=True)


@pytest.fixture
def rows(database: Database, studio: Studio, work: Work) -> dict[str, str]:
    """Ids of a shared task, the client's own one, and of things that are not for the client."""
    with database.write(studio.scope) as session:
        shared = make_task(session, studio, work, title="Shared task", is_shared=True)
        own = make_task(session, studio, work, title="Send texts", is_shared=True, is_for_client=True)
        private = make_task(session, studio, work, title="Private task")
        make_task(session, studio, work, title="Archived task", is_shared=True, archived_at=clock.now())
        inside = make_project(session, studio, name="Second project")
        hidden = make_task(session, studio, inside, title="Private board task", is_shared=True)
        for body, is_shared in (("Team talk", False), ("Dear Ada", True)):
            add_comment(
                session,
                subject_kind="task",
                subject_id=shared.id,
                body=body,
                is_shared=is_shared,
                engagement_id=studio.engagement_id,
            )
        file_id = make_file(session, studio, shared.id)
        return {"shared": shared.id, "own": own.id, "private": private.id, "hidden": hidden.id, "file": file_id}


def make_file(session: Session, studio: Studio, task_id: str) -> str:
    file = File(
        id=new_id("fil"),
        workspace_id=studio.workspace_id,
        filename="private.txt",
        media_type="text/plain",
        size=1,
        sha256="0" * 64,
        storage_key="ws/00/" + "0" * 64,
        subject_kind="task",
        subject_id=task_id,
        engagement_id=studio.engagement_id,
    )
    session.add(file)
    return file.id


def stranger_of(public: TestClient, cookie: str) -> TestClient:
    client = TestClient(public.app, cookies={PORTAL_COOKIE: cookie}, follow_redirects=False)
    client.portal = public.portal
    return client


def test_the_client_sees_the_shared_half_and_nothing_else(client_browser: TestClient, work: Work, rows: dict[str, str]):
    pages = [
        client_browser.get(path)
        for path in ("/portal/projects", f"/portal/projects/{work.project_id}", f"/portal/tasks/{rows['shared']}")
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    whole = "".join(page.text for page in pages)
    for words in ("Shared task", "Send texts", "Waiting for you", "Dear Ada"):
        assert words in whole
    for secret in PRIVATE:
        assert secret not in whole
    assert "0 of 2" in pages[1].text


def test_what_is_not_shared_does_not_exist(client_browser: TestClient, rows: dict[str, str]):
    for task in ("private", "hidden"):
        path = f"/portal/tasks/{rows[task]}"
        assert client_browser.get(path).status_code == 404
        assert client_browser.post(f"{path}/comments", data={"body": "Hello"}).status_code == 404
        assert client_browser.post(f"{path}/completion").status_code == 404
        assert client_browser.post(f"{path}/files", files={"file": ("a.txt", b"a")}).status_code == 404
    assert client_browser.get(f"/portal/tasks/{rows['shared']}/files/{rows['file']}").status_code == 404
    assert client_browser.get(f"/portal/files/{rows['file']}").status_code == 404


def test_another_client_of_the_studio_finds_nothing(public, database, studio, work, rows):
    with database.write(studio.scope) as session:
        other = make_studio_contact(session, studio)
    stranger = stranger_of(public, other)

    assert stranger.get("/portal/projects").status_code == 200
    assert "Website" not in stranger.get("/portal/projects").text
    for path in (f"/portal/projects/{work.project_id}", f"/portal/tasks/{rows['shared']}", f"/portal/tasks/{rows['own']}"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/portal/tasks/{rows['own']}/completion").status_code == 404


def test_a_client_of_another_studio_finds_nothing(public, database, studio, work, rows):
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="other", name="Other")
    stranger = stranger_of(public, other.portal_cookie)

    for path in (f"/portal/projects/{work.project_id}", f"/portal/tasks/{rows['shared']}"):
        assert stranger.get(path).status_code == 404


def test_the_client_finishes_what_is_theirs_and_the_studio_hears(client_browser, database, studio, rows):
    assert client_browser.post(f"/portal/tasks/{rows['own']}/completion").status_code == 303
    assert client_browser.post(f"/portal/tasks/{rows['own']}/completion").status_code == 303

    with database.read(studio.scope) as session:
        task = session.get_one(Task, rows["own"])
        assert (task.status, task.completed_by) == ("completed", f"contact:{studio.contact_id}")
        told = session.exec(select(Notification)).all()
        assert [(note.member_id, note.text) for note in told] == [(studio.owner_id, "Ada Byron finished “Send texts”.")]
    client_browser.post(f"/portal/tasks/{rows['own']}/reopening")
    with database.read(studio.scope) as session:
        assert session.get_one(Task, rows["own"]).status == "open"


def test_what_is_ours_the_client_cannot_finish(client_browser: TestClient, rows: dict[str, str]):
    assert client_browser.post(f"/portal/tasks/{rows['shared']}/completion").status_code == 403
    assert "I have done this" not in client_browser.get(f"/portal/tasks/{rows['shared']}").text


def test_the_client_writes_and_sends_files(client_browser: TestClient, database: Database, studio: Studio, rows: dict[str, str]):
    path = f"/portal/tasks/{rows['own']}"
    assert client_browser.post(f"{path}/comments", data={"body": "Here they are"}).status_code == 303
    sent = client_browser.post(f"{path}/files", files=[("file", ("texts.txt", b"About us", "text/plain"))])

    assert sent.status_code == 303
    page = client_browser.get(path).text
    assert "Here they are" in page
    assert "texts.txt" in page
    with database.read(studio.scope) as session:
        file = session.exec(select(File).where(File.subject_id == rows["own"])).one()
        comment = session.exec(select(Comment).where(Comment.subject_id == rows["own"])).one()
        assert (file.is_shared, file.uploaded_by) == (True, f"contact:{studio.contact_id}")
        assert (comment.is_shared, comment.author) == (True, f"contact:{studio.contact_id}")
        assert len(session.exec(select(Notification)).all()) == 2
    assert client_browser.get(f"{path}/files/{file.id}").content == b"About us"


def test_a_second_contact_sees_a_project_they_have_a_role_in(public, database, studio, work, rows):
    with database.write(studio.scope) as session:
        cookie = make_studio_contact(session, studio, project_id=work.project_id)
    approver = stranger_of(public, cookie)

    assert "Shared task" in approver.get(f"/portal/projects/{work.project_id}").text
    assert approver.get(f"/portal/tasks/{rows['private']}").status_code == 404


def test_an_archived_project_leaves_the_portal(client_browser, database, studio, work, rows):
    with database.write(studio.scope) as session:
        session.get_one(Project, work.project_id).archived_at = clock.now()
    assert client_browser.get(f"/portal/projects/{work.project_id}").status_code == 404
    assert client_browser.get(f"/portal/tasks/{rows['shared']}").status_code == 404


def make_studio_contact(session: Session, studio: Studio, *, project_id: str | None = None) -> str:
    """Another contact of the studio with an engagement of their own, signed in; perhaps with a role in a project."""
    contact = Contact(id=new_id("con"), workspace_id=studio.workspace_id, name="Grace Okafor", email="g@okafor.example")
    session.add(contact)
    session.flush()
    session.add(
        Engagement(
            id=new_id("eng"),
            workspace_id=studio.workspace_id,
            title="Okafor",
            contact_id=contact.id,
            status_since=clock.now(),
        )
    )
    if project_id:
        session.add(
            ProjectPerson(
                id=new_id("ppl"),
                workspace_id=studio.workspace_id,
                project_id=project_id,
                person_id=contact.id,
                role="client_approver",
            )
        )
    token = new_token()
    session.add(
        Login(
            id=new_id("log"),
            workspace_id=studio.workspace_id,
            door="portal",
            person_id=contact.id,
            token_digest=digest(token),
            expires_at=clock.now().replace(year=2099),
        )
    )
    return token
