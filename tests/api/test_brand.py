"""What a client receives bears the studio's name: the sender of a mail, and the letterhead of an invoice."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pypdf
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.settings import Settings
from models.tables.emails import Email
from tests import cast
from tests.builders.invoices import make_invoice
from tests.builders.workspaces import Studio
from tests.standins.mail_sink import MailSink, running_mail_sink

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
BRAND = {"name": "Atelier Nord", "brand_color": "#00aa77", "sender_name": "Mara at Nord", "sender_address": "hi@nord.example"}


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[MailSink]:
    with running_mail_sink(tmp_path) as running:
        settings.smtp_host, settings.smtp_port = "127.0.0.1", running.smtp_port
        yield running


@pytest.fixture
def invoice_id(owner: TestClient, database: Database, studio: Studio) -> str:
    """An invoice of a studio that has just set its brand."""
    owner.post("/settings/brand", data=BRAND, files={"logo": ("logo.png", PIXEL, "image/png")})
    with database.write(studio.scope) as session:
        return make_invoice(session, studio).id


def test_an_invoice_is_mailed_by_the_studios_sender(
    worker: TestClient, database: Database, studio: Studio, sink: MailSink, invoice_id: str
):
    headers = {"Idempotency-Key": "deliver"}
    worker.post(f"/api/v1/invoices/{invoice_id}/deliveries", json={"index": 0}, headers=headers).raise_for_status()
    with database.read(studio.scope) as session:
        queued = session.exec(select(Email).where(Email.subject_id == invoice_id)).one()
    worker.post(f"/api/v1/emails/{queued.id}/sending", json={}).raise_for_status()

    [sent] = sink.messages(to=cast.ADA[1])
    whole = httpx.get(f"{sink.url}/api/messages/{sent['id']}").json()
    assert (whole["from_name"], whole["from"]) == ("Mara at Nord", "hi@nord.example")
    assert "/w/atelier-nord/logo" in whole["html"]


def test_an_invoice_carries_the_studios_logo(program: TestClient, owner: TestClient, invoice_id: str):
    pdf = program.get(f"/api/v1/invoices/{invoice_id}/pdf").content
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].images) == 1
