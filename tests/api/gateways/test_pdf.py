"""Pages become PDFs: the same bytes again, nothing fetched, nobody held up."""

import io
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pypdf
import pytest

from api.gateways import pdf
from api.gateways.child import Child
from api.gateways.pdf import PdfRefused, PdfUnavailable, render_pdf, warm_pdf
from models.types.errors import Invalid
from models.types.mail import Attachment

PAGE = "<html lang=en><title>Invoice 7</title><body style='font-family: Inter, Inter Latin Ext'><h1>Invoice 7 Łódź</h1><p>€ 12.00"
ENDLESS = "<body>" + "<div style='display:flex;flex-wrap:wrap'>" * 40 + "x " * 20_000


def text_of(content):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_the_same_page_is_the_same_file_even_from_another_process():
    first = render_pdf(PAGE, identifier="inv_7")
    render_pdf("<h1>Something else Ж</h1>", identifier="other")
    again = render_pdf(PAGE, identifier="inv_7")
    script = (
        f"import sys; from api.gateways.pdf import render_pdf; sys.stdout.buffer.write(render_pdf({PAGE!r}, identifier='inv_7'))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=Path(__file__).parents[3])
    assert first == again == elsewhere.stdout
    assert first != render_pdf(PAGE, identifier="inv_8")
    assert "Invoice 7 Łódź" in text_of(first)


def test_many_threads_get_their_own_page():
    pages = {}

    def render(number):
        pages[number] = text_of(render_pdf(f"<h1>Page number {number}</h1>", identifier=str(number)))

    threads = [threading.Thread(target=render, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"Page number {number}" in pages[number] for number in range(8))


def test_nothing_is_fetched_and_no_file_is_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-7193")
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        place = f"http://127.0.0.1:{canary.getsockname()[1]}"
        hostile = f"""<html><head><link rel=stylesheet href="{place}/a.css"><link rel=attachment href="file://{secret}">
            <style>@import url({place}/b.css); @font-face {{ font-family: X; src: url({place}/f.woff) }}
            body {{ background: url(file://{secret}); font-family: X }} a::before {{ content: url({place}/c.png) }}</style></head>
            <body><img src="{place}/d.png"><img src="file://{secret}"><img src="/etc/hostname"><a>kept</a>
            <object data="{place}/e"></object><svg><image href="{place}/g.png"/><use href="file://{secret}"/></svg><embed src="file://{secret}"></body></html>"""
        made = render_pdf(hostile, identifier="x")
        with pytest.raises(TimeoutError):
            canary.accept()
    assert "kept" in text_of(made)
    assert b"canary-7193" not in b"".join(stream for stream in streams(made))


def test_attachments_travel_inside_a_pdf_a():
    xml = Attachment("factur-x.xml", "application/xml", b"<invoice/>")
    made = render_pdf(PAGE, identifier="inv_7", attachments=[xml])
    assert made == render_pdf(PAGE, identifier="inv_7", attachments=[xml])
    assert pypdf.PdfReader(io.BytesIO(made)).attachments["factur-x.xml"] == [b"<invoice/>"]
    assert b"<pdfaid:part>3" in made or any(b"pdfaid" in stream for stream in streams(made))


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_works():
    warm_pdf()
    with pytest.raises(PdfRefused, match="longer than 1 seconds"):
        render_pdf(ENDLESS, identifier="x", timeout_seconds=1)
    assert render_pdf(PAGE, identifier="x").startswith(b"%PDF")


def test_missing_libraries_are_named(monkeypatch):
    """As on a minimal Debian: the loader finds no pango."""
    monkeypatch.setattr(pdf, "_CHILD", Child("tests.standins.child_without_pango"))
    with pytest.raises(PdfUnavailable, match=r"libpango-1\.0-0 libpangoft2-1\.0-0 libharfbuzz-subset0 fonts-dejavu-core"):
        warm_pdf()


def test_too_large_a_page_is_invalid():
    with pytest.raises(Invalid):
        render_pdf("x" * 8_000_001, identifier="x")


def test_others_go_on_while_a_page_is_made():
    """The page is made in another process: this one's interpreter spends next to nothing on it."""
    heavy = "<table>" + "<tr><td>Design<td>1.5 h<td>€ 120.00</tr>" * 600 + "</table>"
    warm_pdf()
    wall, own = time.monotonic(), time.process_time()
    render_pdf(heavy, identifier="h")
    wall, own = time.monotonic() - wall, time.process_time() - own
    assert own < wall / 5


def streams(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    for number in range(1, len(reader.xref_objStm) + sum(len(ids) for ids in reader.xref.values()) + 1):
        found = reader.get_object(number)
        if isinstance(found, pypdf.generic.StreamObject):
            yield found.get_data()
