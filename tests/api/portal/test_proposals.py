"""A proposal through its client's link: reading changes nothing, deciding happens once."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import SQLModel, func, select

from api.gateways.seal import verify_pdf
from api.gateways.storage import LocalFolder
from models import clock
from models.db import Database
from models.settings import Settings
from models.tables.contracts import Signature
from models.tables.emails import Email
from models.tables.files import File
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests.builders.workspaces import Studio

ROOT = "/api/v1/proposals"


@pytest.fixture
def sent(program: TestClient, studio: Studio) -> dict[str, Any]:
    template = {"name": "Design contract", "body": "## Between us\n\n{{ workspace.name }} and {{ contact.name }} agree."}
    body = {
        "engagement_id": studio.engagement_id,
        "title": "A new website",
        "blocks": [{"kind": "text", "markdown": "We build it in **six weeks**."}, {"kind": "prices"}],
        "line_items": [
            {"description": "Design\nThree rounds", "unit_price_minor": 320000},
            {"description": "Photography", "unit_price_minor": 80000, "is_optional": True, "is_selected": False},
            {"description": "Care plan", "kind": "recurring", "unit_price_minor": 30000},
        ],
        "deposit_bps": 3000,
        "expires_at": "2099-01-31T12:00:00+01:00",
        "contract_template_id": program.post("/api/v1/contract_templates", json=template).json()["id"],
    }
    draft = program.post(ROOT, json=body).json()
    sent: dict[str, Any] = program.post(f"{ROOT}/{draft['id']}/sending", json={}).json()
    return sent


@pytest.fixture
def path(program: TestClient, sent: dict[str, Any]) -> str:
    return program.post(f"{ROOT}/{sent['id']}/link", json={}).json()["url"].removeprefix("http://testserver")


def form_of(page: str, **values: Any) -> dict[str, Any]:
    """What the signing form of a page would post."""
    hidden = dict(re.findall(r'name="(content_sha256|contract_sha256)" value="([0-9a-f]*)"', page))
    return {**hidden, "consent": "yes", "signer_name": "Ada Byron", "signature_kind": "typed", **values}


def optional_of(sent: dict[str, Any]) -> str:
    return next(line["id"] for line in sent["line_items"] if line["is_optional"])


def counts(database: Database, studio: Studio) -> dict[str, int]:
    with database.read(studio.scope) as session:
        tables = SQLModel.metadata.tables.values()
        connection = session.connection()
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def test_looking_changes_not_one_row(public: TestClient, path: str, database: Database, studio: Studio):
    before = counts(database, studio)
    for address in (path, f"{path}?chosen=1", f"{path}/offer", f"{path}/messages"):
        assert public.get(address, headers={"Sec-Purpose": "prefetch"}).status_code == 200
        public.head(address)
    assert public.get(f"{path}/signed.pdf").status_code == 404
    assert counts(database, studio) == before


def test_a_view_is_said_by_the_script_and_a_member_does_not_count(
    public: TestClient, owner: TestClient, path: str, sent, program
):
    owner.post(f"{path}/views")
    assert program.get(f"{ROOT}/{sent['id']}/views").json() == []
    public.post(f"{path}/views")
    public.post(f"{path}/views")
    assert len(program.get(f"{ROOT}/{sent['id']}/views").json()) == 1
    assert program.get(f"{ROOT}/{sent['id']}").json()["first_viewed_at"]


def test_one_act_signs_both_and_every_repeat_is_the_same_answer(public: TestClient, path: str, sent, program, database, studio):
    page = public.get(path).text
    assert page.index("sign electronically and to receive") < page.index("Your full name")
    form = form_of(page)
    answers = [public.post(f"{path}/acceptance", data=form) for _ in range(2)]
    after = program.get(f"{ROOT}/{sent['id']}").json()
    contract = program.get(f"/api/v1/contracts/{sent['contract_id']}").json()
    engagement = program.get(f"/api/v1/engagements/{studio.engagement_id}").json()

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, f"{path}#signed")] * 2
    assert (after["status"], contract["status"]) == ("accepted", "completed")
    assert (engagement["status"], engagement["value_minor"]) == ("contracted", 416500)
    assert "Signed" in public.get(path).text
    with database.read(studio.scope) as session:
        signature = session.exec(select(Signature)).one()
    assert (signature.proposal_sha256, signature.contract_sha256) == (sent["content_sha256"], contract["content_sha256"])
    kinds = [one["kind"] for one in program.get(f"{ROOT}/{sent['id']}/evidence").json()["entries"]]
    assert kinds == ["sent", "viewed", "consented", "signed"]


def test_the_chosen_options_are_signed_as_they_were_shown(
    public: TestClient, path: str, sent, program, database, studio, settings
):
    option = optional_of(sent)
    shown = public.get(f"{path}/offer", params={"option": option}, headers={"HX-Request": "true"}).text
    assert "€5,117.00" in shown
    plain = public.post(f"{path}/options", data={"option": option})
    page = public.get(plain.headers["location"]).text
    assert form_of(page) == form_of(shown)

    public.post(f"{path}/acceptance", data=form_of(page, option=option))

    after = program.get(f"{ROOT}/{sent['id']}").json()
    assert (after["status"], after["total_minor"], after["deposit_minor"]) == ("accepted", 511700, 142800)
    with database.read(studio.scope) as session:
        signature = session.exec(select(Signature)).one()
        file = session.exec(select(File).where(File.sha256 == signature.proposal_sha256)).one()
    with LocalFolder(settings.files_dir).open(file.storage_key) as blob:
        stored = blob.read().decode()
    assert stored in public.get(path).text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"consent": ""}, 422),
        ({"signer_name": " "}, 422),
        ({"signature_kind": "drawn"}, 422),
        ({"signature_kind": "drawn", "drawing": "data:text/html;base64,iVBORw0KGgo"}, 422),
        ({"content_sha256": "0" * 64}, 409),
        ({"contract_sha256": ""}, 409),
        ({"option": "pli_of_somebody_else"}, 422),
        ({"total_minor": "1"}, 303),
    ],
)
def test_what_is_not_what_was_shown_is_refused(public: TestClient, path: str, sent, program, change: dict[str, str], status: int):
    answer = public.post(f"{path}/acceptance", data=form_of(public.get(path).text, **change))

    after = program.get(f"{ROOT}/{sent['id']}").json()
    assert answer.status_code == status, answer.text
    assert (after["status"], after["total_minor"]) == ("accepted" if status == 303 else "sent", 416500)


def test_ticking_without_updating_is_not_signed_by_accident(public: TestClient, path: str, sent):
    answer = public.post(f"{path}/acceptance", data=form_of(public.get(path).text, option=optional_of(sent)))
    assert answer.status_code == 409
    assert "€5,117.00" in answer.text
    assert 'value="Ada Byron"' in answer.text


def test_sealing_happens_once_and_one_flipped_byte_shows(
    public: TestClient, worker: TestClient, path: str, sent, database: Database, studio: Studio, settings: Settings
):
    seals = f"{ROOT}/{sent['id']}/seals"
    assert worker.post(seals, json={}).status_code == 409
    public.post(f"{path}/acceptance", data=form_of(public.get(path).text))
    assert [worker.post(seals, json={"index": 0}).status_code for _ in range(2)] == [204, 204]

    pdf = public.get(f"{path}/signed.pdf").content
    with database.read(Scope(None)) as session:
        workspace = session.get(Workspace, studio.workspace_id)
        sealed = session.exec(select(File).where(File.media_type == "application/pdf")).all()
    assert workspace.seal_key_pem
    assert "PRIVATE" not in workspace.seal_key_pem
    assert len(sealed) == 1
    assert sealed[0].is_shared
    assert verify_pdf(pdf, workspace.seal_certificate_pem).is_genuine
    middle = len(pdf) // 2
    flipped = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    assert not verify_pdf(flipped, workspace.seal_certificate_pem).is_genuine
    checks = [public.post("/verify", files={"file": ("it.pdf", content)}).text for content in (pdf, flipped)]
    assert ["Genuine: it.pdf" in said for said in checks] == [True, False]
    mails = worker.get("/api/v1/emails").json()["items"]
    assert sorted(mail["to_address"] for mail in mails if "igned" in mail["subject"]) == [
        "ada@byron-mills.example",
        "mara@atelier-nord.example",
    ]


def test_the_totals_on_the_page_in_the_pdf_and_in_the_mail_are_the_same(
    public: TestClient, worker: TestClient, path: str, sent, database: Database, studio: Studio
):
    worker.post(f"{ROOT}/{sent['id']}/deliveries", json={})
    page = public.get(path).text
    public.post(f"{path}/acceptance", data=form_of(page))
    worker.post(f"{ROOT}/{sent['id']}/seals", json={})
    pdf = PdfReader(BytesIO(public.get(f"{path}/signed.pdf").content))
    printed = " ".join(sheet.extract_text() for sheet in pdf.pages)
    with database.read(studio.scope) as session:
        mail = session.exec(select(Email).where(Email.key == f"proposal:{sent['id']}:delivery")).one()

    for amount in ("€4,165.00", "€1,142.40"):
        assert all(amount in words for words in (page, printed, mail.text)), amount
    assert sent["total_minor"] == 416500


@pytest.mark.parametrize("status", ["withdrawal", "revision", "refusal"])
def test_what_is_over_says_so_and_cannot_be_signed(public: TestClient, program: TestClient, path: str, sent, status: str):
    form = form_of(public.get(path).text)
    if status == "refusal":
        public.post(f"{path}/refusal", data={"reason": "Too early for us"})
    else:
        program.post(f"{ROOT}/{sent['id']}/{status}", json={})

    answer = public.post(f"{path}/acceptance", data=form)

    words = {"withdrawal": "This proposal was withdrawn", "revision": "There is a newer version", "refusal": "You declined"}
    assert answer.status_code == 303
    assert words[status] in public.get(path).text
    assert 'action="' + path + '/acceptance"' not in public.get(path).text
    assert program.get(f"{ROOT}/{sent['id']}").json()["status"] != "accepted"


def test_the_old_link_leads_to_the_new_version_once_that_is_sent(public: TestClient, program: TestClient, path: str, sent):
    new = program.post(f"{ROOT}/{sent['id']}/revision", json={}).json()
    assert (new["number"], new["root_id"], new["total_minor"]) == (2, sent["id"], 416500)
    assert "is being prepared" in public.get(path).text

    program.post(f"{ROOT}/{new['id']}/sending", json={})

    newest = re.search(r'href="http://testserver(/p/[^"]+)"', public.get(path).text).group(1)
    assert newest != path
    assert "version 2" in public.get(newest).text


def test_an_expired_offer_can_only_be_asked_for(public: TestClient, program: TestClient, worker: TestClient, path: str, sent):
    form = form_of(public.get(path).text)
    clock.move(timedelta(days=365 * 80))
    assert "expired on" in public.get(path).text
    public.post(f"{path}/acceptance", data=form)
    for _ in range(2):
        public.post(f"{path}/renewal")
    worker.post(f"{ROOT}/{sent['id']}/expiry", json={})

    assert program.get(f"{ROOT}/{sent['id']}").json()["status"] == "expired"
    talks = program.get("/api/v1/conversations").json()["items"]
    assert [talk["is_waiting_on_us"] for talk in talks] == [True]


def test_only_its_own_link_opens_it(public: TestClient, program: TestClient, path: str, sent, studio: Studio):
    other = program.post("/api/v1/contacts", json={"name": "Grace Okafor", "email": "grace@okafor.example"}).json()
    body = {"contact_id": other["id"], "role": "viewer"}
    reading = program.post(f"{ROOT}/{sent['id']}/link", json=body).json()["url"].removeprefix("http://testserver")
    form = form_of(public.get(path).text)

    assert "Only the person it was prepared for" in public.get(reading).text
    assert public.post(f"{reading}/acceptance", data=form).status_code == 403
    assert public.post(f"{reading}/refusal").status_code == 403
    assert public.get(path.replace("/p/", "/c/")).status_code == 404
    assert public.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    program.delete(f"{ROOT}/{sent['id']}/link")
    assert [public.get(address).status_code for address in (path, reading)] == [404, 404]
    assert public.post(f"{path}/acceptance", data=form).status_code == 404


def test_a_question_reaches_the_inbox_and_stands_on_the_page(public: TestClient, program: TestClient, path: str, studio: Studio):
    for _ in range(2):
        public.post(f"{path}/messages", data={"body": "Could we start in January?", "key": "one"})
    public.post(f"{path}/messages", data={"body": " ", "key": "two"})

    assert public.get(path).text.count("Could we start in January?") == 1
    talks = program.get("/api/v1/conversations").json()["items"]
    assert [(talk["contact_id"], talk["is_waiting_on_us"]) for talk in talks] == [(studio.contact_id, True)]


def test_no_mail_about_a_decided_proposal_leaves_even_if_queued(
    public: TestClient, worker: TestClient, path: str, sent, database, studio
):
    worker.post(f"{ROOT}/{sent['id']}/deliveries", json={})
    worker.post(f"{ROOT}/{sent['id']}/reminders", json={"index": 1})
    public.post(f"{path}/acceptance", data=form_of(public.get(path).text))
    worker.post(f"{ROOT}/{sent['id']}/reminders", json={"index": 2})

    with database.read(studio.scope) as session:
        mails = session.exec(select(Email).order_by(Email.id)).all()
    assert [(mail.key.split(":", 2)[2], mail.status) for mail in mails] == [("delivery", "canceled"), ("reminder:1", "canceled")]
    assert worker.get(f"{ROOT}/{sent['id']}/schedule").json()["is_over"]


def test_bytes_that_were_altered_in_storage_are_neither_shown_nor_signed(public: TestClient, path: str, sent, settings: Settings):
    form = form_of(public.get(path).text)
    blob = next(one for one in settings.files_dir.rglob(sent["content_sha256"]) if one.is_file())
    blob.chmod(0o640)
    blob.write_bytes(blob.read_bytes().replace(b"3,200.00", b"2,300.00"))

    assert public.get(path).status_code == 409
    assert public.post(f"{path}/acceptance", data=form).status_code in (303, 409)
    assert "2,300.00" not in public.get(path).text


def test_the_portal_lists_what_waits_and_what_was_signed(public: TestClient, client_browser: TestClient, path: str, worker, sent):
    assert "Waiting for you" in client_browser.get("/portal/documents").text
    public.post(f"{path}/acceptance", data=form_of(public.get(path).text))
    worker.post(f"{ROOT}/{sent['id']}/seals", json={})
    page = client_browser.get("/portal/documents").text
    assert "Waiting for you" not in page
    pdf = re.search(r'href="(/portal/files/[^"]+)"', page).group(1)
    assert client_browser.get(pdf).content.startswith(b"%PDF")
