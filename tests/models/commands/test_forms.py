"""Forms are edited as drafts and published as versions that never change."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.forms import archive_form, change_form, close_form, draft_form, publish_form, unarchive_form
from models.queries.forms import get_form_by_slug, get_version
from models.rules.forms import as_fields
from models.tables.events import Event
from models.types.errors import Conflict, Invalid, NotFound, Refused
from tests.builders.forms import make_form


def test_a_new_form_asks_for_name_mail_message_and_consent(session):
    form = draft_form(session, name="Hello")

    assert [field.key for field in as_fields(form.fields)] == ["name", "email", "message", "consent"]
    assert form.slug.startswith("hello-")
    assert form.status == "draft"


def test_two_forms_of_one_name_have_two_addresses(session):
    assert draft_form(session, name="Hello").slug != draft_form(session, name="Hello").slug


def test_a_form_that_was_never_published_is_at_no_address(session):
    form = draft_form(session, name="Hello")

    with pytest.raises(NotFound):
        get_form_by_slug(session, form.slug)


def test_a_change_reaches_the_public_with_the_next_publication_only(session):
    form = make_form(session)
    fields = [{**one, "label": "Who are you?"} if one["key"] == "name" else one for one in form.fields]

    change_form(session, form, {"fields": fields})
    before = get_version(session, form.id, form.published_version)
    publish_form(session, form, now=clock.now())

    assert before.fields[0]["label"] == "Your name"
    assert (before.number, form.published_version) == (1, 2)
    assert get_version(session, form.id, 2).fields[0]["label"] == "Who are you?"


def test_publishing_the_same_twice_is_one_version_and_one_event(session):
    form = make_form(session)

    again = publish_form(session, form, now=clock.now())

    assert again.number == 1
    assert len(session.exec(select(Event).where(Event.type == "form.published")).all()) == 1


def test_a_form_without_a_way_to_answer_is_not_published(session):
    form = draft_form(session, name="Poll", fields=[{"key": "a", "kind": "text", "label": "A"}])

    with pytest.raises(Refused, match="Nobody could be answered"):
        publish_form(session, form, now=clock.now())


def test_a_closed_form_is_opened_by_publishing(session):
    form = make_form(session)

    close_form(session, form)
    publish_form(session, form, now=clock.now())

    assert form.status == "published"


def test_a_form_that_comes_back_from_the_archive_is_closed(session):
    form = make_form(session)

    archive_form(session, form, now=clock.now())
    unarchive_form(session, form)

    assert form.status == "closed"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"redirect_url": "javascript:alert(1)"}, "redirect_url"),
        ({"response_limit": 0}, "response_limit"),
        ({"fields": [{"label": "no key"}]}, "fields"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(session, change, field):
    make_form(session, slug="taken")
    form = make_form(session)

    with pytest.raises(Invalid) as refused:
        change_form(session, form, change)

    assert refused.value.field == field


def test_a_change_of_an_old_version_is_a_conflict(session):
    form = make_form(session)
    session.flush()

    with pytest.raises(Conflict):
        change_form(session, form, {"name": "Other"}, version=form.version - 1)
