"""What a member sees and does: list, editor, new from time, issue, record, void; and that all figures are the same."""

import re
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models import clock
from models.db import Database
from models.queries.invoices import get_invoice, list_lines
from models.tables.invoices import Invoice
from models.tables.payments import SavedMethod
from models.tables.time_entries import TimeEntry
from tests.builders.invoices import fixed_line, make_draft, make_invoice
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio


@pytest.fixture
def draft_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        return make_draft(session, studio).id


@pytest.fixture
def invoice_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        return make_invoice(session, studio).id


def editor(owner: TestClient, invoice_id: str) -> dict[str, list[str]]:
    """The fields of the editor, as a browser would post them."""
    page = owner.get(f"/invoices/{invoice_id}/edit").text
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page[page.index('id="editor"') : page.index('id="preview"')]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            values.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        values.setdefault(name, []).append(text)
    kinds = re.findall(r'<select name="line_kind"', page)
    values.setdefault("line_kind", []).extend("fixed" for _ in kinds)
    return values


def test_the_list_counts_and_filters(owner: TestClient, draft_id: str, invoice_id: str):
    page = owner.get("/invoices").text
    assert "INV-0001" in page
    assert "€1,190.00" in page
    assert "INV-0001" not in owner.get("/invoices?status=draft").text
    assert "INV-0001" in owner.get("/invoices?q=byron").text
    assert "No invoice fits" in owner.get("/invoices?status=overdue").text


def test_an_empty_list_says_what_to_do(owner: TestClient):
    assert "Write the first one" in owner.get("/invoices").text


def test_the_editor_saves_what_was_typed(owner: TestClient, database: Database, studio: Studio, draft_id: str):
    form = editor(owner, draft_id)
    form["line_what"][-1], form["line_price"][-1], form["line_quantity"][-1] = "Photos", "250.50", "2"
    answer = owner.post(f"/invoices/{draft_id}", data=form)
    assert answer.headers["location"] == f"/invoices/{draft_id}"
    with database.read(studio.scope) as session:
        invoice = get_invoice(session, draft_id)
        assert [line.description for line in list_lines(session, invoice)] == ["Design of the website", "Photos"]
        assert invoice.total_minor == 119000 + 59619


def test_the_preview_is_computed_and_nothing_is_saved(owner: TestClient, database: Database, studio: Studio, draft_id: str):
    form = editor(owner, draft_id)
    form["line_price"][0] = "2000"
    preview = owner.post(f"/invoices/{draft_id}/preview", data=form, headers={"HX-Request": "true"})
    assert "€2,380.00" in preview.text
    with database.read(studio.scope) as session:
        assert get_invoice(session, draft_id).total_minor == 119000


def test_a_slip_keeps_what_was_typed(owner: TestClient, draft_id: str):
    form = editor(owner, draft_id)
    form["line_price"][0], form["notes"][0] = "a lot", "Thank you"
    answer = owner.post(f"/invoices/{draft_id}", data=form)
    assert answer.status_code == 422
    assert "not an amount of money" in answer.text
    assert 'value="a lot"' in answer.text
    assert "Thank you" in answer.text


def test_a_line_is_taken_off_by_its_button(owner: TestClient, database: Database, studio: Studio, draft_id: str):
    assert owner.post(f"/invoices/{draft_id}", data={**editor(owner, draft_id), "remove": "0"}).status_code == 303
    with database.read(studio.scope) as session:
        assert list_lines(session, get_invoice(session, draft_id)) == []


def test_time_becomes_a_draft_and_comes_back(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task = make_task(session, studio, make_project(session, studio), title="Homepage")
        for _ in range(3):
            make_time_entry(session, studio, seconds=1200, task_id=task.id)
    page = owner.get("/invoices/new", params={"engagement_id": studio.engagement_id})
    assert "Homepage" in page.text
    assert "Draft of €119.00" in page.text
    assert "1:00 h unbilled" in page.text
    made = owner.post("/invoices", data={"engagement_id": studio.engagement_id, "group_by": "task", "what": "time"})
    invoice_id = made.headers["location"].split("/")[2]
    assert "1:00 h" in owner.get(f"/invoices/{invoice_id}").text
    assert "Nothing to bill here" in owner.get("/invoices/new", params={"engagement_id": studio.engagement_id}).text
    again = owner.post("/invoices", data={"engagement_id": studio.engagement_id, "group_by": "task", "what": "time"})
    assert again.status_code == 422

    owner.post(f"/invoices/{invoice_id}/deletion")
    with database.read(studio.scope) as session:
        assert session.exec(select(TimeEntry.id).where(col(TimeEntry.invoice_line_item_id).is_not(None))).all() == []


def test_issue_record_and_see(owner: TestClient, draft_id: str):
    owner.post(f"/invoices/{draft_id}/finalization")
    page = owner.get(f"/invoices/{draft_id}").text
    assert "Invoice INV-0001" in page
    assert owner.get(f"/invoices/{draft_id}/edit").status_code == 303

    part = {"amount": "€ 190.00", "method": "Bank transfer", "received_on": ""}
    assert owner.post(f"/invoices/{draft_id}/payments", data=part).status_code == 303
    page = owner.get(f"/invoices/{draft_id}").text
    assert 'data-status="partly_paid"' in page
    assert "€1,000.00" in page
    wrong = owner.post(f"/invoices/{draft_id}/payments", data={**part, "received_on": "2999-01-01"})
    assert wrong.status_code == 422
    assert "still ahead" in wrong.text


def test_voiding_says_so_and_credit_notes_correct(owner: TestClient, database: Database, studio: Studio, invoice_id: str):
    note = owner.post(f"/invoices/{invoice_id}/credit_notes", data={"amount": "119", "reason": "Less work"})
    assert "CN-0001" in owner.get(note.headers["location"]).text
    assert owner.post(f"/invoices/{invoice_id}/void").status_code == 409
    with database.write(studio.scope) as session:
        other = make_invoice(session, studio).id
    owner.post(f"/invoices/{other}/void")
    assert 'data-status="void"' in owner.get(f"/invoices/{other}").text


def test_payments_and_ledger_show_the_same_money(owner: TestClient, invoice_id: str):
    owner.post(f"/invoices/{invoice_id}/payments", data={"amount": "1190", "method": "Cash"})
    assert "€1,190.00" in owner.get("/payments").text
    ledger = owner.get("/payments/ledger").text
    assert "Payment received" in ledger
    assert "do not say what the ledger says" not in ledger


def test_page_pdf_and_api_agree_to_the_cent(owner: TestClient, program: TestClient, database: Database, studio: Studio):
    lines = [fixed_line(3333), fixed_line(3333), fixed_line(3333, tax_rates_mpct=(5000, 9975)), fixed_line(-1, tax_rates_mpct=())]
    with database.write(studio.scope) as session:
        invoice_id = make_invoice(session, studio, *lines).id
    minor = program.get(f"/api/v1/invoices/{invoice_id}").json()["total_minor"]
    words = f"€{minor / 100:,.2f}"
    pdf = owner.get(f"/invoices/{invoice_id}/pdf")
    assert pdf.content[:5] == b"%PDF-"
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(pdf.content)))
    assert words in text
    assert words in owner.get(f"/invoices/{invoice_id}").text
    assert owner.get(f"/invoices/{invoice_id}/pdf").content == pdf.content


def test_a_stranger_sees_nothing(public: TestClient, invoice_id: str):
    for path in ("/invoices", f"/invoices/{invoice_id}", "/payments", "/payments/ledger"):
        assert public.get(path).status_code == 303


def test_the_client_has_their_own_list(client_browser: TestClient, draft_id: str, invoice_id: str):
    assert "INV-0001" in client_browser.get("/portal/invoices").text
    assert "€1,190.00" in client_browser.get(f"/portal/invoices/{invoice_id}").text
    assert client_browser.get(f"/portal/invoices/{draft_id}").status_code == 404


def test_drafts_are_never_in_the_books(database: Database, studio: Studio, draft_id: str):
    with database.read(studio.scope) as session:
        assert session.exec(select(Invoice.number).where(Invoice.id == draft_id)).one() is None


def test_reminders_may_change_after_issue(owner: TestClient, database: Database, studio: Studio, invoice_id: str):
    owner.post(f"/invoices/{invoice_id}/reminder_days", data={"days": "10, 2"})
    with database.read(studio.scope) as session:
        assert get_invoice(session, invoice_id).reminder_days == [2, 10]
    assert owner.post(f"/invoices/{invoice_id}/reminder_days", data={"days": "soon"}).status_code == 422


def test_a_client_takes_a_saved_card_back(client_browser: TestClient, database: Database, studio: Studio):
    kept: dict[str, Any] = {
        "contact_id": studio.contact_id,
        "provider": "stripe",
        "customer_ref": "cus_1",
        "consented_at": clock.now(),
    }
    with database.write(studio.scope) as session:
        session.add(SavedMethod(id="sm_1", method_ref="pm_1", label="Visa •••• 4242", **kept))
    assert "Visa •••• 4242" in client_browser.get("/portal/invoices").text
    client_browser.post("/portal/saved_methods/sm_1/removal")
    assert "Visa •••• 4242" not in client_browser.get("/portal/invoices").text
    assert client_browser.post("/portal/saved_methods/sm_1/removal").status_code == 404
