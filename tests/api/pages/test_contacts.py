"""Contacts, companies and notices in a member's browser."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.contacts import add_contact
from models.commands.events import record
from models.commands.notifications import notify
from models.queries.companies import get_company
from models.queries.contacts import find_contact_by_email, get_contact
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.conversations import Notification
from models.tables.engagements import Engagement
from tests import cast
from tests.builders.engagements import make_retainer

TOMAS = {"name": "Tomás Rey", "email": "tomas@reyvinos.example", "company": "Rey Vinos", "tags": "wine, late"}


def test_a_person_is_added_with_a_company_found_by_its_name(owner, database, studio):
    made = owner.post("/contacts", data={**TOMAS, "company": "BYRON mills ltd"})

    assert made.status_code == 303
    with database.read(studio.scope) as session:
        assert find_contact_by_email(session, TOMAS["email"]).company_id == studio.company_id
        assert len(session.exec(select(Company)).all()) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"email": "tomas"}, "mail address"),
        ({"email": cast.ADA[1]}, "has this mail address already"),
        ({"timezone": "Mars/Olympus"}, "no such time zone"),
    ],
)
def test_a_wrong_fact_is_named_and_nothing_is_saved(owner, database, studio, typed, words):
    refused = owner.post("/contacts", data={**TOMAS, **typed})

    assert refused.status_code == 422
    assert words in refused.text
    assert 'value="Rey Vinos"' in refused.text
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Contact)).all()) == 1
        assert len(session.exec(select(Company)).all()) == 1


def test_a_refused_change_leaves_the_person_as_they_were(owner, database, studio):
    refused = owner.post(f"/contacts/{studio.contact_id}", data={"name": "Changed", "email": "broken"})

    assert refused.status_code == 422
    with database.read(studio.scope) as session:
        assert get_contact(session, studio.contact_id).name == cast.ADA[0]


def test_the_list_is_searched_and_filtered_by_its_address(owner, database, studio):
    owner.post("/contacts", data=TOMAS)

    assert "Ada Byron" not in owner.get("/contacts?q=reyv").text
    assert "Ada Byron" not in owner.get("/contacts?tag=wine").text
    assert "Tomás Rey" not in owner.get("/contacts?owner=me").text
    assert "Nobody fits" in owner.get("/contacts?q=nobody").text


def test_the_profile_shows_one_story_and_loads_older_entries(owner, database, studio):
    with database.write(studio.scope) as session:
        for at in range(45):
            record(session, "task.created", f"tsk_{at}", engagement_id=studio.engagement_id)
        record(session, "invoice.paid", "inv_1", contact_id=studio.contact_id)

    shown = owner.get(f"/contacts/{studio.contact_id}").text
    assert "An invoice was paid" in shown
    older = shown.split('id="older"><a href="')[1].split('"')[0].replace("&amp;", "&")

    piece = owner.get(older, headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert piece.count("A task was created") == 6


def test_a_merged_persons_page_leads_to_the_survivor(owner, database, studio):
    with database.write(studio.scope) as session:
        session.add(Contact(id="con_loser", name="Old", merged_into_id=studio.contact_id))

    assert owner.get("/contacts/con_loser").headers["location"] == f"/contacts/{studio.contact_id}"


def test_a_person_is_put_away_and_brought_back(owner, database, studio):
    with database.write(studio.scope) as session:
        make_retainer(session, session.get_one(Engagement, studio.engagement_id), name="Care plan")
    asked = owner.get(f"/contacts/{studio.contact_id}/archival").text
    assert "Retainer is paused, no more charges: Care plan" in asked
    assert "No invoice is open." in asked

    owner.post(f"/contacts/{studio.contact_id}/archival")
    assert "Ada Byron" not in owner.get("/contacts").text
    assert "Ada Byron" in owner.get("/contacts?archived=true").text
    assert "This engagement is archived" in owner.get(f"/engagements/{studio.engagement_id}").text

    owner.post(f"/contacts/{studio.contact_id}/unarchival")
    assert "Ada Byron" in owner.get("/contacts").text
    assert "This engagement is archived" not in owner.get(f"/engagements/{studio.engagement_id}").text


def test_many_people_come_in_pages(owner, database, studio):
    with database.write(studio.scope) as session:
        for at in range(60):
            add_contact(session, actor="m", now=clock.now(), name=f"Person {at:02d}")

    first = owner.get("/contacts").text
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    assert "Person 59" in first
    assert "Person 00" in owner.get(older).text


def test_a_companys_terms_are_changed(owner, database, studio):
    typed = {"name": "Byron Mills", "currency": "gbp", "invoice_due_days": "30", "rounding_mode": "up", "rounding_minutes": "15"}
    owner.post(f"/companies/{studio.company_id}", data=typed)

    with database.read(studio.scope) as session:
        company = get_company(session, studio.company_id)
    assert (company.currency, company.invoice_due_days) == ("GBP", 30)
    assert company.rounding == {"mode": "up", "increment_seconds": 900, "per": "entry"}
    assert "each entry up to 15 minutes" in owner.get(f"/companies/{studio.company_id}").text


def test_wrong_terms_of_a_company_change_nothing(owner, database, studio):
    refused = owner.post(f"/companies/{studio.company_id}", data={"name": "Changed", "invoice_due_days": "soon"})

    assert (refused.status_code, "whole number" in refused.text) == (422, True)
    with database.read(studio.scope) as session:
        assert get_company(session, studio.company_id).name == "Byron Mills"


def test_a_company_shows_its_people(owner, studio):
    assert "Ada Byron" in owner.get(f"/companies/{studio.company_id}").text
    assert "Byron Mills" in owner.get("/companies?q=byron").text


def test_a_notice_is_seen_by_opening_it(owner, database, studio):
    with database.write(studio.scope) as session:
        notice = notify(session, studio.owner_id, "Ada wrote", href="/inbox/cnv_1", key="k").id
        notify(session, studio.owner_id, "Ada wrote", href="/inbox/cnv_1", key="k")
        other = notify(session, studio.member_id, "For Jonas", href="/", key="k").id

    shown = owner.get("/notifications").text
    assert shown.count("Ada wrote") == 1
    assert "For Jonas" not in shown

    assert owner.post(f"/notifications/{notice}/reading").headers["location"] == "/inbox/cnv_1"
    assert owner.post(f"/notifications/{other}/reading").status_code == 404
    with database.read(studio.scope) as session:
        assert session.get(Notification, notice).read_at is not None
        assert session.get(Notification, other).read_at is None


def test_all_notices_are_seen_at_once(owner, database, studio):
    with database.write(studio.scope) as session:
        for at in range(3):
            notify(session, studio.owner_id, f"Notice {at}", href="/", key=f"k{at}")

    owner.post("/notifications/readings")

    assert "new)" not in owner.get("/notifications").text
