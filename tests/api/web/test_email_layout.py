"""The frame of every mail: branded, readable, and nothing left for a mail program to fetch but the logo."""

import re

import pytest

from api.gateways.mail import inline_css
from api.web.environment import environment

MAIL = """{% extends "email/base.html" %}{% from "email/_button.html" import button, facts %}
{% block content %}<h1>Hi {{ name }}</h1>{{ facts([("Due", "4 Dec"), ("Total", "€ 12.00")], strong_last=true) }}
{{ button("Pay", "https://x.example/?a=1&b=2") }}{% endblock %}"""


def mail(colour="#0b6b61", logo_url=None, **more):
    brand = {"name": "Birch & <b>Stone</b>", "colour": colour, "logo_url": logo_url, "reply_to": None}
    context = {"subject": "Invoice", "brand": brand, "base_url": "https://p.example", "name": "<Ada>", **more}
    return inline_css(environment().from_string(MAIL).render(context))


@pytest.mark.parametrize(("colour", "ink"), [("#0b6b61", "#ffffff"), ("#ffe600", "#000000"), (None, "#ffffff")])
def test_the_button_is_readable_on_every_brand(colour, ink):
    page = mail(colour)
    anchor = re.search(r'<a href="https://x.example/\?a=1&amp;b=2"[^>]*>Pay</a>', page)
    assert anchor
    assert f"color: {ink}" in anchor.group(0)
    assert "var(--" not in page


def test_what_people_typed_is_text():
    page = mail()
    assert "Hi &lt;Ada&gt;" in page
    assert "Birch &amp; &lt;b&gt;Stone&lt;/b&gt;" in page


def test_only_the_logo_is_fetched_and_from_us():
    assert re.findall(r'(?:src|url\()="?([^"\s)]+)', mail()) == []
    assert re.findall(r'src="([^"]+)"', mail(logo_url="/w/birch/logo")) == ["https://p.example/w/birch/logo"]


def test_the_way_out_shows_only_where_there_is_one():
    assert "Unsubscribe" not in mail()
    assert 'href="https://p.example/u/1"' in mail(unsubscribe_url="https://p.example/u/1")


def test_phones_and_dark_screens_are_thought_of():
    assert "@media (max-width: 600px)" in mail()
    assert "@media (prefers-color-scheme: dark)" in mail()
