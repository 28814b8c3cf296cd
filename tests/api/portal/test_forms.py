"""The public page of a form, as a browser and a stranger meet it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from models import clock
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.forms import Form, Submission
from models.types.forms import FieldKind, FormField
from tests.builders.forms import ANSWERS, make_form

PDF = ("brief.pdf", b"%PDF-1.7 hello", "application/pdf")


@pytest.fixture
def form(database, studio):
    with database.write(studio.scope) as session:
        return make_form(session)


def _token(public, path="/f/enquiry"):
    return re.findall(r'name="_token" value="([^"]+)"', public.get(path).text)[0]


def _post(public, *, token=None, files=None, path="/f/enquiry", **answers):
    values = {**ANSWERS, "_token": token or _slowly(public), **answers}
    return public.post(path, data={key: value for key, value in values.items() if value is not None}, files=files)


def _slowly(public):
    token = _token(public)
    clock.move(timedelta(seconds=5))
    return token


def _submissions(database, studio):
    with database.read(studio.scope) as session:
        return session.exec(select(Submission)).all()


def test_the_page_shows_the_form_in_the_studios_brand_and_works_without_scripts(public, form):
    shown = public.get("/f/enquiry").text

    assert "Atelier Nord" in shown
    assert '<form method="post" action="/f/enquiry" enctype="multipart/form-data"' in shown
    assert "Only if “What is it about?” is “Website”:" in unescape(shown)
    assert "Throughline" not in shown


def test_an_answer_goes_on_to_the_thank_you_page(public, form, database, studio):
    sent = _post(public)

    assert (sent.status_code, sent.headers["location"]) == (303, "/f/enquiry/thanks")
    assert "Thank you!" in public.get("/f/enquiry/thanks").text
    assert [one.status for one in _submissions(database, studio)] == ["accepted"]


def test_an_answer_goes_on_to_the_studios_own_page(public, form, database, studio):
    with database.write(studio.scope) as session:
        session.get(Form, form.id).redirect_url = "https://atelier-nord.example/thanks"

    shown = public.get(_post(public).headers["location"]).text

    assert 'http-equiv="refresh" content="0; url=https://atelier-nord.example/thanks"' in shown


def test_a_wrong_answer_keeps_what_was_typed_and_names_the_field(public, form, database, studio):
    refused = _post(public, email="grace", name="Grace & Co")

    assert refused.status_code == 422
    assert 'value="Grace &amp; Co"' in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert "This does not look like a mail address" in refused.text
    assert _submissions(database, studio) == []


def test_a_hidden_branch_sent_anyway_is_not_stored(public, form, database, studio):
    _post(public, kind="Brand film", pages="12")

    assert "pages" not in _submissions(database, studio)[0].answers


def test_equal_posts_at_once_are_one_submission(public, form, database, studio):
    token = _slowly(public)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: _post(public, token=token), range(100)))

    assert {answer.status_code for answer in answers} == {303}
    assert len(_submissions(database, studio)) == 1
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Engagement).where(Engagement.id != studio.engagement_id)).all()) == 1


def test_the_back_button_does_not_send_twice(public, form, database, studio):
    token = _slowly(public)

    first, second = _post(public, token=token), _post(public, token=token, name="")

    assert first.headers["location"] == second.headers["location"]
    assert len(_submissions(database, studio)) == 1


def test_two_renderings_are_two_submissions(public, form, database, studio):
    _post(public)
    _post(public)

    assert len(_submissions(database, studio)) == 2


def test_looking_changes_nothing(public, form, database, studio):
    public.get("/f/enquiry")
    public.get("/f/enquiry/embed")
    public.get("/f/enquiry/thanks")

    assert _submissions(database, studio) == []


@pytest.mark.parametrize("bait", ["honeypot", "haste"])
def test_a_machines_answer_is_held_back_and_not_told_so(public, form, database, studio, bait):
    token = _token(public) if bait == "haste" else None
    sent = _post(public, token=token, _website="https://spam.example" if bait == "honeypot" else "")

    assert sent.headers["location"] == "/f/enquiry/thanks"
    assert [(one.status, one.engagement_id) for one in _submissions(database, studio)] == [("quarantined", None)]


def test_a_flood_is_slowed_and_nothing_typed_is_lost(public, form, settings, database, studio):
    settings.form_posts_per_minute = 2
    token = _slowly(public)
    for at in range(2):
        _post(public, token=f"t{at}")

    refused = _post(public, token=token)

    assert refused.status_code == 429
    assert "Grace Okafor" in refused.text
    assert len(_submissions(database, studio)) == 2


def test_files_are_kept_private(public, form, database, studio, owner, client_browser):
    _post(public, files={"brief": PDF})

    with database.read(studio.scope) as session:
        file = session.exec(select(File)).one()
    assert (file.filename, file.media_type, file.size, file.is_shared) == ("brief.pdf", "application/pdf", 14, False)
    assert public.get(f"/files/{file.id}").status_code == 303
    assert client_browser.get(f"/portal/files/{file.id}").status_code == 404
    got = owner.get(f"/files/{file.id}")
    assert got.content == PDF[1]
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_what_its_bytes_say(public, form, database, studio):
    _post(public, files={"brief": ("../../etc/page.png", b"<html><script>alert(1)</script>", "image/png")})

    with database.read(studio.scope) as session:
        file = session.exec(select(File)).one()
    assert (file.filename, file.media_type) == ("page.png", "text/html")


def test_a_program_is_refused_as_a_file(public, form):
    refused = _post(public, files={"brief": ("setup.exe", b"MZ", "application/octet-stream")})

    assert refused.status_code == 422
    assert "is a program" in refused.text


def test_a_file_that_is_too_large_is_refused_at_its_field(public, form, monkeypatch):
    monkeypatch.setattr("api.files.MAX_FILE_BYTES", 10)

    assert "is larger than" in _post(public, files={"brief": PDF}).text


def test_a_body_that_is_too_large_is_cut_off(public, form, monkeypatch):
    monkeypatch.setattr("api.files.MAX_BODY_BYTES", 1000)

    assert _post(public, files={"brief": ("big.txt", b"x" * 5000, "text/plain")}).status_code == 413


def test_a_program_of_the_studio_sends_json(public, form, database, studio):
    first = public.post("/f/enquiry", json={"answers": ANSWERS, "token": "order-1"})
    again = public.post("/f/enquiry", json={"answers": ANSWERS, "token": "order-1"})

    assert (first.status_code, first.json()["status"]) == (201, "received")
    assert again.json() == first.json()
    assert len(_submissions(database, studio)) == 1


def test_json_cannot_pretend_to_be_a_file(public, form, database, studio):
    fake = {
        "filename": "x",
        "storage_key": f"{studio.workspace_id}/ab/{'ab' * 32}",
        "media_type": "a/b",
        "size": 1,
        "sha256": "x",
    }
    refused = public.post("/f/enquiry", json={"answers": {**ANSWERS, "brief": [fake]}})

    assert refused.status_code == 422
    assert refused.json()["problems"][0]["field"] == "brief"
    assert public.post("/f/enquiry", content=b"x", headers={"content-type": "text/xml"}).status_code == 415


def test_a_closed_form_says_so(public, form, database, studio):
    token = _slowly(public)
    with database.write(studio.scope) as session:
        session.get(Form, form.id).closes_at = clock.now()

    assert public.get("/f/enquiry").status_code == 410
    late = _post(public, token=token)
    assert (late.status_code, "closed" in late.text) == (409, True)


def test_an_unknown_or_unpublished_form_is_not_found(public, studio):
    assert public.get("/f/nothing").status_code == 404
    assert public.post("/f/nothing", data={"a": "b"}).status_code == 404


def test_the_embedded_form_has_no_frame_of_its_own_and_stays_embedded(public, form):
    shown = public.get("/f/enquiry/embed").text

    assert "<header" not in shown
    assert 'action="/f/enquiry/embed"' in shown
    assert _post(public, path="/f/enquiry/embed").headers["location"] == "/f/enquiry/thanks/embed"


def test_only_the_embedded_form_may_be_framed_whatever_it_answers(public, form):
    def frames(answer):
        return answer.headers["content-security-policy"].partition("frame-ancestors ")[2]

    refused = _post(public, path="/f/enquiry/embed", email="grace")

    assert refused.status_code == 422
    assert {frames(one) for one in (public.get("/f/enquiry/embed"), public.get("/f/enquiry/thanks/embed"), refused)} == {"*"}
    assert {frames(one) for one in (public.get("/f/enquiry"), public.get("/f/enquiry/thanks"))} == {"'none'"}


def test_the_address_fills_in_what_it_names(public, form):
    shown = public.get("/f/enquiry?utm_source=news&name=Ada").text

    assert '<input type="hidden" name="utm_source" value="news">' in shown
    assert 'value="Ada"' in shown


def test_a_link_cannot_agree_for_a_person(public, form):
    shown = public.get("/f/enquiry?consent=on&brief=x&pages=3").text

    assert 'value="3"' in shown
    assert "checked" not in shown.replace("has-checked", "")


def test_every_kind_of_field_is_drawn_with_a_label(public, database, studio):
    kinds = [kind for kind in FieldKind if kind not in (FieldKind.HIDDEN, FieldKind.EMAIL)]
    fields = (
        *(FormField(f"a_{kind}", kind, f"Ask {kind}", hint="A hint", options=("One", "Two")) for kind in kinds),
        FormField("email", FieldKind.EMAIL, "Ask email", role="contact.email"),
    )
    with database.write(studio.scope) as session:
        make_form(session, fields=fields, slug="all")

    shown = public.get("/f/all?" + "&".join(f"a_{kind}=x" for kind in FieldKind)).text

    for kind in FieldKind:
        assert kind == FieldKind.HIDDEN or f"Ask {kind}" in shown
