from typing import Any

import pytest

from models.rules.document_texts import filled

VALUES: dict[str, Any] = {
    "contact": {"name": "Ada Byron", "phone": None},
    "company": {"name": None},
    "workspace": {"timezone": "Europe/Berlin"},
    "today": "2026-11-22T23:30:00+00:00",
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear {{ contact.name }},", "Dear Ada Byron,"),
        ("Phone {{ contact.phone }}", "Phone –"),
        ("For {{ company.name | default:'you' }}", "For you"),
        ("On {{ today | date }}", "On 23 November 2026"),
        ("{{ nothing.like.this }}", ""),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
    ],
)
def test_places_are_filled_and_gaps_can_be_seen(text, words):
    assert filled(text, VALUES) == words
