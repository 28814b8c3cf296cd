"""The manual keeps up with the product: what is generated is fresh, and every action, event and credential is told."""

import re

import pytest

from api.actions.catalogue import ACTIONS
from api.docs.automation_reference import FOLDER, pages
from api.errors import status_of
from api.pages.help import GUIDE, PROBLEMS, chapters
from models.types.automations import NodeKind
from models.types.errors import DomainError
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


def test_every_kind_of_error_is_in_the_manual():
    told = {problem.name: problem.status for problem in PROBLEMS}
    assert {kind.__name__: status_of(kind("")) for kind in DomainError.__subclasses__()}.items() <= told.items()


def test_every_kind_of_step_is_in_the_manual():
    told = (FOLDER / "nodes.md").read_text().lower()
    assert [kind for kind in NodeKind if f"`{kind}`" not in told and f"## {kind}" not in told] == []


@pytest.mark.parametrize("chapter", chapters(), ids=[chapter.slug for chapter in chapters()])
def test_every_link_and_picture_of_a_chapter_leads_somewhere(chapter):
    pages = {f"/help/{one.slug}" for one in chapters()} | {"/help/errors"}
    pictures = {f"/help/pictures/{path.parent.name}/{path.name}" for path in GUIDE.rglob("*.png")}
    led = re.findall(r"\]\((/help/[^)#]*)", chapter.text)
    assert [one for one in led if one not in pages | pictures] == []
