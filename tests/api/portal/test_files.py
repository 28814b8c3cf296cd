"""What a client and the studio give each other."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.engagements import open_engagement
from models.ids import new_id
from models.tables.contacts import Contact
from models.tables.files import File

TEXT = ("notes.txt", b"hello", "text/plain")


@pytest.fixture
def foreign_engagement(database, studio):
    with database.write(studio.scope) as session:
        session.add(Contact(id=new_id("con"), name="Tomás Rey"))
        other = Contact(id=new_id("con"), name="Grace Okafor")
        session.add(other)
        session.flush()
        return open_engagement(session, title="CANARY", contact_id=other.id, now=clock.now()).id


def _upload(program, name, **data):
    return program.post("/api/v1/files", files={"file": (name, b"x", "text/plain")}, data=data).json()["id"]


def test_a_client_sees_what_is_shared_with_them_only(client_browser, program, studio, foreign_engagement):
    _upload(program, "shared.txt", engagement_id=studio.engagement_id, is_shared="true")
    _upload(program, "private.txt", engagement_id=studio.engagement_id)
    _upload(program, "foreign.txt", engagement_id=foreign_engagement, is_shared="true")

    shown = client_browser.get("/portal/files").text

    assert "shared.txt" in shown
    assert "private.txt" not in shown
    assert "foreign.txt" not in shown
    assert "CANARY" not in shown


def test_a_client_sends_files(client_browser, owner, database, studio):
    sent = client_browser.post("/portal/files", data={"engagement_id": studio.engagement_id}, files={"file": TEXT})

    assert sent.headers["location"] == "/portal/files"
    with database.read(studio.scope) as session:
        file = session.exec(select(File)).one()
    assert (file.uploaded_by, file.is_shared) == (f"contact:{studio.contact_id}", True)
    assert "from you" in client_browser.get("/portal/files").text
    assert owner.get(f"/files/{file.id}").content == b"hello"


def test_a_client_sends_nothing_to_somebody_elses_engagement(client_browser, foreign_engagement, database, studio):
    sent = client_browser.post("/portal/files", data={"engagement_id": foreign_engagement}, files={"file": TEXT})

    assert sent.status_code == 404
    with database.read(studio.scope) as session:
        assert session.exec(select(File)).all() == []


def test_a_program_is_refused(client_browser, studio):
    exe = ("setup.exe", b"MZ", "application/octet-stream")
    refused = client_browser.post("/portal/files", data={"engagement_id": studio.engagement_id}, files={"file": exe})

    assert (refused.status_code, "is a program" in refused.text) == (422, True)
