"""One answer: one submission, one person, one engagement."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from models import clock
from models.commands.forms import change_form, close_form, publish_form
from models.commands.submissions import Posted, discard_submission, release_submission, submit_form
from models.queries.forms import get_form, get_version
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.conversations import Notification
from models.tables.engagements import Engagement
from models.tables.events import Delivery, Event
from models.tables.files import File
from models.tables.forms import Submission
from models.types.errors import Invalid, Refused
from models.types.forms import Upload
from tests import cast
from tests.builders.forms import ANSWERS, make_form

PDF = Upload("brief.pdf", "application/pdf", 10, "ab" * 32, "ws/ab/" + "ab" * 32)


def _submit(session, form, answers=None, *, token="t1", **posted):  # noqa: S107 - a made-up token
    version = get_version(session, form.id, form.published_version)
    return submit_form(session, form, version, {**ANSWERS, **(answers or {})}, Posted(token, **posted), now=clock.now())


def _facts(session):
    return [event.type for event in session.exec(select(Event).order_by(col(Event.id)))]


def test_an_answer_makes_a_person_a_company_and_one_engagement(session, studio):
    submission = _submit(session, make_form(session, owner_id=studio.member_id))

    contact = session.get(Contact, submission.contact_id)
    engagement = session.get(Engagement, submission.engagement_id)
    assert (contact.name, contact.email_norm, contact.phone_norm) == ("Grace Okafor", "grace@okafor.example", "+49301234567")
    assert session.get(Company, contact.company_id).name == "Okafor & Daughters"
    assert (engagement.submission_id, engagement.contact_id, engagement.owner_id) == (submission.id, contact.id, studio.member_id)
    assert (engagement.status, engagement.value_minor, engagement.currency) == ("lead", 450000, "EUR")
    assert submission.answers["pages"] == "12"
    assert submission.answers["utm_source"] == "newsletter"


def test_the_facts_are_recorded_and_the_engagement_is_started(session):
    submission = _submit(session, make_form(session))

    assert _facts(session)[-4:] == ["company.added", "contact.added", "engagement.opened", "submission.accepted"]
    accepted = session.exec(select(Event).where(Event.type == "submission.accepted")).one()
    assert (accepted.engagement_id, accepted.contact_id) == (submission.engagement_id, submission.contact_id)
    started = session.exec(select(Delivery).where(Delivery.target == f"engagement/{submission.engagement_id}")).all()
    assert [delivery.kind for delivery in started] == ["start"]


def test_the_owner_of_the_form_is_told(session, studio):
    submission = _submit(session, make_form(session, owner_id=studio.member_id))

    told = session.exec(select(Notification)).one()
    assert (told.member_id, told.href) == (studio.member_id, f"/engagements/{submission.engagement_id}")


def test_consent_is_kept_with_its_words_and_time(session):
    submission = _submit(session, make_form(session))

    assert submission.consent["consent"]["text"] == "You may store my details."
    assert submission.consent["consent"]["at"] == submission.created_at.isoformat()


def test_the_same_token_is_the_same_submission(session):
    form = make_form(session)

    assert _submit(session, form).id == _submit(session, form, {"name": "Somebody else"}).id
    assert len(session.exec(select(Submission)).all()) == 1


def test_fifty_equal_posts_at_once_are_one_submission(database, studio):
    with database.write(studio.scope) as session:
        form_id = make_form(session).id
    start = Barrier(10)

    def post(number):
        if number < 10:
            start.wait()
        with database.write(studio.scope) as session:
            return _submit(session, get_form(session, form_id)).id

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(post, range(50)))

    with database.read(studio.scope) as session:
        assert len(ids) == 1
        assert len(session.exec(select(Submission)).all()) == 1
        assert len(session.exec(select(Contact).where(Contact.email_norm == "grace@okafor.example")).all()) == 1
        assert len(session.exec(select(Engagement).where(Engagement.submission_id == ids.pop())).all()) == 1
        assert _facts(session).count("submission.accepted") == 1


def test_two_people_with_one_address_at_once_are_one_contact(database, studio):
    with database.write(studio.scope) as session:
        form_id = make_form(session).id

    def post(number):
        with database.write(studio.scope) as session:
            spelled = "Grace@Okafor.example" if number % 2 else " grace@okafor.EXAMPLE "
            return _submit(session, get_form(session, form_id), {"email": spelled}, token=f"t{number}").contact_id

    with ThreadPoolExecutor(8) as pool:
        contacts = set(pool.map(post, range(20)))

    assert len(contacts) == 1


def test_the_limit_holds_when_many_answer_at_once(database, studio):
    with database.write(studio.scope) as session:
        form_id = make_form(session, response_limit=10).id

    def post(number):
        try:
            with database.write(studio.scope) as session:
                _submit(session, get_form(session, form_id), token=f"t{number}")
        except Refused:
            return 0
        return 1

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(post, range(40))) == 10


def test_a_past_client_keeps_their_profile_and_gets_a_second_engagement(session, studio):
    name, email, _ = cast.ADA
    submission = _submit(session, make_form(session), {"name": "A. Byron", "email": email.upper(), "phone": "+49 30 7654321"})

    contact = session.get(Contact, studio.contact_id)
    assert submission.contact_id == studio.contact_id
    assert submission.engagement_id != studio.engagement_id
    assert contact.name == name
    assert contact.phone == "+49 30 7654321"
    assert contact.provenance["phone"]["source"] == f"submission:{submission.id}"
    assert "name" not in contact.provenance
    assert "contact.added" not in _facts(session)


def test_a_person_is_found_by_phone_when_one_side_has_no_address(session, studio):
    contact = session.get(Contact, studio.contact_id)
    contact.email, contact.email_norm, contact.phone, contact.phone_norm = None, None, "030 1234567", "+49301234567"

    assert _submit(session, make_form(session)).contact_id == studio.contact_id
    assert contact.email_norm == "grace@okafor.example"


def test_two_people_who_share_a_phone_stay_two(session, studio):
    session.get(Contact, studio.contact_id).phone_norm = "+49301234567"

    assert _submit(session, make_form(session)).contact_id != studio.contact_id


def test_a_client_who_was_put_away_is_brought_back(session, studio):
    session.get(Contact, studio.contact_id).archived_at = clock.now()

    _submit(session, make_form(session), {"email": cast.ADA[1]})

    assert session.get(Contact, studio.contact_id).archived_at is None


def test_a_hidden_branch_is_not_stored(session):
    submission = _submit(session, make_form(session), {"kind": "Brand film", "pages": "12"})

    assert "pages" not in submission.answers


def test_a_wrong_answer_leaves_nothing_behind(session):
    form = make_form(session)

    with pytest.raises(Invalid) as refused:
        _submit(session, form, {"email": "grace"})

    assert refused.value.field == "email"
    assert session.exec(select(Submission)).all() == []


def test_an_old_answer_keeps_the_labels_it_was_given_under(session):
    form = make_form(session)
    submission = _submit(session, form)

    change_form(session, form, {"fields": [{**one, "label": "New"} for one in form.fields]})
    publish_form(session, form, now=clock.now())

    assert submission.form_version == 1
    assert get_version(session, form.id, 1).fields[0]["label"] == "Your name"


def test_files_belong_to_the_answer_and_are_private(session):
    submission = _submit(session, make_form(session), {"brief": [PDF]})

    file = session.exec(select(File)).one()
    assert (file.subject_id, file.engagement_id, file.is_shared) == (submission.id, submission.engagement_id, False)
    assert submission.answers["brief"] == [{"id": file.id, "filename": "brief.pdf", "size": 10}]


@pytest.mark.parametrize("how", ["closed", "past its time", "full"])
def test_a_form_that_is_over_takes_no_answer(session, how):
    form = make_form(session)
    if how == "closed":
        close_form(session, form)
    elif how == "past its time":
        form.closes_at = clock.now() - timedelta(seconds=1)
    else:
        form.response_limit = 1
        _submit(session, form, token="first")

    with pytest.raises(Refused):
        _submit(session, form, token="late")


def test_a_suspect_answer_starts_nothing(session):
    submission = _submit(session, make_form(session), is_suspect=True)

    assert (submission.status, submission.engagement_id, submission.contact_id) == ("quarantined", None, None)
    assert _facts(session)[-1] == "submission.quarantined"
    assert "submission.accepted" not in _facts(session)


def test_a_released_answer_does_what_it_would_have_done(session):
    submission = _submit(session, make_form(session), {"brief": [PDF]}, is_suspect=True)

    release_submission(session, submission, now=clock.now())
    release_submission(session, submission, now=clock.now())

    assert submission.status == "accepted"
    assert session.get(Engagement, submission.engagement_id).submission_id == submission.id
    assert session.exec(select(File)).one().engagement_id == submission.engagement_id
    assert _facts(session).count("submission.accepted") == 1


def test_a_discarded_answer_takes_its_files_along(session):
    submission = _submit(session, make_form(session), {"brief": [PDF]}, is_suspect=True)

    blobs = discard_submission(session, submission)
    session.flush()

    assert blobs == [PDF.storage_key]
    assert session.exec(select(File)).all() == []
    assert session.exec(select(Submission)).all() == []


def test_an_accepted_answer_is_not_thrown_away(session):
    submission = _submit(session, make_form(session))

    with pytest.raises(Refused):
        discard_submission(session, submission)
