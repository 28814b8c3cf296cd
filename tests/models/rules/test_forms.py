"""What a form asks, and when."""

import pytest

from models.rules.form_answers import checked_answers
from models.rules.forms import as_fields, as_json, form_problems, holds
from models.types.forms import FieldCondition, FieldKind, FieldRole, FormField

KIND = FormField("kind", FieldKind.CHOICE, "Kind of work", options=("Website", "Film"), required=True)
PAGES = FormField("pages", FieldKind.NUMBER, "How many pages?", required=True, show_if=(FieldCondition("kind", "is", "Website"),))
SHOP = FormField("shop", FieldKind.CONSENT, "With a shop", show_if=(FieldCondition("pages", "over", "5"),))
MAIL = FormField("email", FieldKind.EMAIL, "Mail", role=FieldRole.CONTACT_EMAIL)


@pytest.mark.parametrize(
    ("comparison", "value", "said", "expected"),
    [
        ("is", "website", "Website", True),
        ("is", "Website", None, False),
        ("is", "Website", ["Film", "Website"], True),
        ("is", "yes", True, True),
        ("is_not", "Website", "Film", True),
        ("is_not", "Website", None, True),
        ("contains", "web", "A new website", True),
        ("contains", "", None, False),
        ("filled", "", "x", True),
        ("filled", "", [], False),
        ("filled", "", "0", True),
        ("empty", "", False, True),
        ("over", "5", "5.5", True),
        ("over", "5", 5, False),
        ("under", "5", 4, True),
        ("over", "1000", {"minor": 120000, "currency": "EUR"}, True),
        ("over", "1000", {"minor": 1200, "currency": "JPY"}, True),
        ("over", "5", "many", False),
        ("over", "five", "6", False),
        ("under", "5", None, False),
    ],
)
def test_a_condition_looks_at_one_answer(comparison, value, said, expected):
    assert holds(FieldCondition("f", comparison, value), {"f": said}) is expected


def test_values_of_a_hidden_branch_are_dropped_and_not_required():
    checked = checked_answers((KIND, PAGES), {"kind": "Film", "pages": "12"})

    assert checked.problems == {}
    assert checked.answers == {"kind": "Film"}


def test_a_branch_of_a_hidden_branch_is_hidden_too():
    checked = checked_answers((KIND, PAGES, SHOP), {"kind": "Film", "pages": "12", "shop": "on"})

    assert checked.answers == {"kind": "Film"}


def test_a_shown_branch_is_required():
    assert set(checked_answers((KIND, PAGES), {"kind": "Website"}).problems) == {"pages"}


def test_a_wrong_answer_hides_what_depends_on_it():
    checked = checked_answers((KIND, PAGES, SHOP), {"kind": "Website", "pages": "a lot", "shop": "on"})

    assert set(checked.problems) == {"pages"}
    assert "shop" not in checked.answers


def test_a_field_can_be_required_by_another_answer():
    phone = FormField("phone", FieldKind.PHONE, "Phone", required_if=(FieldCondition("by", "is", "Phone"),))
    by = FormField("by", FieldKind.CHOICE, "Answer me by", options=("Phone", "Mail"))

    assert set(checked_answers((by, phone), {"by": "Phone"}).problems) == {"phone"}
    assert checked_answers((by, phone), {"by": "Mail"}).problems == {}


def test_a_value_that_nobody_asked_for_is_dropped():
    assert checked_answers((KIND,), {"kind": "Film", "owner_id": "mem_1"}).answers == {"kind": "Film"}


def test_fields_survive_their_json():
    fields = (KIND, PAGES, SHOP, MAIL)

    assert as_fields(as_json(fields)) == fields


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ((), "asks nothing"),
        ((KIND,), "Nobody could be answered"),
        ((MAIL, MAIL), "key of its own"),
        ((MAIL, FormField("two", FieldKind.EMAIL, "Mail 2", role=FieldRole.CONTACT_EMAIL)), "Two fields"),
        ((PAGES, KIND, MAIL), "does not stand above"),
        ((MAIL, FormField("c", FieldKind.CHOICE, "Choose")), "nothing to choose"),
        ((MAIL, FormField("t", FieldKind.TEXT, "T", role=FieldRole.ENGAGEMENT_VALUE)), "another kind"),
        ((MAIL, FormField("Bad Key", FieldKind.TEXT, "T")), "key of its own"),
        ((MAIL, FormField("k", FieldKind.TEXT, " ")), "needs a label"),
        ((MAIL, FormField("k", "wizard", "T")), "no kind"),
        ((MAIL, FormField("r", FieldKind.RATING, "R", steps=99)), "steps"),
    ],
)
def test_what_keeps_a_form_from_being_published(fields, word):
    assert word in " ".join(form_problems(fields))


def test_a_good_form_may_be_published():
    assert form_problems((KIND, PAGES, SHOP, MAIL)) == []
