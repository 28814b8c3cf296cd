"""Leaving mail that nobody ordered."""

from fastapi.testclient import TestClient

from models.commands.emails import MailWanted, has_unsubscribed, queue_email
from models.db import Database
from models.ids import derived_token
from models.settings import Settings
from tests.builders.workspaces import Studio


def test_looking_changes_nothing_and_a_click_unsubscribes(
    public: TestClient, database: Database, studio: Studio, settings: Settings
):
    with database.write(studio.scope) as session:
        wanted = MailWanted("news:1", "ada@byron-mills.example", "News", "<p>News</p>", "News", contact_id=studio.contact_id)
        email_id = queue_email(session, wanted, message_id="<1@test>").id
    path = f"/unsubscribe/{email_id}/{derived_token(settings.secret_key, email_id)}"

    assert "No more of this mail?" in public.get(path).text
    with database.read(studio.scope) as session:
        assert not has_unsubscribed(session, studio.contact_id)

    public.post(path, data={"List-Unsubscribe": "One-Click"})
    public.post(path)
    with database.read(studio.scope) as session:
        assert has_unsubscribed(session, studio.contact_id)
    assert "off the list" in public.get(path).text


def test_another_mails_token_opens_nothing(public: TestClient, settings: Settings):
    token = derived_token(settings.secret_key, "eml_other")

    assert public.get(f"/unsubscribe/eml_1/{token}").status_code == 404
