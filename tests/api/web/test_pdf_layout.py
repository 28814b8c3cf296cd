"""The frame of every document: all words arrive, long tables carry their heading on, nothing typed becomes markup."""

import io

import pypdf
import pytest

from api.gateways.pdf import render_pdf
from api.web.environment import environment

DOCUMENT = """{% extends "pdf/base.html" %}
{% from "pdf/_parts.html" import parties, line_items, totals, facts, panel, signatures %}
{% block sender %}Lindenstraße 12{% endblock %}
{% block parties %}{{ parties("Invoice to", [client, "Łódź"], [("Number", "2026-014")]) }}{% endblock %}
{% block kind %}Invoice{% endblock %}
{% block content %}{{ line_items(["Work", "Hours", "Sum"], rows) }}
{{ totals([("Net", "€ 100.00"), ("VAT 19 %", "€ 19.00")], ("Total", "€ 119.00"), [("Due", "€ 119.00")]) }}
{% call panel("How to pay") %}<p>By card</p>{% endcall %}{{ facts([("SHA-256", "ab" * 32)]) }}
{{ signatures([{"name": "Ada", "detail": "10:14 CET", "typed": "Ada K."}, {"name": "Jo", "detail": "10:20 CET"}]) }}
{% endblock %}"""
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def pages(rows=3, client="Ada & <b>Co</b>", logo=None):
    items = [
        {"group": "Website"},
        *({"what": f"Item {n}", "more": "quietly", "cells": ["1.50", f"€ {n}.00"]} for n in range(rows)),
    ]
    brand = {"name": "Birch & Stone", "colour": "#0b6b61", "logo": logo}
    html = environment().from_string(DOCUMENT).render(title="Invoice 2026-014", brand=brand, rows=items, client=client)
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(html, identifier="inv_1")))
    return [page.extract_text() for page in reader.pages], reader


def test_every_word_arrives_as_it_was_given():
    texts, reader = pages()
    words = [
        "Birch & Stone",
        "Ada & <b>Co</b>",
        "Łódź",
        "2026-014",
        "Item 2",
        "quietly",
        "€ 2.00",
        "VAT 19 %",
        "€ 119.00",
        "Ada K.",
    ]
    assert [word for word in words if word not in "\n".join(texts)] == []
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice 2026-014"
    assert reader.pages[0].mediabox[2:] == pytest.approx([595.28, 841.89], abs=0.1)


def test_a_long_table_repeats_its_heading_and_numbers_its_pages():
    texts, _ = pages(rows=60)
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
        assert "HOURS" in text.upper() or number == len(texts)
    assert sum(text.count("€ 119.00") for text in texts) == 2


def test_the_logo_takes_the_place_of_the_name():
    _, reader = pages(logo=PIXEL)
    assert len(reader.pages[0].images) == 1


def test_the_figures_are_inter_not_a_stopgap():
    _, reader = pages()
    fonts = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert any("Inter" in font for font in fonts)
