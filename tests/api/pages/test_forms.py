"""Forms in a member's browser: the editor, the terms, the answers, the tray."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.submissions import Posted, submit_form
from models.queries.forms import get_form, get_version
from models.rules.forms import as_fields
from models.tables.forms import Form, Submission
from models.types.forms import FieldCondition, Upload
from tests.builders.forms import ANSWERS, make_form

HTMX = {"HX-Request": "true"}


@pytest.fixture
def form(database, studio):
    with database.write(studio.scope) as session:
        return make_form(session)


def _fields(database, studio, form):
    with database.read(studio.scope) as session:
        return {one.key: one for one in as_fields(get_form(session, form.id).fields)}


def _submit(database, studio, form, *, token="t", **posted):  # noqa: S107 - a made-up token
    with database.write(studio.scope) as session:
        version = get_version(session, form.id, 1)
        answers = {**ANSWERS, "brief": [Upload("brief.pdf", "application/pdf", 5, "ab", f"{studio.workspace_id}/ab/{'ab' * 32}")]}
        return submit_form(session, get_form(session, form.id), version, answers, Posted(token, **posted), now=clock.now()).id


def test_a_new_form_opens_in_the_editor_with_the_usual_questions(owner, database, studio):
    made = owner.post("/forms", data={"name": "Website enquiry"})

    shown = owner.get(made.headers["location"]).text
    assert "Your mail address" in shown
    with database.read(studio.scope) as session:
        assert session.exec(select(Form)).one().owner_id == studio.owner_id


def test_a_form_without_a_name_is_refused(owner, studio):
    assert owner.post("/forms", data={"name": " "}).status_code == 422


def test_a_question_is_added_before_the_hidden_end_and_opened(owner, form, database, studio):
    added = owner.post(f"/forms/{form.id}/fields", data={"label": "When shall it be ready?", "kind": "date"})

    assert added.headers["location"].endswith("?open=when_shall_it_be_ready#field-when_shall_it_be_ready")
    assert _fields(database, studio, form)["when_shall_it_be_ready"].kind == "date"


def test_two_questions_of_one_label_have_two_keys(owner, form, database, studio):
    for _ in range(2):
        owner.post(f"/forms/{form.id}/fields", data={"label": "2nd thought?", "kind": "text"})

    assert {"nd_thought", "nd_thought_2"} <= set(_fields(database, studio, form))


def test_a_question_is_changed_with_its_logic_and_the_preview_follows(owner, form, database, studio):
    typed = {
        "label": "Your budget?",
        "role": "engagement.value",
        "required": "on",
        "currency": "chf",
        "show_field": ["kind", ""],
        "show_comparison": ["is", "is"],
        "show_value": ["Website", ""],
    }
    answer = owner.post(f"/forms/{form.id}/fields/budget", data=typed, headers=HTMX)

    assert answer.text.lstrip().startswith('<aside id="preview"')
    assert "Your budget?" in answer.text
    assert "changes are not public yet" in answer.text
    changed = _fields(database, studio, form)["budget"]
    assert (changed.label, changed.required, changed.currency) == ("Your budget?", True, "CHF")
    assert changed.show_if == (FieldCondition("kind", "is", "Website"),)


def test_a_role_that_does_not_fit_the_kind_is_not_taken(owner, form, database, studio):
    owner.post(f"/forms/{form.id}/fields/kind", data={"label": "Kind", "options": "A\nB\n\nA", "role": "contact.email"})

    changed = _fields(database, studio, form)["kind"]
    assert (changed.role, changed.options) == ("", ("A", "B"))


def test_questions_move_and_go_and_take_what_depended_on_them_along(owner, form, database, studio):
    owner.post(f"/forms/{form.id}/fields/email/move", data={"up": "yes"})
    assert list(_fields(database, studio, form))[:2] == ["email", "name"]

    gone = owner.post(f"/forms/{form.id}/fields/kind/removal", headers=HTMX)
    assert gone.text.lstrip().startswith('<div id="editor"')
    fields = _fields(database, studio, form)
    assert "kind" not in fields
    assert fields["pages"].show_if == ()


def test_the_public_sees_a_change_when_it_is_published(owner, public, form):
    owner.post(f"/forms/{form.id}/heading", data={"title": "A new title", "intro": ""})
    assert "A new title" not in public.get("/f/enquiry").text

    owner.post(f"/forms/{form.id}/publication")
    assert "A new title" in public.get("/f/enquiry").text


def test_a_form_that_cannot_be_published_says_why(owner, form, database, studio):
    owner.post(f"/forms/{form.id}/fields/email/removal")
    owner.post(f"/forms/{form.id}/fields/phone/removal")

    assert "Nobody could be answered" in owner.get(f"/forms/{form.id}").text
    owner.post(f"/forms/{form.id}/publication")
    with database.read(studio.scope) as session:
        assert get_form(session, form.id).published_version == 1


def test_the_closing_time_is_in_the_studios_zone(owner, form, database, studio):
    owner.post(f"/forms/{form.id}/settings", data={"name": "F", "slug": "enquiry", "closes_at": "2026-12-31T23:59"})

    with database.read(studio.scope) as session:
        assert get_form(session, form.id).closes_at.isoformat() == "2026-12-31T22:59:00+00:00"
    assert 'value="2026-12-31T23:59"' in owner.get(f"/forms/{form.id}/settings").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"slug": "Not good"}, "small letters"),
        ({"response_limit": "many"}, "whole number"),
        ({"redirect_url": "javascript:alert(1)"}, "begins with https"),
        ({"closes_at": "soon"}, "not a date"),
    ],
)
def test_wrong_terms_change_nothing_and_stay_typed(owner, form, database, studio, typed, words):
    refused = owner.post(f"/forms/{form.id}/settings", data={"name": "Changed", "slug": "enquiry", **typed})

    assert refused.status_code == 422
    assert words in refused.text
    assert 'value="Changed"' in refused.text
    with database.read(studio.scope) as session:
        assert get_form(session, form.id).name == "Website enquiry"


def test_closing_and_putting_away_take_the_page_down(owner, public, form):
    owner.post(f"/forms/{form.id}/closure")
    assert public.get("/f/enquiry").status_code == 410

    owner.post(f"/forms/{form.id}/archival")
    assert public.get("/f/enquiry").status_code == 404
    assert form.id not in owner.get("/forms").text
    assert form.id in owner.get("/forms?status=archived").text


def test_an_answer_is_shown_under_the_labels_of_its_version(owner, form, database, studio):
    submission_id = _submit(database, studio, form)
    owner.post(f"/forms/{form.id}/fields/pages", data={"label": "Page count?"})
    owner.post(f"/forms/{form.id}/publication")

    shown = owner.get(f"/submissions/{submission_id}").text

    assert "How many pages?" in shown
    assert "Page count?" not in shown
    assert "€4,500.00" in shown
    assert "brief.pdf" in shown


def test_the_tray_holds_back_until_released(owner, form, database, studio):
    submission_id = _submit(database, studio, form, is_suspect=True)
    assert f"/submissions/{submission_id}" in owner.get(f"/forms/{form.id}/submissions?status=quarantined").text

    owner.post(f"/submissions/{submission_id}/release")

    with database.read(studio.scope) as session:
        assert session.get(Submission, submission_id).engagement_id is not None
    assert "Nothing is held back" in owner.get(f"/forms/{form.id}/submissions?status=quarantined").text


def test_spam_is_thrown_away(owner, form, database, studio):
    submission_id = _submit(database, studio, form, is_suspect=True)

    owner.post(f"/submissions/{submission_id}/removal")

    assert owner.get(f"/submissions/{submission_id}").status_code == 404


def test_nobody_edits_without_signing_in(public, client_browser, form):
    for browser in (public, client_browser):
        assert browser.get(f"/forms/{form.id}").status_code == 303
        assert browser.post(f"/forms/{form.id}/closure").status_code == 303
