"""The manual keeps up with the product: what is generated is fresh, and every action, event and credential is told."""

import re

import pytest

from api.actions.catalogue import ACTIONS
from api.docs.automation_reference import FOLDER, pages
from api.pages.help import chapters
from models.types.events import CATALOGUE


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=[path.name for path in pages()])
def test_generated_pages_are_fresh(path, text):
    assert path.exists(), "run: python -m api.docs"
    assert path.read_text() == text, "run: python -m api.docs"


def test_every_action_and_event_is_in_the_manual():
    actions, triggers = (FOLDER / "actions.md").read_text(), (FOLDER / "triggers.md").read_text()
    assert [name for name in ACTIONS if f"`{name}`" not in actions] == []
    assert [name for name in CATALOGUE if f"`{name}`" not in triggers] == []


def test_every_chapter_has_an_address_of_its_own():
    slugs = [chapter.slug for chapter in chapters()]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch("[a-z0-9_]+", slug) for slug in slugs)
    assert {"automations_actions", "automations_triggers"} <= set(slugs)
